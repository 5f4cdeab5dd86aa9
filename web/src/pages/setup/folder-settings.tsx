import { failoverSettings, type VersionedSettings } from '../../../../src/contract/api/failover.ts';
import { CallError } from '../../api/client.ts';
import { useChangeSettings } from '../../api/failover.ts';
import { useChangeBlock, useTypeBlock } from '../../api/session.ts';
import { useEdit } from '../../components/edit.ts';
import { ruleText } from '../../components/said.tsx';
import { numberOf } from '../../components/typed-number.ts';
import { t } from '../../texts/texts.ts';
import { intoSight, Told } from '../../ui/asked.tsx';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Status } from '../../ui/status.tsx';
import type { Place } from './setup.tsx';

interface Props {
  readonly place: Place;
  readonly seen: VersionedSettings;
  /** Where it records now: another setting waits for the next start. */
  readonly storePathNow: string | undefined;
}

/** Storepath, Directory, the two addresses, what it takes on and keeps at most: a failover server has them for itself alone. */
export function FolderSettings({ place, seen, storePathNow }: Props) {
  const block = useChangeBlock();
  const typeBlock = useTypeBlock();
  const change = useChangeSettings(place.failover);
  const edit = useEdit(seen, formOf);
  const { form, dirty } = edit;
  const next = nextOf(form, edit.base);
  const checked = failoverSettings.safeParse({ ...edit.base.settings, ...next });
  const error = change.error instanceof CallError ? change.error : null;

  const problem = (path: string): string | null => {
    const found = checked.success ? undefined : checked.error.issues.find((issue) => issue.path.join('.') === path);
    return found ? ruleText(found.message) : (error?.field?.endsWith(path) ? error.message : null);
  };
  const restart = (from: VersionedSettings): void => {
    edit.restart(from);
    change.reset();
  };
  const because = block ?? (checked.success ? null : t.failover.mendFirst);
  const save = (): void => {
    if (dirty && because === null && !change.isPending) change.mutate({ seen: edit.base, change: next }, { onSuccess: (from) => edit.saved(from, form) });
  };
  const field = (key: keyof Form, label: string, path: string, hint?: string, unit?: string) => (
    <Field label={label} unit={unit} value={form[key]} disabledBecause={typeBlock} onChange={(value) => edit.type({ [key]: value })} problem={dirty ? problem(path) : null} hint={hint} />
  );

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      {field('storePath', t.failover.storePath, 'storePath', t.failover.storePathHint)}
      {storePathNow !== undefined && storePathNow !== seen.settings.storePath && (
        <p className="m-0 text-sm">
          <Status tone="warn">{t.failover.storePathLater(storePathNow)}</Status>
        </p>
      )}
      {field('directory', t.failover.directory, 'directory', t.failover.directoryHint)}
      {field('serverNetwork', t.failover.serverAddress, 'addresses.serverNetwork')}
      {field('clientNetwork', t.failover.clientAddress, 'addresses.clientNetwork')}
      {field('cameras', t.failover.mostCameras, 'capacity.cameras')}
      {field('rate', t.failover.mostRate, 'capacity.bitsPerSecond', t.failover.mostHint, t.failover.megabits)}
      {field('versions', t.failover.backupVersions, 'backupVersions', t.failover.backupVersionsHint)}
      {field('days', t.failover.eventDays, 'eventDays', t.failover.eventDaysHint, t.failover.days)}
      {dirty && (
        <div className="flex gap-2 pt-1">
          <Button kind="primary" disabledBecause={because}>
            {t.common.save}
          </Button>
          <Button onPress={() => restart(seen)}>{t.common.cancel}</Button>
        </div>
      )}
      {/* What belongs to a field stands there. */}
      {error && error.field === undefined && (
        <p ref={intoSight} role="alert" className="text-alarm">
          {error.code === 'input.conflict' ? t.common.conflict : <Told error={error} />}{' '}
          {error.code === 'input.conflict' && (
            <Button small onPress={() => restart(seen)}>
              {t.common.takeTheirs}
            </Button>
          )}
        </p>
      )}
    </form>
  );
}

type Form = Readonly<Record<'storePath' | 'directory' | 'serverNetwork' | 'clientNetwork' | 'cameras' | 'rate' | 'versions' | 'days', string>>;

const mega = 1_000_000;
/** Far beyond the maximum, and still a number that the rule can name. */
const most = 1e9;

const formOf = ({ settings }: VersionedSettings): Form => ({
  storePath: settings.storePath,
  directory: settings.directory,
  serverNetwork: settings.addresses.serverNetwork,
  clientNetwork: settings.addresses.clientNetwork,
  cameras: String(settings.capacity.cameras),
  rate: String(settings.capacity.bitsPerSecond / mega),
  versions: String(settings.backupVersions),
  days: String(settings.eventDays),
});

const nextOf = (form: Form, { settings }: VersionedSettings) => ({
  storePath: form.storePath,
  directory: form.directory,
  addresses: { serverNetwork: form.serverNetwork, clientNetwork: form.clientNetwork },
  capacity: { ...settings.capacity, cameras: numberOf(form.cameras), bitsPerSecond: Math.round(Math.min(most, numberOf(form.rate)) * mega) },
  backupVersions: numberOf(form.versions),
  eventDays: numberOf(form.days),
});
