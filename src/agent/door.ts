import type { Hello, Welcome } from '../contract/link.ts';
import { type LinkMessage, parseLinkMessage } from '../contract/link-parse.ts';
import type { Timers } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Connection } from '../platform/transport.ts';
import type { Admission } from './admission.ts';

const helloMs = 5000;

export interface DoorNeeds {
  readonly timers: Timers;
  readonly log: Log;
  /** Decides, and makes durable what must be durable before the caller hears of it. */
  readonly admit: (hello: Hello, connection: Connection) => Promise<Admission>;
  readonly welcome: (version: number) => Welcome;
  /** A welcomed connection; returns who gets its messages from now on. */
  readonly enter: (kind: 'link' | 'bulk', hello: Hello, connection: Connection) => Guest;
}

export interface Guest {
  message(message: LinkMessage | Uint8Array): void;
  closed(reason: string): void;
}

/** Waits for the hello of a new connection, answers it, and passes on what follows. */
export function receive(connection: Connection, needs: DoorNeeds): void {
  let step: 'hello' | 'deciding' | Guest = 'hello';
  const cancel = needs.timers.after(helloMs, () => connection.close('no hello in time'));
  connection.onClose((reason) => {
    cancel();
    if (typeof step === 'object') step.closed(reason);
  });
  const decide = async (hello: Hello): Promise<void> => {
    const admission = await needs.admit(hello, connection);
    if (admission.kind === 'refused') {
      const { code, text, holder } = admission;
      needs.log.warn({ code, peer: connection.peer, from: hello.from }, `Refused ${hello.name}: ${text}`);
      connection.send(JSON.stringify({ type: 'refused', code, text, holder }));
      return connection.close(code);
    }
    const welcome = needs.welcome(admission.version);
    connection.send(JSON.stringify(admission.kind === 'paired' ? { ...welcome, proof: admission.proof } : welcome));
    if (admission.kind === 'paired') return void needs.timers.after(helloMs, () => connection.close('paired'));
    step = needs.enter(admission.kind, hello, connection);
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
