import type { ErrorCode } from '../contract/errors.ts';
import type { Hello, Welcome } from '../contract/link.ts';
import { type LinkMessage, parseLinkMessage } from '../contract/link-parse.ts';
import type { Timers } from './clock.ts';
import type { Log } from './log.ts';
import type { Connection } from './transport.ts';

const helloMs = 5000;

/** What a hello is answered with. */
export type Reception =
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly text: string; readonly holder?: string }
  /** `enter` takes over the connection; null: there is nothing more to say, the caller ends it. */
  | { readonly kind: 'welcome'; readonly welcome: Welcome; readonly enter: (() => Guest) | null };

export interface Guest {
  message(message: LinkMessage | Uint8Array): void;
  closed(reason: string): void;
}

export interface DoorNeeds {
  readonly timers: Timers;
  readonly log: Log;
  /** Decides, and makes durable what must be durable before the caller hears of it. */
  readonly admit: (hello: Hello, connection: Connection) => Promise<Reception>;
}

/** The accepting side of every connection: waits for the hello, answers it, passes on what follows. */
export function receive(connection: Connection, needs: DoorNeeds): void {
  let step: 'hello' | 'deciding' | Guest = 'hello';
  const cancel = needs.timers.after(helloMs, () => connection.close('no hello in time'));
  connection.onClose((reason) => {
    cancel();
    if (typeof step === 'object') step.closed(reason);
  });
  const decide = async (hello: Hello): Promise<void> => {
    const reception = await needs.admit(hello, connection);
    if (reception.kind === 'refused') {
      const { code, text, holder } = reception;
      needs.log.warn({ code, peer: connection.peer, from: hello.from }, `Refused ${hello.name}: ${text}`);
      connection.send(JSON.stringify({ type: 'refused', code, text, holder }));
      return connection.close(code);
    }
    connection.send(JSON.stringify(reception.welcome));
    // The caller ends it, so that it surely read the welcome; or we do, if it forgets.
    if (reception.enter === null) return void needs.timers.after(helloMs, () => connection.close('nothing more to say'));
    step = reception.enter();
    connection.resume();
  };
  connection.onMessage((data) => {
    try {
      if (typeof step === 'object') return step.message(data instanceof Uint8Array ? data : parseLinkMessage(data));
      const message = parseLinkMessage(data);
      if (step !== 'hello' || message.type !== 'hello') return connection.close('a hello was expected');
      step = 'deciding';
      connection.pause();
      cancel();
      decide(message).catch((error: unknown) => {
        needs.log.error({ err: error, peer: connection.peer }, 'A hello could not be answered');
        connection.close('process.defect');
      });
    } catch (error) {
      needs.log.warn({ err: error, peer: connection.peer }, 'A message was refused and its connection closed');
      connection.close('link.protocol');
    }
  });
}
