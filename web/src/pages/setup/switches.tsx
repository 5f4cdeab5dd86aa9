import { useState } from 'react';
import type { VersionedSettings } from '../../../../src/contract/api/failover.ts';
import { utcTimeRule } from '../../../../src/contract/api/failover.ts';
import { call, CallError } from '../../api/client.ts';
import { useChangeSettings, type FailoverView } from '../../api/failover.ts';
import { useChangeBlock } from '../../api/session.ts';
import { localTimeOf, savingNote } from '../../components/local-time.ts';
import { browserZone } from '../../components/time.tsx';
import { t } from '../../texts/en.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Switch } from '../../ui/switch.tsx';
import type { Place } from './setup.tsx';

interface Props {
  readonly place: Place;
  readonly seen: VersionedSettings;
  readonly view: FailoverView;
}

/** Daily Backup, UTC time, Local time, Backup all servers, the two automatic switches. */
export function Switches({ place, seen, view }: Props) {
  const block = useChangeBlock();
  const change = useChangeSettings(place.failover);
  const [typed, setTyped] = useState<string | null>(null);
  const { settings } = seen;
  const time = typed ?? settings.utcTime;
  const wrong = utcTimeRule.safeParse(time);
  const save = (part: Partial<typeof settings>): void => change.mutate({ seen, change: part }, { onSuccess: () => setTyped(null) });
  const error = change.error instanceof CallError ? change.error : null;
  const note = savingNote(time, view.state?.nowMs ?? Date.now());

  return (
    <div>
      <Switch label={t.failover.dailyBackup} hint={t.failover.dailyBackupHint} checked={settings.dailyBackup} disabledBecause={block} onChange={(dailyBackup) => save({ dailyBackup })} />
      <div className="flex items-end gap-2">
        <Field
          label={t.failover.utcTime}
          value={time}
          width="w-24"
          unit={t.common.utc}
          disabled={block !== null}
          onChange={setTyped}
          problem={wrong.success ? null : (wrong.error.issues[0]?.message ?? null)}
        />
        {typed !== null && typed !== settings.utcTime && wrong.success && (
          <span className="pb-1">
            <Button onPress={() => save({ utcTime: typed })}>{t.common.save}</Button>
          </span>
        )}
      </div>
      <p className="m-0 py-1">
        <span className="font-medium">{t.failover.localTime}</span> <output>{wrong.success ? localTimeOf(time, view.state?.nowMs ?? Date.now()) : '–'}</output> <span className="text-dim">({browserZone})</span>
        {note && <span className="block text-sm text-dim">{note}</span>}
      </p>
      <div className="py-1">
        <Button
          disabledBecause={block ?? (view.servers.length === 0 ? t.failover.noServers : null)}
          onPress={() => void call('backups.all', { failover: place.failover }).then((job) => place.go({ dialog: `job:${job.id}` }))}
        >
          {t.failover.backupAll}
        </Button>
      </div>
      <Switch
        label={t.failover.automaticTakeOver}
        checked={settings.automaticTakeOver}
        disabledBecause={block}
        hint={settings.automaticTakeOver ? undefined : t.failover.automaticOff}
        onChange={(automaticTakeOver) => save({ automaticTakeOver })}
      />
      <Switch label={t.failover.automaticRestore} checked={settings.automaticRestore} disabledBecause={block} onChange={(automaticRestore) => save({ automaticRestore })} />
      {error && (
        <p role="alert" className="m-0 text-alarm">
          {error.code === 'input.conflict' ? t.common.conflict : error.message} {error.advice}
        </p>
      )}
    </div>
  );
}
