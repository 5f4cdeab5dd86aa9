import { useState } from 'react';
import { serverNowMs } from '../../api/live.ts';
import { MomentField } from '../../components/moment-field.tsx';
import { browserZone } from '../../components/time.tsx';
import { t } from '../../texts/texts.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { inputTime, usOfInput } from './place.ts';

interface GoToProps {
  readonly cursorUs: number;
  readonly onGo: (us: number) => void;
  readonly onClose: () => void;
}

/** To a day and a time, without dragging the timeline there. */
export function GoTo({ cursorUs, onGo, onClose }: GoToProps) {
  const [seenUs] = useState(cursorUs);
  const [typed, setTyped] = useState(() => inputTime(seenUs));
  const us = usOfInput(typed, seenUs);
  const problem = Number.isNaN(us) ? t.footage.timeNeeded : us > serverNowMs() * 1_000 ? t.footage.notYet : us < 0 ? t.footage.before : null;
  const send = (): void => onGo(us);
  return (
    <Dialog
      title={t.footage.goToTitle}
      onClose={onClose}
      onEnter={() => problem === null && send()}
      actions={
        <>
          <Button onPress={onClose}>{t.common.cancel}</Button>
          <Button kind="primary" disabledBecause={problem} onPress={send}>
            {t.footage.goThere}
          </Button>
        </>
      }
    >
      <MomentField label={t.footage.timeOf} step="1" unit={browserZone} value={typed} meantMs={us / 1_000} onChange={setTyped} problem={problem} autoFocus />
    </Dialog>
  );
}
