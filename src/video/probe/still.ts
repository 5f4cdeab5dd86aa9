import type { FootageBatch } from '../contract.ts';
import { muxFragmented } from '../playback/mux.ts';
import type { Ring } from '../ring/ring.ts';

/** The first key frame kept, as fragmented MP4; null if there is none. */
export async function stillOf(ring: Ring): Promise<Uint8Array | null> {
  ring.startReading();
  const batch = ring.gather(1, 1);
  const unit = batch?.units[0];
  if (batch === null || unit === undefined || !unit.key || unit.track !== 'video') return null;
  const data = batch.memory.subarray(unit.start, unit.start + unit.length);
  // Without the sound: a picture is wanted, and a browser may not know the sound.
  const config = { version: batch.config.version, video: batch.config.video };
  const parts: Uint8Array[] = [];
  for await (const part of muxFragmented(only({ config, units: [{ ...unit, data }] }))) parts.push(Uint8Array.from(part));
  ring.settle();
  return Buffer.concat(parts);
}

async function* only(batch: FootageBatch): AsyncGenerator<FootageBatch> {
  yield batch;
}
