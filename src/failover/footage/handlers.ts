import { encodeBatches, encodeRows } from '../../contract/footage-wire.ts';
import type { Handlers } from '../../platform/link-responder.ts';
import type { FailoverStore } from '../ports.ts';

/** What a monitored server may ask of its own failover recordings (port 15411); whose they are is checked at the door. */
export function footageAnswers(store: FailoverStore): Handlers {
  return {
    'footage.coverage': async ({ serverId, cameraId, span }) => ({ result: await answered(store, { serverId, cameraId }, span) }),
    'footage.rows': async ({ serverId, cameraId, span }) => ({ result: {}, body: encodeRows(store.rows({ serverId, cameraId }, span)) }),
    'footage.read': async ({ serverId, cameraId, span }) => ({ result: {}, body: encodeBatches(store.read({ serverId, cameraId }, span)) }),
  };
}

async function answered(store: FailoverStore, camera: { serverId: string; cameraId: string }, span: { fromUs: number; toUs: number }) {
  const { spans, exactness, durableUntilUs } = await store.coverage(camera, span);
  return { spans: spans.map(({ fromUs, toUs }) => ({ fromUs, toUs })), exactness, durableUntilUs };
}
