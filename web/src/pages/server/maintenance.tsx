import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { noteRule, type ServerDetail } from '../../../../src/contract/api/servers.ts';
import { call } from '../../api/client.ts';
import { useChangeBlock } from '../../api/session.ts';
import { momentsOf } from '../../components/local-moment.ts';
import { MomentField } from '../../components/moment-field.tsx';
import { wrongOf } from '../../components/said.tsx';
import { browserZone } from '../../components/time.tsx';
import { t } from '../../texts/texts.ts';
import { Refusal } from '../../ui/asked.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Status } from '../../ui/status.tsx';
import { Switch } from '../../ui/switch.tsx';

const dayMs = 86_400_000;

/** Why the end cannot be taken, or null. Maintenance without an end is how servers stay unprotected for ever. */
function wrongEnd(untilMs: number, nowMs: number): string | null {
  if (Number.isNaN(untilMs)) return t.server.untilNeeded;
  if (untilMs <= nowMs) return t.server.untilPast;
  return untilMs > nowMs + 30 * dayMs ? t.server.untilFar : null;
}

export function Maintenance({ server, onClose }: { readonly server: ServerDetail; readonly onClose: () => void }) {
  const block = useChangeBlock();
  const [until, setUntil] = useState('');
  const [note, setNote] = useState('');
  const [takeOver, setTakeOver] = useState(false);
  const [typed, setTyped] = useState('');
  // The first of two: an hour less without automatic take-over.
  const [untilMs = Number.NaN] = momentsOf(until);
  const wrong = wrongEnd(untilMs, Date.now());
  const wrongNote = wrongOf(noteRule.safeParse(note).error?.issues[0]);
  const asks = takeOver && server.can.takeOver.confirm;
  const start = useMutation({ mutationFn: () => call('servers.maintenance', { params: { server: server.id }, body: { untilMs, note, takeOver, ...(asks ? { confirm: typed.trim() } : {}) } }), onSuccess: onClose });
  const unnamed = asks && typed.trim() !== server.name ? t.common.typeName(server.name) : null;
  const because = block ?? (start.isPending ? t.common.busy : (wrong ?? wrongNote ?? unnamed));
  return (
    <Dialog
      title={`${t.server.maintenance}: ${server.name}`}
      onClose={onClose}
      onEnter={() => because === null && start.mutate()}
      actions={
        <>
          <Button onPress={onClose}>{t.common.cancel}</Button>
          <Button kind="danger" disabledBecause={because} onPress={() => start.mutate()}>
            {t.server.start}
          </Button>
        </>
      }
    >
      <p className="mt-0">
        <Status tone="warn">{t.server.maintenanceWarning}</Status>
      </p>
      <MomentField label={t.server.until} unit={browserZone} value={until} meantMs={untilMs} onChange={setUntil} problem={until === '' ? null : wrong} autoFocus />
      <Field label={t.server.note} value={note} onChange={setNote} problem={wrongNote} />
      <Switch label={t.server.takeOverNow} checked={takeOver} onChange={setTakeOver} />
      {asks && <Field label={t.common.typeName(server.name)} value={typed} onChange={setTyped} problem={server.name.startsWith(typed.trim()) ? null : t.common.notItsName} />}
      <Refusal error={start.error} />
    </Dialog>
  );
}
