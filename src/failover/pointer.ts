import { failoverPort } from '../contract/link.ts';
import type { Log } from '../platform/log.ts';
import type { FailoverServer, ServerView } from './server-types.ts';

export interface PointerNeeds {
  /** Where our footage door listens. */
  readonly port: number;
  /** Own address as the monitored server sees it; null: no way there. */
  readonly addressTowards: (host: string) => Promise<string | null>;
  readonly log: Log;
}

/**
 * Tells every monitored server that is connected where its failover recordings are found (the seed's
 * ini parameter). Its agent writes it, or says the line to paste; told again only when it changed.
 */
export function keepPointers(server: FailoverServer, needs: PointerNeeds): () => void {
  const told = new Map<string, string>();
  const tell = async (view: ServerView): Promise<void> => {
    const own = server.settings().settings.addresses.serverNetwork || (await needs.addressTowards(view.host));
    if (own === null) return;
    const failoverAddress = needs.port === failoverPort || own.includes(':') ? own : `${own}:${needs.port}`;
    const line = `${failoverAddress} ${view.host}`;
    if (told.get(view.id) === line) return;
    told.set(view.id, line);
    try {
      const answer = await server.link.request(view.id, 'footage.pointer', { failoverAddress, monitoredAddress: view.host });
      needs.log.info({ server: view.id, file: answer.file, written: answer.written }, 'The monitored server knows where its failover recordings are.');
    } catch (error) {
      told.delete(view.id);
      needs.log.info({ server: view.id, error: (error as Error).message }, 'The monitored server could not be told where its failover recordings are.');
    }
  };
  return server.onEvent((event) => {
    if (event.type !== 'server') return;
    const view = server.find(event.serverId);
    if (view?.link.authorized === false) told.delete(view.id);
    if (view !== null && view.link.connected && view.detector.state === 'alive') void tell(view);
  });
}
