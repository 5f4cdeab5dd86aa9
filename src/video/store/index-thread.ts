/** The index thread's composition root: lock, database, keeper, disk watch, ports of writers. */
import { renameSync } from 'node:fs';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { systemClock, systemTimers } from '../../platform/clock.ts';
import { writeDurably } from '../../platform/durable-file.ts';
import { systemFiles } from '../../platform/disk.ts';
import { makeFolder } from '../../platform/make-folder.ts';
import { openSql, type Sql } from '../../platform/sqlite.ts';
import type { StoreEvent } from '../contract.ts';
import { DiskWatch } from './disk-watch.ts';
import { keepBallast, openWithRoom } from './ballast.ts';
import { isDamage, watchDamage } from './damage.ts';
import { storeError, storeFault } from './errors.ts';
import { type FromIndexThread, type IndexThreadData, type Method, methods, type ToIndexThread, type WireError } from './index-protocol.ts';
import { Keeper } from './keeper.ts';
import { INDEX_FILE, MARKER_FILE, OWN_FOLDER } from './layout.ts';
import { Ledger } from './ledger.ts';
import { holdStore } from './lock.ts';
import { keepLooking } from './looking.ts';
import { readLocks } from './locks-file.ts';
import { readMarker } from './marker.ts';
import { markIncomplete } from './recover.ts';
import { addLock } from './retention.ts';
import type { ToIndex, ToWriters } from './report.ts';

/** How often its state is told. */
const TELL_MS = 1000;
/** How often writers report while somebody watches live. */
const LIVE_MS = 250;

const data = workerData as IndexThreadData;
const parent = parentPort;
if (parent === null) throw new Error('index-thread runs in a worker thread only');
const post = (message: FromIndexThread) => parent.postMessage(message);

async function ensureMarker(): Promise<{ readonly storeId: string; readonly isNew: boolean }> {
  try {
    return { storeId: (await readMarker(systemFiles, data.storePath, null)).id, isNew: false };
  } catch (error) {
    const fault = storeError(error, `Opening ${data.storePath}`);
    if (!data.create || fault.code !== 'store.missing') throw fault;
  }
  await makeFolder(`${data.storePath}/${OWN_FOLDER}`);
  await writeDurably(`${data.storePath}/${MARKER_FILE}`, JSON.stringify({ id: data.id, format: 1 }));
  return { storeId: data.id, isNew: true };
}

interface IndexFound {
  readonly ledger: Ledger;
  /** It knows nothing yet. */
  readonly fresh: boolean;
}

/** A damaged index is put aside: the files tell everything again. `damaged`: it turned out later. */
function openIndex(damaged: () => void): IndexFound {
  const open = (): IndexFound => {
    const sql = openSql(sqlOptions);
    try {
      const ledger = new Ledger(watchDamage(sql, damaged));
      const fresh = ledger.one('SELECT count(*) AS n FROM state')?.['n'] === 0;
      // Written now: whether there is room for that shows before anything depends on it.
      if (!fresh) ledger.setState('opened', new Date(systemClock.wallMs()).toISOString());
      return { ledger, fresh };
    } catch (error) {
      sql.close();
      throw error;
    }
  };
  try {
    return open();
  } catch (error) {
    if (!isDamage(error)) throw error;
    putAside();
    return open();
  }
}

const indexPath = `${data.storePath}/${INDEX_FILE}`;
const sqlOptions = { path: indexPath, migrations: data.migrations, synchronous: 'normal' } as const;

function putAside(): void {
  for (const part of ['', '-wal', '-shm']) renameIfThere(indexPath + part, `${indexPath}.damaged${part}`);
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error;
  }
}

interface Opened extends IndexFound {
  readonly release: () => void;
}

function openAll(damaged: () => void): Opened {
  const release = holdStore(data.storePath, {
    pid: process.pid,
    name: data.processName,
    since: new Date(systemClock.wallMs()).toISOString(),
  });
  try {
    return { ...openIndex(damaged), release };
  } catch (error) {
    release();
    throw error;
  }
}

