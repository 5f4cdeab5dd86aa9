import type { FailoverServer } from '../../server-types.ts';
import type { Vault } from '../../vault/vault.ts';
import { UnderstudyError } from '../../../contract/errors.ts';
import type { SomeHandlers } from '../handlers.ts';
import type { Jobs } from '../jobs.ts';

type Names =
  | 'backups.list'
  | 'backups.get'
  | 'backups.difference'
  | 'backups.create'
  | 'backups.all'
  | 'backups.accept'
  | 'backups.rollBack'
  | 'backups.download'
  | 'backups.remove';

export function backupHandlers(needs: { readonly server: FailoverServer; readonly vault: Vault; readonly jobs: Jobs }): SomeHandlers<Names> {
  const { server, vault, jobs } = needs;
  const itemOf = (serverId: string): { readonly id: string; readonly name: string } => ({ id: serverId, name: server.server(serverId).name });
  return {
    'backups.list': ({ params }) => vault.list(params.server),
    'backups.get': ({ params }) => vault.byHand.content(params.server, params.version),
    'backups.difference': ({ params, query }) => vault.byHand.difference(params.server, query.from, params.version),
    'backups.create': ({ params, caller }) => {
      const item = itemOf(params.server);
      return jobs.start({ kind: 'backup', title: `Backup of ${item.name}`, by: caller.who, items: [item], key: `backup ${item.id}` }, async (report) => {
        report.item(item.id, { state: 'running' });
        const { error, cameras } = await vault.backup(item.id, 'on demand');
        report.item(item.id, error === null ? { state: 'done', text: `${cameras} cameras`, progress: 1 } : { state: 'failed', text: error.text });
      });
    },
    'backups.all': ({ caller }) => {
      const items = server.servers().map(({ id, name }) => ({ id, name }));
      return jobs.start({ kind: 'backup all', title: 'Backup all servers', by: caller.who, items, key: 'backup all' }, async (report) => {
        await vault.backupAll('on demand', (serverId, event, error) => {
          if (event === 'started') report.item(serverId, { state: 'running' });
          else if (error === null) report.item(serverId, { state: 'done', text: `${vault.status(serverId).cameras} cameras`, progress: 1 });
          else report.item(serverId, { state: error.code === 'backup.impersonated' ? 'skipped' : 'failed', text: error.text });
        });
      });
    },
    'backups.accept': ({ params, caller }) => vault.byHand.accept(params.server, params.version, caller.who),
    'backups.rollBack': ({ params, body, caller }) => {
      const item = itemOf(params.server);
      if (body.confirm !== item.name) throw new UnderstudyError('role.confirm', `Type the name of the server ("${item.name}") to roll its settings back.`, { field: 'confirm' });
      const title = `Settings of ${item.name} back to version ${params.version}`;
      return jobs.start({ kind: 'roll back', title, by: caller.who, items: [item], key: `roll back ${item.id}` }, async (report) => {
        report.item(item.id, { state: 'running' });
        await vault.byHand.rollBack(item.id, params.version, caller.who);
        report.item(item.id, { state: 'done', text: 'Rolled back.', progress: 1 });
      });
    },
    'backups.download': async ({ params, body, caller }) => ({
      contentType: 'application/octet-stream',
      headers: { 'content-disposition': `attachment; filename="${params.server}-settings-${params.version}.understudy"` },
      body: await vault.byHand.download(params.server, params.version, body.passphrase, caller.who),
    }),
    'backups.remove': ({ params, caller }) => vault.byHand.remove(params.server, params.version, caller.who),
  };
}
