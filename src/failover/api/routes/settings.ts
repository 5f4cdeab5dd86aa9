import type { VersionedSettings } from '../../../contract/api/failover.ts';
import type { StoredSettings } from '../../db/settings.ts';
import type { FailoverServer } from '../../server-types.ts';
import type { SomeHandlers } from '../handlers.ts';
import type { Picture } from '../picture.ts';

export function settingsHandlers({ server, picture }: { readonly server: FailoverServer; readonly picture: Picture }): SomeHandlers<'settings.get' | 'settings.put' | 'failover.state' | 'attention.list'> {
  return {
    'failover.state': () => picture.failover(),
    'attention.list': () => picture.attention(),
    'settings.get': () => told(server.settings()),
    'settings.put': ({ body, caller }) => told(server.changeSettings(body, caller)),
  };
}

const told = ({ version, settings, changedMs, changedBy }: StoredSettings): VersionedSettings => ({
  version,
  settings,
  changedMs: changedMs === null ? null : Math.round(changedMs),
  changedBy,
});
