import type { VersionedSettings } from '../../../contract/api/failover.ts';
import { UnderstudyError } from '../../../contract/errors.ts';
import type { StoredSettings } from '../../db/settings.ts';
import type { FailoverServer } from '../../server-types.ts';
import type { SomeHandlers } from '../handlers.ts';
import type { Picture } from '../picture.ts';

export interface SettingsNeeds {
  readonly server: FailoverServer;
  readonly picture: Picture;
  /** Brings all backups to another directory; the number of files. Rejects with `store.…`. */
  readonly copyBackups: (from: string, to: string) => Promise<number>;
  /** Rejects if nothing can be written to this folder. */
  readonly checkWritable: (folder: string) => Promise<void>;
}

export function settingsHandlers({ server, picture, copyBackups, checkWritable }: SettingsNeeds): SomeHandlers<'settings.get' | 'settings.put' | 'failover.state' | 'attention.list'> {
  return {
    'failover.state': () => picture.failover(),
    'attention.list': () => picture.attention(),
    'settings.get': () => told(server.settings()),
    'settings.put': async ({ body, caller }) => {
      const before = server.settings();
      // It will be refused: no folder is made for it.
      if (body.version !== before.version) return told(server.changeSettings(body, caller));
      const { storePath, directory: to } = body.settings;
      // Before it is the setting: a folder that cannot be written is refused and nothing is changed. A store path is used
      // from the next start on, and nobody would look before the next take-over. The one in use may be a disk that is not
      // mounted now: making its folder would hide that.
      if (storePath !== before.settings.storePath && storePath !== server.storePath) await checkWritable(storePath).catch(refusal('store path', 'settings.storePath'));
      const from = before.settings.directory;
      if (from === to) return told(server.changeSettings(body, caller));
      await checkWritable(to).catch(refusal('backup Directory', 'settings.directory'));
      const copied = await copyBackups(from, to).catch(refusal('backup Directory', 'settings.directory'));
      const stored = server.changeSettings(body, caller);
      // What was written there while we copied.
      const late = await copyBackups(from, to);
      server.note({ severity: 'info', kind: 'settings', actor: 'system', text: `The settings backups are in ${to} now (${copied + late} files copied). Those in ${from} were left there; delete them when you need them no more.` });
      return told(stored);
    },
  };
}

/** The error of a folder, with the field that names it. */
const refusal = (what: string, field: string) => (error: unknown): never => {
  if (!(error instanceof UnderstudyError)) throw error;
  throw new UnderstudyError(error.code, `The ${what}: ${error.message}`, { field, cause: error, ...(error.advice === undefined ? {} : { advice: error.advice }) });
};

const told = ({ version, settings, changedMs, changedBy }: StoredSettings): VersionedSettings => ({
  version,
  settings,
  changedMs: changedMs === null ? null : Math.round(changedMs),
  changedBy,
});
