/** Writes a stream from a worker thread, as the engine does, and then waits to be ended. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { cameraWriter } from '../../src/video/store/writer.ts';
import { batches, makeStream } from './streams.ts';

const { port, storePath, startUs } = workerData as { port: MessagePort; storePath: string; startUs: number };
const writer = cameraWriter(port, { storePath, serverId: 'north', cameraId: 'gate' });
for (const batch of batches(makeStream({ codec: 'h264', seconds: 4, startUs }))) await writer.append(batch);
parentPort?.postMessage('written');
// Keeps the thread alive, its last report unsent.
parentPort?.on('message', () => {});
