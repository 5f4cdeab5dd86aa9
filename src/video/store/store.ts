/** Opens a store path for writing: one index thread, writers in other threads, readers here. */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type Worker } from 'node:worker_threads';
import type { CameraKey, Span } from '../../core/units.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import { systemRandom } from '../../platform/random.ts';
import { startThread } from '../../platform/threads.ts';
import type { FootageStore, StoreEvent } from '../contract.ts';
import { systemClock } from '../../platform/clock.ts';
import { followLive } from '../playback/live.ts';
import { silentFor } from './disk-watch.ts';
import { storeFault } from './errors.ts';
import type { Answer, Arguments, FromIndexThread, Health, IndexThreadData, Method, ToIndexThread, WireError } from './index-protocol.ts';
import { SegmentReader } from './reader.ts';
import { Silence } from './silence.ts';
import type { LiveSource } from './source.ts';

export interface StoreOptions {
  readonly storePath: string;
  /** First set-up of this path: makes the marker file. Otherwise a missing marker means "not mounted". */
  readonly create: boolean;
  /** Who holds the store, for people: `recorder`, `failover`. */
  readonly processName: string;
  /** Bytes to keep free; null: the larger of 1 GB and 2 %, at most a tenth of the disk. */
  readonly reserveBytes?: number | null;
}

/** Rejects with `store.missing`, `store.in-use`, `store.read-only`, `store.damaged`, `input.schema-newer`, `store.io`. */
export async function openStore(options: StoreOptions): Promise<FootageStore> {
  const data: IndexThreadData = {
    storePath: options.storePath,
    create: options.create,
    id: systemRandom.id(),
    processName: options.processName,
    reserveBytes: options.reserveBytes ?? null,
    migrations: fileURLToPath(new URL('./migrations', import.meta.url)),
  };
  const thread = startThread(import.meta.url, './index-thread', { name: 'index', data });
  const client = new IndexClient(thread);
  await client.ready;
  return storeOf(options.storePath, client);
}

function storeOf(storePath: string, client: IndexClient): FootageStore {
  // One question for all who watch a camera: one that is silent answers none of them.
  const growing = new Map<string, Promise<void>>();
  const grown = (camera: CameraKey): Promise<void> => {
    const key = `${camera.serverId}/${camera.cameraId}`;
    const asked = growing.get(key) ?? client.call('grown', camera).finally(() => growing.delete(key));
    growing.set(key, asked);
    return asked;
  };
  const source: LiveSource = {
    keys: () => client.call('keys'),
    cameras: () => client.call('cameras'),
    coverage: (camera, span) => client.call('coverage', camera, span),
    pieces: (camera, span, after) => client.call('pieces', camera, span, after),
    grown,
  };
  const reader = new SegmentReader(storePath, source);
  return {
    keys: () => reader.keys(),
    cameras: () => reader.cameras(),
    coverage: (camera: CameraKey, span: Span) => reader.coverage(camera, span),
    rows: (camera: CameraKey, span: Span) => reader.rows(camera, span),
    read: (camera: CameraKey, span: Span) => reader.read(camera, span),
    follow: (camera, fromUs, signal) => followLive(reader, source, camera, fromUs, signal),
    writerPort() {
      const { port1, port2 } = new MessageChannel();
      client.post({ type: 'port', port: port1 }, [port1]);
      return port2;
    },
    setRetention: (rules) => client.call('setRetention', rules),
    lock: (lock) => client.call('lock', lock),
    unlock: (id) => client.call('unlock', id),
    locks: (camera) => client.call('locks', camera),
    drop: (camera, span) => client.call('drop', camera, span),
    markDouble: (camera, span) => client.call('markDouble', camera, span),
    rebuild: () => client.call('rebuild'),
    health: () => client.health(),
    onEvent: (listener) => client.onEvent(listener),
    close: () => client.close(),
  };
}

/** Longer than any work of the index thread that keeps it from speaking. */
const SILENT_MS = 15_000;

class IndexClient {
  readonly ready: Promise<void>;
  #health: Health = { state: 'ok', freeBytes: 0, totalBytes: 0, usedBytes: 0, text: '' };
  readonly #silence = new Silence(SILENT_MS);
  readonly #thread: Worker;
  readonly #waiting = new Map<number, { resolve: (value: never) => void; reject: (error: unknown) => void }>();
  readonly #listeners = new Set<(event: StoreEvent) => void>();
  /** Told before anybody could listen: recovery at opening. */
  #early: StoreEvent[] = [];
  #nextId = 1;
  #ended: UnderstudyError | null = null;

  constructor(thread: Worker) {
    this.#thread = thread;
    this.ready = new Promise((resolve, reject) => {
      thread.on('message', (message: FromIndexThread) => {
        if (message.type === 'ready') {
          this.#heard(message.health);
          resolve();
        } else if (message.type === 'failed') reject(revive(message.error));
        else this.#receive(message);
      });
      thread.on('error', (error) => {
        this.#fail(error);
        reject(this.#ended);
      });
      thread.on('exit', () => {
        this.#end(storeFault('store.io', 'The store is closed.'));
        reject(this.#ended);
      });
    });
  }

  call<M extends Method>(method: M, ...args: Arguments<M>): Promise<Answer<M>> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.post({ type: 'call', id, method, args }, []);
    });
  }

  post(message: ToIndexThread, transfer: readonly import('node:worker_threads').TransferListItem[]): void {
    this.#thread.postMessage(message, [...transfer]);
  }

  onEvent(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener);
    for (const event of this.#early.splice(0)) listener(event);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    if (this.#ended !== null) return;
    const ended = once(this.#thread, 'exit');
    this.post({ type: 'close' }, []);
    await ended;
  }

  #receive(message: FromIndexThread): void {
    if (message.type === 'health') this.#heard(message.health);
    else if (message.type === 'event') {
      if (this.#listeners.size === 0) this.#early.push(message.event);
      for (const listener of this.#listeners) listener(message.event);
    } else if (message.type === 'answer') this.#settle(message.id)?.resolve(message.value as never);
    else if (message.type === 'error') this.#settle(message.id)?.reject(revive(message.error));
  }

  #heard(health: Health): void {
    this.#health = health;
    this.#silence.heard(systemClock.monotonicMs());
  }

  /** An index thread that says nothing hangs in a call of its database: that is its disk. */
  health(): Health {
    const silentMs = this.#ended === null ? this.#silence.ms(systemClock.monotonicMs()) : 0;
    return silentMs === 0 ? this.#health : { ...this.#health, state: 'silent', text: silentFor(silentMs) };
  }

  #settle(id: number) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  /** Recording goes on without an index; the files tell everything at the next start. It must be loud all the same. */
  #fail(error: Error): void {
    const text = `The index thread failed: ${error.message}. Restart this process; the index is made anew from the files.`;
    this.#health = { ...this.#health, state: 'read-only', text };
    this.#receive({ type: 'event', event: { code: 'store-trouble', text } });
    this.#end(storeFault('process.defect', text, error));
  }

  #end(error: UnderstudyError): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}

function revive({ code, message, advice }: WireError): UnderstudyError {
  return new UnderstudyError(code, message, advice === undefined ? {} : { advice });
}
