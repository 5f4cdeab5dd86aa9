import { expect, test } from 'vitest';
import type { SettingsDocument } from '../contract/settings.ts';
import type { Timers } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { CameraJob, CameraStatus, FootageStore, Recording } from '../video/contract.ts';
import type { KnownStores } from './known-stores.ts';
import { makeMedia } from './media.ts';

const camera = (id: string) => ({ id, name: id, url: `rtsp://10.0.0.1/${id}`, transport: 'auto', audio: false, priority: 1, enabled: true });
const document = { schema: 1, name: 'North', storePath: 'footage', retention: { days: 7, maxBytes: null }, cameras: [camera('gate'), camera('yard')] } as unknown as SettingsDocument;

function rig(states: Readonly<Record<string, CameraStatus['state']>>) {
  const applied: (readonly string[])[] = [];
  const due: (() => void)[] = [];
  const store = { keys: async () => [], setRetention: async () => undefined } as unknown as FootageStore;
  const recording = {
    apply: async (jobs: readonly CameraJob[]) => void applied.push(jobs.map(({ cameraId }) => cameraId)),
    statuses: () => Object.entries(states).map(([cameraId, state]) => ({ cameraId, state, stream: null })),
  } as unknown as Recording;
  const timers = { after: (_: number, run: () => void) => (due.push(run), () => undefined) } as unknown as Timers;
  const media = makeMedia(
    { openStore: async () => store, startRecording: () => recording },
    { serverId: 's', known: { has: async () => true, add: async () => undefined } as unknown as KnownStores, timers, log: {} as Log },
  );
  media.want({ document, storePath: '/footage', released: new Set() });
  return { media, applied, later: () => due.splice(0).forEach((run) => run()) };
}

test('a camera that waits for its next try is tried at once, at most once in a while; one that streams is left alone', async () => {
  const { media, applied, later } = rig({ gate: 'retrying', yard: 'streaming' });
  await media.settled();
  expect(applied).toEqual([['gate', 'yard']]);
  media.tryNow(['gate', 'yard']);
  await media.settled();
  // Dropped, then ordered again: it begins anew.
  expect(applied.splice(0)).toEqual([['gate', 'yard'], ['yard'], ['gate', 'yard']]);
  media.tryNow(['gate']);
  await media.settled();
  expect(applied).toEqual([]);
  later();
  media.tryNow(['gate']);
  await media.settled();
  expect(applied).toEqual([['yard'], ['gate', 'yard']]);
});
