import { expect, test } from 'vitest';
import { systemClock, systemTimers } from '../../platform/clock.ts';
import type { Connection, Transport } from '../../platform/transport.ts';
import type { LinkEvent } from './contract.ts';
import { makeServerLink } from './server-link.ts';

/** An agent without a network: welcomes whoever dials, says what it is told to. */
class FakeAgent {
  readonly agentBoot: string;
  seq: number;
  isClosed = false;
  #listener: (data: string | Uint8Array) => void = () => {};

  constructor(agentBoot: string, seq: number) {
    this.agentBoot = agentBoot;
    this.seq = seq;
  }

  readonly connection: Connection = {
    peer: '192.0.2.1:15410', peerFingerprint: 'pin', send: () => this.#welcome(), waiting: () => 0, sendBytes: () => Promise.resolve(),
    onMessage: (listener) => void (this.#listener = listener), onClose: () => {}, pause: () => {}, resume: () => {}, close: () => void (this.isClosed = true),
  };

  #said = false;
  #welcome(): void {
    if (this.#said) return;
    this.#said = true;
    const { agentBoot, seq } = this;
    this.#say({ type: 'welcome', version: 2, agentBoot, seq, phase: 'running', name: 'Alpha', make: 'fake', makeVersion: '1', wallMs: 0 });
  }

  beat(): void {
    this.seq += 1;
    const progress = { cameras: [], bytesWritten: 0, disk: { state: 'ok', freeBytes: 1, text: '' }, settingsDigest: 'd' };
    this.#say({ type: 'keep-alive', agentBoot: this.agentBoot, seq: this.seq, wallMs: 0, phase: 'running', progress });
  }

  /** In short, from the whole one of that number on. */
  shortBeat(base: number): void {
    this.seq += 1;
    this.#say({ type: 'beat', base, seq: this.seq, wallMs: 0, newestUs: [], durableUs: [], bytesWritten: 0, freeBytes: 1 });
  }

  /** A message of before comes once more. */
  again(seq: number): void {
    const now = this.seq;
    this.seq = seq - 1;
    this.beat();
    this.seq = now;
  }

  #say(message: object): void {
    this.#listener(JSON.stringify({ server: 'alpha', instance: 'one', boot: 'boot', ...message }));
  }
}

async function linked(isSecond: (agentBoot: string) => boolean) {
  const dialled: FakeAgent[] = [];
  const events: LinkEvent[] = [];
  const next: FakeAgent[] = [];
  const transport: Transport = {
    fingerprint: 'own',
    dial: () => {
      const agent = next.shift();
      if (agent === undefined) throw new Error('nobody is there');
      dialled.push(agent);
      return Promise.resolve(agent.connection);
    },
    listen: () => Promise.reject(new Error('nobody dials us')),
  };
  const link = makeServerLink(
    { serverId: 'alpha', host: 'alpha', port: 15410, pin: 'pin', instance: null },
    {
      transport, clock: systemClock, timers: systemTimers, random: { unit: () => 0, id: () => 'id', bytes: (count) => new Uint8Array(count) }, suspendedMs: () => 0,
      opening: () => ({ purpose: 'link', from: 'fo', name: 'Fo' }), times: () => ({ everyMs: 1000, timeoutMs: 30_000 }),
      report: (event) => {
        events.push(event);
        if (event.type === 'connected' && isSecond(event.agentBoot)) link.refuse(event.connection, 'link.identity-twice', 'A second machine claims to be this server.');
      },
    },
  );
  const dial = async (agent: FakeAgent): Promise<void> => {
    next.push(agent);
    await link.dial();
  };
  return { link, dial, troubles: () => events.filter((event) => event.type === 'trouble').length, signs: () => events.filter((event) => event.type === 'life sign').length };
}

test('a second machine that was refused does not make the real one unheard', async () => {
  const { link, dial, signs } = await linked((agentBoot) => agentBoot === 'copy');
  const real = new FakeAgent('real', 5);
  await dial(real);
  real.beat();
  expect(signs()).toBe(1);
  const copy = new FakeAgent('copy', 900);
  await dial(copy);
  expect(copy.isClosed).toBe(true);
  expect(link.status().connections).toBe(1);
  real.beat();
  expect(signs()).toBe(2);
  // What is older than what was heard of it stays unheard.
  real.seq -= 2;
  real.beat();
  expect(signs()).toBe(2);
});

test('a further connection of the same agent counts on from where the first one was', async () => {
  const { dial, signs } = await linked(() => false);
  const first = new FakeAgent('real', 5);
  await dial(first);
  first.beat();
  const second = new FakeAgent('real', 9);
  await dial(second);
  first.beat();
  expect(signs()).toBe(1);
  second.beat();
  expect(signs()).toBe(2);
});

test('a whole keep-alive that comes twice is not what the next beats build on', async () => {
  const { link, dial, signs } = await linked(() => false);
  const agent = new FakeAgent('real', 0);
  await dial(agent);
  agent.beat();
  agent.beat();
  agent.again(1);
  agent.shortBeat(2);
  expect(signs()).toBe(3);
  expect(link.status().connections).toBe(1);
});

test('one of two connections that talks nonsense is closed, and no trouble: nothing would end it while the other speaks', async () => {
  const { link, dial, signs, troubles } = await linked(() => false);
  const first = new FakeAgent('real', 0);
  await dial(first);
  const second = new FakeAgent('real', 0);
  await dial(second);
  second.shortBeat(77);
  expect(second.isClosed).toBe(true);
  expect(link.status()).toMatchObject({ connections: 1, trouble: null });
  first.beat();
  expect(signs()).toBe(1);
  expect(troubles()).toBe(0);
  first.shortBeat(77);
  expect(troubles(), 'the last one').toBe(1);
});
