import { useMutation } from '@tanstack/react-query';
import type { VersionedSettings } from '../../../../src/contract/api/failover.ts';
import { call } from '../../api/client.ts';
import { useChangeSettings, type FailoverView } from '../../api/failover.ts';
import { useChangeBlock } from '../../api/session.ts';
import { WorkList } from '../../components/work-list.tsx';
import { t } from '../../texts/texts.ts';
import { Refusal } from '../../ui/asked.tsx';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/select.tsx';
import { Switch } from '../../ui/switch.tsx';
import { DailyTime } from './daily-time.tsx';
import type { Place } from './setup.tsx';

interface Props {
  readonly place: Place;
  readonly seen: VersionedSettings;
  readonly view: FailoverView;
}

/** Daily Backup, UTC time, Local time, Backup all servers, the two automatic switches, what a recorder leads to that is alive and records nothing. */
export function Switches({ place, seen, view }: Props) {
  const block = useChangeBlock();
  const change = useChangeSettings(place.failover);
  const backUp = useMutation({ mutationFn: () => call('backups.all', { failover: place.failover }), onSuccess: (job) => place.go({ dialog: `job:${job.id}` }) });
  const { settings } = seen;
  const save = (part: Partial<typeof settings>): void => change.mutate({ seen, change: part });

  return (
    <div>
      <Switch label={t.failover.dailyBackup} hint={t.failover.dailyBackupHint} checked={settings.dailyBackup} disabledBecause={block} onChange={(dailyBackup) => save({ dailyBackup })} />
      <DailyTime failover={place.failover} seen={seen} />
      <div className="py-1">
        <Button disabledBecause={block ?? (view.servers.length === 0 ? t.failover.noServers : backUp.isPending ? t.common.busy : null)} onPress={() => backUp.mutate()}>
          {t.failover.backupAll}
        </Button>
        <Refusal error={backUp.error} />
      </div>
      {place.failover === 'this' && <WorkList onOpen={(job) => place.go({ dialog: `job:${job}` })} />}
      <Switch
        label={t.failover.automaticTakeOver}
        checked={settings.automaticTakeOver}
        disabledBecause={block}
        hint={settings.automaticTakeOver ? undefined : t.failover.automaticOff}
        onChange={(automaticTakeOver) => save({ automaticTakeOver })}
      />
      <Switch label={t.failover.automaticRestore} checked={settings.automaticRestore} disabledBecause={block} onChange={(automaticRestore) => save({ automaticRestore })} />
      <Select
        label={t.failover.whenNotRecording}
        value={settings.whenNotRecording}
        options={[['take over', t.failover.notRecordingTakesOver], ['alarm only', t.failover.notRecordingAlarms]]}
        disabledBecause={block}
        onChange={(value) => save({ whenNotRecording: value === 'alarm only' ? value : 'take over' })}
      />
      <Refusal error={change.error} />
    </div>
  );
}