async function start(): Promise<void> {
  const { storeId, isNew } = await ensureMarker();
  let mend = (): void => undefined;
  const damaged = (): void => mend();
  const { ledger, fresh, release } = openWithRoom(data.storePath, () => openAll(damaged));
  const tell = (event: StoreEvent) => post({ type: 'event', event });
  if (fresh) {
    // The locks before the first mark: an index that has one is not taken for a new one at the next start.
    for (const lock of await readLocks(data.storePath)) addLock(ledger, lock);
    markIncomplete(ledger, true);
  }
  const ports = new Set<MessagePort>();
  const askReports = soon(LIVE_MS, () => {
    for (const port of ports) port.postMessage({ type: 'flush' } satisfies ToWriters);
  });
  const renewIndex = (): Sql => {
    ledger.sql.close();
    putAside();
    return watchDamage(openSql(sqlOptions), damaged);
  };
  const keeper = new Keeper({ ledger, storePath: data.storePath, clock: systemClock, tell, askReports, renewIndex });
  mend = () => keeper.damaged();
  // A new index has no mark of a clean end, so recovery looks at all files: the rebuild after damage.
  await keeper.recover();
  if (fresh && !isNew) tell({ code: 'index-rebuilt', text: 'A new index is made from the files.' });
  const watch = new DiskWatch({
    files: systemFiles,
    storePath: data.storePath,
    storeId,
    reserveBytes: data.reserveBytes,
    nowMs: () => systemClock.monotonicMs(),
    usedBytes: () => keeper.usedBytes(),
    makeRoom: (bytes) => keeper.makeRoom(bytes),
    tell,
  });
  const stop = keepLooking({
    timers: systemTimers,
    nowMs: () => systemClock.monotonicMs(),
    look: () => watch.look(),
    async tidy() {
      await keeper.tidy();
      if (watch.health.state === 'ok') await keepBallast(data.storePath);
    },
    failed: (error) => tell({ code: 'store-trouble', text: `Deleting old footage failed: ${String(error)}` }),
  });
  // Also while a look hangs; a thread that hangs itself is missed by whoever hears this.
  const quiet = systemTimers.every(TELL_MS, () => post({ type: 'health', health: watch.health }));
  parent?.on('message', (message: ToIndexThread) => {
    if (message.type === 'call') void answer(keeper, message);
    else if (message.type === 'port') attach(keeper, ports, message.port, storeId);
    else {
      quiet();
      void stop().then(async () => {
        for (const port of ports) port.close();
        await keeper.close();
        release();
        parent.close();
      });
    }
  });
  await watch.look();
  post({ type: 'ready', health: watch.health });
}

/** However often called, runs once, `ms` after the first call. */
function soon(ms: number, run: () => void): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    systemTimers.after(ms, () => {
      waiting = false;
      run();
    });
  };
}

function attach(keeper: Keeper, ports: Set<MessagePort>, port: MessagePort, storeId: string): void {
  const paths = new Set<string>();
  ports.add(port);
  port.on('message', (message: ToIndex) => {
    for (const { path, closed } of message.segments) {
      if (closed) paths.delete(path);
      else paths.add(path);
    }
    keeper.take(message.segments);
    if (message.ack !== null) port.postMessage({ type: 'ack', ack: message.ack } satisfies ToWriters);
  });
  port.on('close', () => {
    if (ports.delete(port)) void keeper.abandon(paths);
  });
  port.postMessage({ type: 'store', storeId } satisfies ToWriters);
}

async function answer(keeper: Keeper, call: Extract<ToIndexThread, { type: 'call' }>): Promise<void> {
  try {
    if (!methods.includes(call.method)) throw storeFault('process.defect', `no method ${call.method}`);
    // The facade's types hold both sides together; across a thread they cannot be checked again.
    const method = keeper[call.method].bind(keeper) as (...args: readonly unknown[]) => unknown;
    post({ type: 'answer', id: call.id, value: await method(...call.args) });
  } catch (error) {
    post({ type: 'error', id: call.id, error: wireError(error, call.method) });
  }
}

function wireError(error: unknown, doing: Method | null): WireError {
  const { code, message, advice } = storeError(error, doing === null ? `Opening ${data.storePath}` : `Index (${doing})`);
  return { code, message, advice };
}

start().catch((error: unknown) => {
  post({ type: 'failed', error: wireError(error, null) });
  parent.close();
});
