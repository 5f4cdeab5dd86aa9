import type { Hello } from '../contract/link.ts';
import type { Clock, Timers } from '../platform/clock.ts';
import type { Guest } from '../platform/link-door.ts';
import { type Handlers, makeResponder } from '../platform/link-responder.ts';
import type { Log } from '../platform/log.ts';
import type { Connection } from '../platform/transport.ts';

/** A failover server opens a few links at most; older ones beyond this are half-open ghosts. */
const mostLinks = 8;
const mostBulks = 32;

export interface GuestNeeds {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly handlers: Handlers;
  /** Open link connections; life signs go to all of them. */
  readonly links: Set<Connection>;
  readonly entered: (hello: Hello, connection: Connection) => void;
  readonly heard: () => void;
}

/** The welcomed connections of the protector. */
export interface Guests {
  enter(kind: 'link' | 'bulk', hello: Hello, connection: Connection): Guest;
  /** Closes every connection but those that show this key; null: all. */
  closeBut(fingerprint: string | null, reason: string): void;
}

export function makeGuests(needs: GuestNeeds): Guests {
  const { clock, timers, log, handlers, links } = needs;
  const bulks = new Set<Connection>();
  return {
    enter(kind, hello, connection) {
      const group = kind === 'link' ? links : bulks;
      group.add(connection);
      limit(group, kind === 'link' ? mostLinks : mostBulks);
      const responder = makeResponder(connection, timers, handlers, kind === 'bulk', log);
      if (kind === 'link') needs.entered(hello, connection);
      needs.heard();
      return {
        message(message) {
          needs.heard();
          if (!(message instanceof Uint8Array) && message.type === 'ping')
            connection.send(JSON.stringify({ type: 'pong', id: message.id, wallMs: clock.wallMs() }));
          else if (!responder.take(message)) connection.close('link.protocol');
        },
        closed(reason) {
          group.delete(connection);
          responder.fail(reason);
        },
      };
    },
    closeBut(fingerprint, reason) {
      for (const connection of [...links, ...bulks]) if (connection.peerFingerprint !== fingerprint) connection.close(reason);
    },
  };
}

function limit(group: Set<Connection>, most: number): void {
  for (const oldest of group) {
    if (group.size <= most) return;
    group.delete(oldest);
    oldest.close('too many connections');
  }
}
