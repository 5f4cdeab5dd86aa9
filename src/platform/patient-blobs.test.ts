import { expect, test } from 'vitest';
import { UnderstudyError } from '../contract/errors.ts';
import type { BlobFolder } from './blob-folder.ts';
import type { Timers } from './clock.ts';
import { patientBlobs } from './patient-blobs.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Time that goes on when told to. */
function clockwork(): Timers & { pass(ms: number): Promise<void> } {
  let now = 0;
  let due: { readonly atMs: number; readonly run: () => void }[] = [];
  return {
    after(ms, run) {
      const one = { atMs: now + ms, run };
      due.push(one);
      return () => void (due = due.filter((each) => each !== one));
    },
    every: () => () => undefined,
    async pass(ms) {
      await settle();
      now += ms;
      const ripe = due.filter(({ atMs }) => atMs <= now);
      due = due.filter(({ atMs }) => atMs > now);
      for (const { run } of ripe) run();
      await settle();
    },
  };
}

function rig() {
  const timers = clockwork();
  const asked: string[] = [];
  const hanging: (() => void)[] = [];
  const disk = { hangs: false };
  const answer = async (what: string): Promise<void> => {
    asked.push(what);
    if (disk.hangs) await new Promise<void>((resolve) => hanging.push(resolve));
  };
  const folder: BlobFolder = {
    marker: async () => (await answer('marker'), { kind: 'there', id: 'one' }),
    mark: async () => (await answer('mark'), 'one'),
    write: async (body) => {
      for await (const part of body) await answer(`write ${part.length}`);
      await answer('sync');
    },
    async *read(name) {
      await answer(`read ${name}`);
      yield Buffer.from(name);
      await answer('read on');
    },
    remove: () => answer('remove'),
    sweep: () => answer('sweep'),
  };
  const blobs = patientBlobs(folder, () => '/backups', timers);
  const read = async (name: string): Promise<string> => {
    let text = '';
    for await (const part of blobs.read(name)) text += Buffer.from(part).toString();
    return text;
  };
  const reason = (work: Promise<unknown>): Promise<string> => work.then(() => 'done', (error: unknown) => (error instanceof UnderstudyError ? error.code : String(error)));
  const back = (): void => {
    disk.hangs = false;
    for (const go of hanging.splice(0)) go();
  };
  return { timers, asked, disk, blobs, read, reason, back };
}

test('a disk that answers is not in the way', async () => {
  const { blobs, read } = rig();
  expect(await blobs.marker()).toEqual({ kind: 'there', id: 'one' });
  expect(await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(read))).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

test('of a disk that hangs nobody waits for ever, and few calls hang in it', async () => {
  const { timers, asked, disk, blobs, read, reason, back } = rig();
  disk.hangs = true;
  const first = Array.from({ length: 20 }, (_, at) => reason(read(`file ${at}`)));
  await timers.pass(9_000);
  expect(asked).toHaveLength(4);
  await timers.pass(1_001);
  expect(await Promise.all(first)).toEqual(Array.from({ length: 20 }, () => 'store.silent'));
  // Known to hang: told at once.
  expect(await reason(blobs.marker())).toBe('store.silent');
  expect(asked).toHaveLength(4);
  back();
  await timers.pass(0);
  expect(await reason(read('again'))).toBe('done');
});

test('what whoever sends or takes is slow at is not blamed on the disk', async () => {
  const { timers, disk, blobs, reason, back } = rig();
  let send: () => void = () => undefined;
  async function* body(): AsyncIterable<Uint8Array> {
    yield Buffer.alloc(3);
    await new Promise<void>((resolve) => (send = resolve));
    yield Buffer.alloc(4);
  }
  const writing = reason(blobs.write(body(), () => 'aa', 'one'));
  await timers.pass(60_000);
  disk.hangs = true;
  send();
  await timers.pass(9_000);
  await timers.pass(1_001);
  expect(await writing).toBe('store.silent');
  back();
  const parts = blobs.read('slow')[Symbol.asyncIterator]();
  expect((await parts.next()).done).toBe(false);
  await timers.pass(60_000);
  expect((await parts.next()).done).toBe(true);
});

test('writes that hang leave reading alone', async () => {
  const { timers, disk, blobs, read, reason } = rig();
  async function* body(): AsyncIterable<Uint8Array> {
    yield await Promise.resolve(Buffer.alloc(3));
  }
  disk.hangs = true;
  const writes = Array.from({ length: 10 }, () => reason(blobs.write(body(), () => 'aa', 'one')));
  await timers.pass(10_001);
  expect(new Set(await Promise.all(writes))).toEqual(new Set(['store.silent']));
  disk.hangs = false;
  expect(await reason(read('a'))).toBe('done');
});
