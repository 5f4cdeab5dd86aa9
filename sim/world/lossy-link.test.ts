import { describe, expect, test } from 'vitest';
import { startAgent } from '../../src/agent/agent.ts';
import type { AgentState } from '../../src/agent/memory.ts';
import { makeLinks } from '../../src/failover/link/links.ts';
import type { LinkEvent } from '../../src/failover/link/contract.ts';
import { silentLog } from '../../src/platform/log.ts';
import { UnderstudyError } from '../../src/contract/errors.ts';
import type { Connection, Transport } from '../../src/platform/transport.ts';
import type { Recorder } from '../../src/recorders/contract.ts';
import { LossyNetwork, type Weather } from './lossy-network.ts';
import { VirtualTime } from './time.ts';
import { seededRandom } from './random.ts';

const failoverKey = 'f'.repeat(64);

function paired(): AgentState {
  return {
    readMemory: async () => ({ schema: 1, instance: 'i', protector: { id: 'fo', name: 'Failover', fingerprint: failoverKey, pairedAtMs: 0, usedSecret: '' } }),
    writeMemory: async () => undefined,
    readSecret: async () => null,
    writeSecret: async () => undefined,
  };
}

const recorder = (): Recorder =>
  ({ make: 'm', makeVersion: '1', phase: () => ({ phase: 'running', boot: 'b' }), onEvent: () => undefined, start: async () => undefined, progress: () => null, settingsProblems: () => [] }) as unknown as Recorder;

/** What the link would be without its remedy: no second connection to a host while one is open. */
function oneAlone(transport: Transport): Transport {
  const open = new Set<string>();
  return {
    ...transport,
    async dial(target) {
      if (open.has(target.host)) throw new UnderstudyError('link.unreachable', 'one connection is open');
      const connection = await transport.dial(target);
      open.add(target.host);
      return {
        ...bound(connection),
        onClose: (listener) =>
          connection.onClose((reason) => {
            open.delete(target.host);
            listener(reason);
          }),
      };
    },
  };
}

const bound = (to: Connection): Connection => ({
  peer: to.peer,
  peerFingerprint: to.peerFingerprint,
  send: (text) => to.send(text),
  sendBytes: async (bytes) => await to.sendBytes(bytes),
  waiting: () => to.waiting(),
  onMessage: (listener) => to.onMessage(listener),
  onClose: (listener) => to.onClose(listener),
  pause: () => to.pause(),
  resume: () => to.resume(),
  close: (reason) => to.close(reason),
});

interface Silences {
  readonly longestMs: number;
  readonly over30s: number;
  readonly dials: number;
  readonly connected: number;
}

/** So many link-hours in this weather; silence is the time between two life signs of one server. */
async function silences(weather: Weather, links: number, hours: number, seed: number, connections: 'as needed' | 'one alone' = 'as needed'): Promise<Silences> {
  const time = new VirtualTime();
  const random = seededRandom(seed);
  const network = new LossyNetwork({ time, random, weather });
  const lastMs = new Map<string, number>();
  let longestMs = 0;
  let over30s = 0;
  let connected = 0;
  const heard = (event: LinkEvent): void => {
    if (event.type === 'connected') connected++;
    if (event.type !== 'life sign') return;
    const silenceMs = event.atMs - (lastMs.get(event.serverId) ?? event.atMs);
    lastMs.set(event.serverId, event.atMs);
    longestMs = Math.max(longestMs, silenceMs);
    if (silenceMs > 30_000) over30s++;
  };
  const all = makeLinks({
    self: () => ({ id: 'fo', name: 'Failover' }),
    transport: connections === 'one alone' ? oneAlone(network.transport('fo', failoverKey)) : network.transport('fo', failoverKey),
    clock: time,
    timers: time,
    random,
    afterPoll: (run) => run(),
    log: silentLog,
    keepAlive: { everyMs: 1000, timeoutMs: 30_000 },
    onEvent: heard,
  });
  for (let index = 0; index < links; index++) {
    const id = `rec-${index}`;
    await startAgent({ server: { id, name: id }, recorder: recorder(), transport: network.transport(id, id), state: paired(), clock: time, timers: time, random, log: silentLog });
    all.set({ serverId: id, host: id, port: 15410, pin: id, instance: null });
  }
  await time.run(hours * 3_600_000);
  for (const [, last] of lastMs) longestMs = Math.max(longestMs, time.monotonicMs() - last);
  expect(lastMs.size).toBe(links);
  await all.close();
  return { longestMs: Math.round(longestMs), over30s, dials: network.dials, connected };
}

describe('the link in bad weather', () => {
  test('N12: 20 % loss each way and 200 ms jitter silence no server for the keep-alive time-out', { timeout: 120_000 }, async () => {
    const result = await silences({ loss: 0.2, delayMs: 20, jitterMs: 200 }, 6, 1, 12);
    expect(result.over30s).toBe(0);
    expect(result.longestMs).toBeLessThan(20_000);
  });

  test('the weather is bad enough to show it: one connection alone does fall silent for longer', { timeout: 120_000 }, async () => {
    const result = await silences({ loss: 0.2, delayMs: 20, jitterMs: 200 }, 6, 1, 12, 'one alone');
    expect(result.over30s).toBeGreaterThan(0);
  });

  test('in fine weather one connection is enough for an hour', { timeout: 120_000 }, async () => {
    const result = await silences({ loss: 0, delayMs: 20, jitterMs: 20 }, 3, 1, 1);
    expect(result).toMatchObject({ dials: 3, connected: 3, over30s: 0 });
    expect(result.longestMs).toBeLessThan(1100);
  });
});
