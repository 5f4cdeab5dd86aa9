import type { Hello } from '../contract/link.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { formatSecret } from '../platform/pairing-proof.ts';
import type { Random } from '../platform/random.ts';
import type { Connection } from '../platform/transport.ts';
import { type Admission, admit } from './admission.ts';
import { type AgentMemory, type AgentState, type Protector, renewSecret } from './memory.ts';
import { makeThrottle } from './throttle.ts';

export interface ProtectionNeeds {
  readonly state: AgentState;
  readonly ownFingerprint: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The protector changed: whoever is connected must say hello again. */
  readonly changed: () => void;
}

/** Who protects this server: decides every hello, and keeps the answer durable. */
export interface Protection {
  readonly instance: string;
  protector(): Protector | null;
  decide(hello: Hello, connection: Connection): Promise<Admission>;
  release(): Promise<void>;
}

export async function openProtection(needs: ProtectionNeeds): Promise<Protection> {
  const { state, clock, random, log } = needs;
  const throttle = makeThrottle();
  let memory = await firstMemory(state, random);
  // One at a time: two pairings that race must not both find the server free.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = async <T>(run: () => Promise<T>): Promise<T> => {
    const mine = turn.then(run);
    turn = mine.catch(() => undefined); // told to its own caller
    return await mine;
  };

  const remember = async (next: AgentMemory): Promise<void> => {
    await state.writeMemory(next); // durable before anybody hears of it
    memory = next;
  };
  const keep = async (admission: Admission, hello: Hello, host: string): Promise<void> => {
    if (admission.kind === 'refused') {
      if (admission.wrongSecret === true) throttle.wrong(host, clock.monotonicMs());
    } else if (admission.kind === 'paired') {
      throttle.right(host);
      await remember(admission.memory);
      if (!admission.news) return;
      await state.writeSecret(null);
      needs.changed();
      log.info({ protector: hello.from }, `Paired: ${hello.name} protects this server from now on.`);
    } else if (admission.rename !== null) await remember(admission.rename);
  };
  const decide = async (hello: Hello, connection: Connection): Promise<Admission> => {
    const host = connection.peer.slice(0, connection.peer.lastIndexOf(':'));
    const admission = admit({
      hello,
      fingerprint: connection.peerFingerprint,
      ownFingerprint: needs.ownFingerprint,
      memory,
      openSecret: hello.purpose === 'pair' ? await state.readSecret() : null,
      blockedMs: throttle.blockedMs(host, clock.monotonicMs()),
      wallMs: clock.wallMs(),
    });
    await keep(admission, hello, host);
    return admission;
  };
  const showSecret = async (): Promise<void> => {
    const secret = (await state.readSecret()) ?? (await renewSecret(state, random));
    log.info({}, `Not protected yet. Pair a failover server with this one-time secret: ${formatSecret(secret)}`);
  };

  if (memory.protector === null) await showSecret();
  return {
    instance: memory.instance,
    protector: () => memory.protector,
    decide: async (hello, connection) => await inTurn(async () => await decide(hello, connection)),
    release: async () =>
      await inTurn(async () => {
        await remember({ ...memory, protector: null });
        await showSecret();
        needs.changed();
      }),
  };
}

async function firstMemory(state: AgentState, random: Random): Promise<AgentMemory> {
  const there = await state.readMemory();
  if (there !== null) return there;
  const made: AgentMemory = { schema: 1, instance: random.id(), protector: null };
  await state.writeMemory(made);
  return made;
}
