/** What threads.test.ts runs in a thread: types to strip, and an import with a .ts ending. */
import { parentPort, workerData } from 'node:worker_threads';
import { systemRandom } from './random.ts';

const given: number = workerData as number;
parentPort?.postMessage({ sum: given * 2 + 1, unit: systemRandom.unit() } satisfies { sum: number; unit: number });
