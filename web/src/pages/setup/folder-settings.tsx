import { useState } from 'react';
import { failoverSettings, type VersionedSettings } from '../../../../src/contract/api/failover.ts';
import { CallError } from '../../api/client.ts';
import { useChangeSettings } from '../../api/failover.ts';
import { useChangeBlock } from '../../api/session.ts';
import { t } from '../../texts/en.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import type { Place } from './setup.tsx';

/** Storepath, Directory and the two addresses: a failover server has them for itself alone. */
export function FolderSettings({ place, seen }: { readonly place: Place; readonly seen: VersionedSettings }) {
  const block = useChangeBlock();
  const change = useChangeSettings(place.failover);
  const [started, setStarted] = useState(seen);
  const [form, setForm] = useState(() => formOf(seen));
  const dirty = JSON.stringify(form) !== JSON.stringify(formOf(started));
  const next = { storePath: form.storePath, directory: form.directory, addresses: { serverNetwork: form.serverNetwork, clientNetwork: form.clientNetwork } };
  const checked = failoverSettings.safeParse({ ...started.settings, ...next });
  const error = change.error instanceof CallError ? change.error : null;

  const problem = (path: string): string | null => {
    const found = checked.success ? undefined : checked.error.issues.find((issue) => issue.path.join('.') === path);
    return found?.message ?? (error?.field?.endsWith(path) ? error.message : null);
  };
  const restart = (from: VersionedSettings): void => {
    setStarted(from);
    setForm(formOf(from));
    change.reset();
  };
  const field = (key: keyof typeof form, label: string, path: string, hint?: string) => (
    <Field label={label} value={form[key]} disabled={block !== null} onChange={(value) => setForm({ ...form, [key]: value })} problem={dirty ? problem(path) : null} hint={hint} />
  );

  return (
    <div>
      {field('storePath', t.failover.storePath, 'storePath', t.failover.storePathHint)}
      {field('directory', t.failover.directory, 'directory', t.failover.directoryHint)}
      {field('serverNetwork', t.failover.serverAddress, 'addresses.serverNetwork')}
      {field('clientNetwork', t.failover.clientAddress, 'addresses.clientNetwork')}
      {dirty && (
        <div className="flex gap-2 pt-1">
          <Button kind="primary" disabledBecause={block ?? (checked.success ? null : t.failover.mendFirst)} onPress={() => change.mutate({ seen: started, change: next }, { onSuccess: restart })}>
            {t.common.save}
          </Button>
          <Button onPress={() => restart(seen)}>{t.common.cancel}</Button>
        </div>
      )}
      {error && (
        <p role="alert" className="text-alarm">
          {error.code === 'input.conflict' ? t.common.conflict : error.message}{' '}
          {error.code === 'input.conflict' && (
            <Button small onPress={() => restart(seen)}>
              {t.common.takeTheirs}
            </Button>
          )}
        </p>
      )}
    </div>
  );
}

function formOf({ settings }: VersionedSettings) {
  return {
    storePath: settings.storePath,
    directory: settings.directory,
    serverNetwork: settings.addresses.serverNetwork,
    clientNetwork: settings.addresses.clientNetwork,
  };
}
