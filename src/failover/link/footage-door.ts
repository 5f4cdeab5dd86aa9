import { UnderstudyError } from '../../contract/errors.ts';
import { failoverPort, type Hello, type Method, type Welcome } from '../../contract/link.ts';
import { chooseVersion } from '../../contract/link-parse.ts';
import type { Clock, Timers } from '../../platform/clock.ts';
import { receive, type Reception } from '../../platform/link-door.ts';
import { type Answer, type Handlers, makeResponder } from '../../platform/link-responder.ts';
import type { Log } from '../../platform/log.ts';
import { sparingLog } from '../../platform/sparing-log.ts';
import type { Connection, Listening, Transport } from '../../platform/transport.ts';

export interface FootageDoorNeeds {
  readonly self: { readonly id: string; readonly name: string; readonly instance: string; readonly boot: string };
  readonly transport: Transport;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly listen?: { readonly host: string; readonly port: number };
  /** The monitored server whose agent was paired with this key; null: a stranger. */
  readonly serverOf: (fingerprint: string) => string | null;
  /** What is answered; `params.serverId` is the caller's own, that is made sure here. */
  readonly handlers: Handlers;
}

/**
 * Where monitored servers read their failover recordings (port 15411): the paired keys and nobody
 * else, each of them its own recordings and nobody else's.
 */
export async function openFootageDoor(needs: FootageDoorNeeds): Promise<Listening> {
  const { self, transport, clock, timers, log } = needs;
  const welcome = (version: number): Welcome => ({
    type: 'welcome',
    version,
    server: self.id,
    instance: self.instance,
    agentBoot: self.boot,
    boot: self.boot,
    phase: 'unknown',
    name: self.name,
    make: 'understudy failover',
    makeVersion: '1',
    wallMs: clock.wallMs(),
    seq: 0,
  });
  const admit = async (hello: Hello, connection: Connection): Promise<Reception> => {
    const version = chooseVersion(hello);
    if (version === null) return { kind: 'refused', code: 'link.version', text: `This failover server does not speak version ${hello.version} of the link.` };
    const serverId = needs.serverOf(connection.peerFingerprint);
    if (serverId === null || hello.purpose !== 'footage')
      return { kind: 'refused', code: 'link.not-authorized', text: `${self.name} hands out recordings to the servers that it protects only.` };
    return {
      kind: 'welcome',
      welcome: welcome(version),
      enter() {
        const responder = makeResponder(connection, timers, ownOnly(needs.handlers, serverId), true, doorLog);
        return {
          message(message) {
            if (!responder.take(message)) connection.close('link.protocol');
          },
          closed: (reason) => responder.fail(reason),
        };
      },
    };
  };
  const doorLog = sparingLog(log, clock);
  return await transport.listen(needs.listen ?? { host: '0.0.0.0', port: failoverPort }, (connection) => receive(connection, { timers, log: doorLog, admit }));
}

type Handler = (params: object, upload: AsyncIterable<Uint8Array>) => Promise<Answer<Method>>;

function ownOnly(handlers: Handlers, serverId: string): Handlers {
  const guarded = Object.entries(handlers as Record<string, Handler>).map(([method, handler]): [string, Handler] => [
    method,
    async (params, upload) => {
      if ('serverId' in params && params.serverId !== serverId)
        throw new UnderstudyError('link.not-authorized', `${serverId} may read its own recordings only.`);
      return await handler(params, upload);
    },
  ]);
  return Object.fromEntries(guarded) as Handlers;
}
