/** The engine's side of one worker thread. A thread that dies is started anew with its cameras, and it is said. */
import type { Worker } from 'node:worker_threads';
import { startThread } from '../../platform/threads.ts';
import type { CameraJob, CameraStatus, FootageBatch, FootageStore } from '../contract.ts';
import { Watching } from './watching.ts';
import type { EngineLog, FromWorker, ShardData, ToWorker } from './messages.ts';

let nextWatch = 1;

export interface ShardThreadOptions {
  readonly index: number;
  readonly storeAt: (storePath: string) => FootageStore | undefined;
  readonly log: (entry: EngineLog) => void;
  /** The statuses say something that others wait for. */
  readonly news: () => void;
  readonly userAgent: string;
  /** Starts the thread; tests pass their own, to end it. */
  readonly start?: (name: string, data: ShardData) => Worker;
}

const startWorker = (name: string, data: ShardData): Worker => startThread(import.meta.url, './shard-worker', { name, data });

const RESTART_MS = 500;
const LOOK_AGAIN_MS = 1000;

export class ShardThread {
  readonly #options: ShardThreadOptions;
  #worker: Worker;
  #jobs: readonly CameraJob[] = [];
  #known = new Set<string>();
  /** Store paths that are wanted and not open. */
  readonly #missing = new Set<string>();
  #looking = false;
  #statuses: readonly CameraStatus[] = [];
  #applyId = 0;
  readonly #applied = new Map<number, () => void>();
  readonly #watchings = new Map<number, Watching>();
  #closing: { resolve(): void } | null = null;
  #alive = true;

  constructor(options: ShardThreadOptions) {
    this.#options = options;
    this.#worker = this.#start();
  }

  statuses(): readonly CameraStatus[] {
    return this.#statuses;
  }

  apply(jobs: readonly CameraJob[]): Promise<void> {
    this.#jobs = jobs;
    const wanted = new Set(jobs.map((job) => `${job.serverId}/${job.cameraId}`));
    this.#statuses = this.#statuses.filter((status) => wanted.has(`${status.serverId}/${status.cameraId}`));
    return new Promise((resolve) => {
      const id = ++this.#applyId;
      this.#applied.set(id, resolve);
      // While the thread is between two lives its start sends the newest orders.
      if (this.#alive) this.#send(id);
    });
  }

  /** Ends when `signal` is aborted, the reader is too slow, or the thread ends. */
  watch(key: string, signal: AbortSignal): AsyncGenerator<FootageBatch> {
    const id = nextWatch++;
    const watching = new Watching(signal, () => {
      this.#watchings.delete(id);
      if (this.#alive) this.#post({ type: 'unwatch', id });
    });
    this.#watchings.set(id, watching);
    this.#post({ type: 'watch', id, key });
    return watching.batches();
  }

  close(): Promise<void> {
    for (const watching of this.#watchings.values()) watching.close();
    if (!this.#alive) {
      // Between two lives: nothing runs, and nothing shall be started.
      this.#closing = { resolve: () => undefined };
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#closing = { resolve };
      this.#post({ type: 'close' });
    });
  }

  #send(id: number): void {
    this.#sendStores();
    this.#post({ type: 'apply', id, jobs: this.#jobs });
  }

  /** A store may open later than its cameras are wanted (a disk that is mounted late): then it is sent later. */
  #sendStores(): void {
    let missing = false;
    for (const storePath of new Set(this.#jobs.map((job) => job.storePath))) {
      if (this.#known.has(storePath)) continue;
      const port = this.#options.storeAt(storePath)?.writerPort();
      if (port !== undefined) {
        this.#known.add(storePath);
        this.#missing.delete(storePath);
        this.#worker.postMessage({ type: 'store', storePath, port } satisfies ToWorker, [port]);
        continue;
      }
      missing = true;
      if (!this.#missing.has(storePath))
        this.#options.log({ level: 'error', text: `No store is open at ${storePath}; its cameras cannot be recorded until it is.` });
      this.#missing.add(storePath);
    }
    if (!missing || this.#looking) return;
    this.#looking = true;
    setTimeout(() => {
      this.#looking = false;
      if (this.#alive && this.#closing === null) this.#sendStores();
    }, LOOK_AGAIN_MS).unref();
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #start(): Worker {
    const worker = (this.#options.start ?? startWorker)(`cameras-${this.#options.index}`, { userAgent: this.#options.userAgent });
    worker.on('message', (message: FromWorker) => this.#message(message));
    worker.on('error', (error) =>
      this.#options.log({ level: 'error', text: `Recording thread ${this.#options.index} failed: ${error.stack ?? error.message}` }),
    );
    worker.on('exit', () => this.#exited());
    return worker;
  }

  #message(message: FromWorker): void {
    switch (message.type) {
      case 'applied':
        for (const [id, resolve] of this.#applied) {
          if (id > message.id) continue;
          this.#applied.delete(id);
          resolve();
        }
        break;
      case 'statuses':
        this.#statuses = message.all;
        if (message.news) this.#options.news();
        break;
      case 'log': {
        const { level, text, serverId, cameraId } = message;
        this.#options.log({ level, text, serverId, cameraId });
        break;
      }
      case 'watched':
        this.#watchings.get(message.id)?.take(message.batches);
        break;
      case 'closed':
        break;
    }
  }

  #exited(): void {
    this.#known = new Set();
    this.#alive = false;
    for (const watching of this.#watchings.values()) watching.close();
    if (this.#closing !== null) {
      this.#closing.resolve();
      return;
    }
    const count = this.#jobs.length;
    this.#options.log({ level: 'error', text: `Recording thread ${this.#options.index} ended; it is started anew with its ${count} cameras.` });
    setTimeout(() => {
      if (this.#closing !== null) return;
      this.#worker = this.#start();
      this.#alive = true;
      this.#send(this.#applyId);
    }, RESTART_MS);
  }
}
