/** A process that records like a camera in real time until it is killed: `recorder-fixture.ts <store path> [cameras]`. */
import { openStore } from '../../src/video/store/store.ts';
import { cameraWriter } from '../../src/video/store/writer.ts';
import { batches, makeStream } from './streams.ts';

const [storePath = '', cameras = '1'] = process.argv.slice(2);
const store = await openStore({ storePath, create: true, processName: 'fixture' });
const port = store.writerPort();
const stream = makeStream({ codec: 'h264', seconds: 60, size: '160x120', startUs: 0 });
const writers = Array.from({ length: Number(cameras) }, (_, at) => cameraWriter(port, { storePath, serverId: 'north', cameraId: `camera-${at}` }));
const startUs = Date.now() * 1000;
process.stdout.write(`${startUs}\n`);
for (const batch of batches(stream)) {
  const units = batch.units.map((unit) => ({ ...unit, timeUs: unit.timeUs + startUs }));
  const dueMs = ((units.at(-1)?.timeUs ?? 0) - Date.now() * 1000) / 1000;
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs)));
  await Promise.all(writers.map((writer) => writer.append({ ...batch, units })));
}
