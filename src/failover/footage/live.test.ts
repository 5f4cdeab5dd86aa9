import { expect, test } from 'vitest';
import type { FootageBatch, StreamConfig } from '../../video/contract.ts';
import type { FailoverServer } from '../server-types.ts';
import { live } from './live.ts';

const sets = ['6742c01ed900a0040fc0880000030008000003019078b1724', '68ce3c80'].map((hex) => Buffer.from(hex.padEnd(hex.length + (hex.length % 2), '0'), 'hex'));
const config: StreamConfig = { version: 1, video: { codec: 'h264', parameterSets: sets, width: 640, height: 360, clockRate: 90_000 } };
const camera = { serverId: 'north', cameraId: 'gate' };

test.each([
  ['recorded', { state: 'streaming', mode: 'record', recording: {} }, { state: 'streaming', mode: 'standby', recording: null }],
  ['kept hot', { state: 'streaming', mode: 'standby', recording: null }, null],
])('live pictures of a camera that was %s here end when it is so no more: whoever watches is shown what its recorder writes', async (_, before, behind) => {
  const state: { own: unknown } = { own: before };
  const due = new Set<() => void>();
  const left: string[] = [];
  async function* endless(signal: AbortSignal): AsyncGenerator<FootageBatch> {
    yield { config, units: [{ track: 'video', key: true, rtpTime: 0, timeUs: 1e12, vclBytes: 1, vclCrc: 1, gapBefore: false, data: new Uint8Array(5) }] };
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    left.push('ended');
  }
  const server = {
    servers: () => [{ id: 'north', cameras: [{ id: 'gate', own: state.own }] }],
    store: { follow: (_camera: unknown, _fromUs: unknown, signal: AbortSignal) => endless(signal) },
    watch: (_camera: unknown, signal: AbortSignal) => endless(signal),
  } as unknown as FailoverServer;
  const timers = { after: () => () => undefined, every: (_ms: number, run: () => void) => (due.add(run), () => void due.delete(run)) };
  const { body } = await live(server, camera, { clock: { wallMs: () => 1e9, monotonicMs: () => 0, uptimeMs: () => 0 }, timers }, new AbortController().signal);
  const reading = (async () => {
    for await (const part of body) expect(part.length).toBeGreaterThan(0);
  })();
  await new Promise((resolve) => setImmediate(resolve));
  for (const run of due) run();
  expect(left).toEqual([]);
  state.own = behind;
  for (const run of due) run();
  await reading;
  expect([left, due.size]).toEqual([['ended'], 0]);
});
