import { UnderstudyError } from '../contract/errors.ts';
import { type Hello, linkVersion, oldestLinkVersion, type Welcome } from '../contract/link.ts';
import { chooseVersion, type LinkMessage, parseLinkMessage } from '../contract/link-parse.ts';
import type { Timers } from './clock.ts';
import { remoteError } from './link-asker.ts';
import type { Connection, DialTarget, Transport } from './transport.ts';

/** The other side's refusal; `holder` names the protector for `link.other-protector`. */
export class Refusal extends UnderstudyError {
  readonly holder: string | null;

  constructor(error: UnderstudyError, holder: string | null) {
    super(error.code, error.message, error.advice === undefined ? {} : { advice: error.advice });
    this.holder = holder;
  }
}

export type Opening = Omit<Hello, 'type' | 'version' | 'oldestVersion'>;

export interface Opened {
  readonly connection: Connection;
  readonly welcome: Welcome;
  /** Instead of `connection.onMessage`: delivers first what came together with the welcome. */
  readonly onMessage: (listener: (data: string | Uint8Array) => void) => void;
}

/**
 * Dials, says hello and waits for the welcome, all within `target.timeoutMs`. Rejects with
 * `link.unreachable`, `auth.pin-mismatch`, `link.version`, `link.protocol` or a `Refusal`.
 */
export async function openLink(
  transport: Transport,
  timers: Timers,
  target: DialTarget,
  opening: Opening | ((connection: Connection) => Opening),
): Promise<Opened> {
  let dialled: Connection | null = null;
  let late = false;
  const cancel = timers.after(target.timeoutMs, () => {
    late = true;
    dialled?.close('no welcome in time');
  });
  try {
    dialled = await transport.dial(target);
    if (late) throw new UnderstudyError('link.unreachable', `${dialled.peer} answered too late.`);
    return await greet(dialled, opening);
  } catch (error) {
    dialled?.close('the welcome was not accepted');
    throw error;
  } finally {
    cancel();
  }
}

async function greet(connection: Connection, opening: Opening | ((connection: Connection) => Opening)): Promise<Opened> {
  const early: (string | Uint8Array)[] = [];
  const answer = new Promise<LinkMessage>((done, fail) => {
    let first = true;
    connection.onMessage((data) => {
      if (!first) return void early.push(data);
      first = false;
      connection.pause(); // what follows the welcome is for the caller's listener
      try {
        done(parseLinkMessage(data));
      } catch (error) {
        fail(error as Error);
      }
    });
    connection.onClose((reason) => fail(new UnderstudyError('link.unreachable', `${connection.peer}: ${reason}`)));
  });
  const more = typeof opening === 'function' ? opening(connection) : opening;
  connection.send(JSON.stringify({ type: 'hello', version: linkVersion, oldestVersion: oldestLinkVersion, ...more } satisfies Hello));
  const welcome = welcomed(await answer);
  return {
    connection,
    welcome,
    onMessage(listener) {
      for (const data of early.splice(0)) listener(data);
      connection.onMessage(listener);
      connection.resume();
    },
  };
}

function welcomed(message: LinkMessage): Welcome {
  if (message.type === 'refused') throw new Refusal(remoteError(message), message.holder ?? null);
  if (message.type !== 'welcome') throw new UnderstudyError('link.protocol', `Instead of a welcome came ${message.type}.`);
  if (chooseVersion({ version: message.version, oldestVersion: message.version }) === null)
    throw new UnderstudyError('link.version', `The other side speaks version ${message.version} of the link.`, { advice: 'Update the older of the two.' });
  return message;
}
