import type { RouteBody } from '../../../contract/api/routes.ts';
import { agentPort } from '../../../contract/link.ts';
import type { Checker } from '../../check/checker.ts';
import type { FailoverServer, NewServer, ServerPatch } from '../../server-types.ts';
import type { Vault } from '../../vault/vault.ts';
import type { SomeHandlers } from '../handlers.ts';
import type { Picture } from '../picture.ts';

type Names = 'servers.list' | 'servers.get' | 'servers.add' | 'servers.change' | 'servers.remove' | 'servers.authorize' | 'servers.deauthorize' | 'servers.replace';

export interface ServerRouteNeeds {
  readonly server: FailoverServer;
  readonly vault: Vault;
  readonly checker: Checker;
  readonly picture: Picture;
}

/** `host`, `host:port`, `[v6]`, `[v6]:port`; the rule of the contract has been applied. */
export function hostAndPort(address: string): { readonly host: string; readonly port: number } {
  const match = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(address);
  return { host: (match?.[1] ?? address).replace(/^\[(.*)\]$/, '$1'), port: match?.[2] === undefined ? agentPort : Number(match[2]) };
}

export function serverRouteHandlers({ server, vault, checker, picture }: ServerRouteNeeds): SomeHandlers<Names> {
  return {
    'servers.list': () => picture.servers(),
    'servers.get': ({ params }) => picture.detail(params.server),
    'servers.add': async ({ body, caller }) => {
      const { address, name, ...rest } = body;
      const added: NewServer = { ...rest, ...hostAndPort(address), ...(name === undefined ? {} : { name }) };
      return picture.server((await server.addServer(added, caller)).id);
    },
    'servers.change': ({ params, body, caller }) => picture.server(server.changeServer(params.server, patchOf(body), caller).id),
    'servers.remove': async ({ params, query, caller }) => {
      await server.removeServer(params.server, { who: caller.who, ...confirmed(query.confirm) });
      checker.forget(params.server);
      if (query.keepBackups === 'false') await vault.remove(params.server);
    },
    'servers.authorize': async ({ params, body, caller }) => {
      await server.authorize(params.server, body.pairingSecret, { who: caller.who, moveProtection: body.moveProtection });
      return picture.server(params.server);
    },
    'servers.deauthorize': async ({ params, query, caller }) => {
      await server.deauthorize(params.server, { who: caller.who, ...confirmed(query.confirm) });
      return picture.server(params.server);
    },
    'servers.replace': async ({ params, body, caller }) => {
      const { address, pairingSecret, confirm } = body;
      const replaced = await server.replaceServer(params.server, { ...hostAndPort(address), pairingSecret }, { who: caller.who, ...confirmed(confirm) });
      return picture.server(replaced.id);
    },
  };
}

export const confirmed = (confirm: string | undefined): { readonly confirm?: string } => (confirm === undefined ? {} : { confirm });

function patchOf(body: RouteBody<'servers.change'>): ServerPatch {
  const { address, standby, name, priority, copyBack, version } = body;
  return {
    version,
    ...(name === undefined ? {} : { name }),
    ...(priority === undefined ? {} : { priority }),
    ...(copyBack === undefined ? {} : { copyBack }),
    ...(address === undefined ? {} : hostAndPort(address)),
    ...(standby?.mode === undefined ? {} : { standby: standby.mode }),
    ...(standby === undefined ? {} : { cameraStandby: standby.cameras }),
  };
}
