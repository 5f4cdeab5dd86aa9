import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { blobFolder } from './blob-folder.ts';

vi.mock('node:fs/promises', async (original) => {
  const real: { readonly open: typeof open } = await original();
  return {
    ...real,
    // A system may take less than it was given, and says so by a number only: a disk that is nearly full does.
    open: async (...given: Parameters<typeof open>) => {
      const file = await real.open(...given);
      const write = file.write.bind(file);
      return Object.assign(file, { write: (bytes: Uint8Array, from = 0, length = bytes.length - from) => write(bytes, from, Math.ceil(length / 2)) });
    },
  };
});

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(bytes);
}

test('a blob is named only when every byte of it was taken', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-blobs-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const blobs = blobFolder(() => folder);
  const id = await blobs.mark();
  await blobs.write(once(Buffer.alloc(1000, 7)), () => 'aabbcc', id);
  let bytes = 0;
  for await (const part of blobs.read('aabbcc')) bytes += part.length;
  expect(bytes).toBe(1000);
});
