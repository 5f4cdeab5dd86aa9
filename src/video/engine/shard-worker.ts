/** The worker thread of a shard: composition of the real ports. Started by shard-thread.ts. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { UnderstudyError } from '../../contract/errors.ts';
import { systemClock, systemTimers } from '../../platform/clock.ts';
import { systemRandom } from '../../platform/random.ts';
import { HostClock } from '../ring/host-clock.ts';
import { cameraWriter } from '../store/writer.ts';
import type { FromWorker, ShardData, ToWorker } from './messages.ts';
import { Shard } from './shard.ts';

const port = parentPort;
if (port === null) throw new Error('This module runs in a worker thread only.');

const say = (message: FromWorker): void => port.postMessage(message);
const stores = new Map<string, MessagePort>();

const shard = new Shard({
  clock: systemClock,
  timers: systemTimers,
  random: systemRandom,
  host: new HostClock(systemClock),
  userAgent: (workerData as ShardData).userAgent,
  readBuffer: Buffer.allocUnsafeSlow(256 * 1024),
  makeWriter(job) {
    const store = stores.get(job.storePath);
    if (store === undefined) throw new UnderstudyError('store.missing', `No store is open at ${job.storePath}.`);
    return cameraWriter(store, { storePath: job.storePath, serverId: job.serverId, cameraId: job.cameraId });
  },
  log: (level, text, { serverId, cameraId }) => say({ type: 'log', level, text, serverId, cameraId }),
  watched(id, batches) {
    // Copies of ours: moved to the reader, not copied again.
    port.postMessage({ type: 'watched', id, batches } satisfies FromWorker, batches.flatMap(({ units }) => units.map(({ data }) => data.buffer as ArrayBuffer)));
  },
  statuses: (all, news) => say({ type: 'statuses', all, news }),
});

port.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'store':
      stores.set(message.storePath, message.port);
      break;
    case 'apply':
      shard.apply(message.jobs);
      say({ type: 'applied', id: message.id });
      break;
    case 'watch':
      shard.watch(message.id, message.key);
      break;
    case 'unwatch':
      shard.unwatch(message.id);
      break;
    case 'close':
      void shard.close().then(() => {
        say({ type: 'closed' });
        for (const store of stores.values()) store.close();
        port.close();
      });
      break;
  }
});
