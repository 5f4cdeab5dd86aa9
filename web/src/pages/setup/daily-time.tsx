import { utcTimeRule, type VersionedSettings } from '../../../../src/contract/api/failover.ts';
import { CallError } from '../../api/client.ts';
import { useServerNow } from '../../api/clock.ts';
import { useChangeSettings } from '../../api/failover.ts';
import { useChangeBlock, useTypeBlock } from '../../api/session.ts';
import { useEdit } from '../../components/edit.ts';
import { localTimeOf, savingNote } from '../../components/local-time.ts';
import { browserZone } from '../../components/time.tsx';
import { wrongOf } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';
import { Refusal } from '../../ui/asked.tsx';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';

interface Props {
  readonly failover: string;
  readonly seen: VersionedSettings;
}

const formOf = ({ settings }: VersionedSettings) => ({ time: settings.utcTime });

/** UTC time of the daily backup, and the same moment as Local time. */
export function DailyTime({ failover, seen }: Props) {
  const nowMs = useServerNow();
  const block = useChangeBlock();
  const typeBlock = useTypeBlock();
  const change = useChangeSettings(failover);
  const { form, dirty, base, type, restart, saved } = useEdit(seen, formOf);
  const { time } = form;
  const wrong = wrongOf(utcTimeRule.safeParse(time).error?.issues[0]);
  const note = wrong === null ? savingNote(time, nowMs) : null;
  const startAgain = (from: VersionedSettings): void => {
    restart(from);
    change.reset();
  };
  const save = (): void => {
    if (dirty && block === null && wrong === null) change.mutate({ seen: base, change: { utcTime: time } }, { onSuccess: (from) => saved(from, form) });
  };
  const conflict = change.error instanceof CallError && change.error.code === 'input.conflict';

  return (
    <>
      <form
        className="flex items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Field label={t.failover.utcTime} value={time} width="w-24" unit={t.common.utc} disabledBecause={typeBlock} problem={wrong} onChange={(typed) => type({ time: typed })} />
        {dirty && wrong === null && (
          <span className="pb-1">
            <Button disabledBecause={block}>{t.common.save}</Button>
          </span>
        )}
      </form>
      <Refusal error={change.error} />
      {conflict && (
        <Button small onPress={() => startAgain(seen)}>
          {t.common.takeTheirs}
        </Button>
      )}
      <p className="m-0 py-1">
        <span className="font-medium">{t.failover.localTime}</span> <output aria-label={t.failover.localTime}>{wrong === null ? localTimeOf(time, nowMs) : '–'}</output> <span className="text-dim">({browserZone})</span>
        {note && <span className="block text-sm text-dim">{note}</span>}
      </p>
    </>
  );
}
