import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileAddressMemory } from './address-memory.ts';
import { silentLog } from './log.ts';
import { makeAddresses } from './transport-addresses.ts';

let folder = '';
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'understudy-addresses-'))));
afterEach(async () => await rm(folder, { recursive: true }));

const list = async (items: AsyncIterable<string>): Promise<string[]> => {
  const all: string[] = [];
  for await (const item of items) all.push(item);
  return all;
};
const down = async (): Promise<never> => {
  throw new Error('SERVFAIL');
};
const written = async (path: string, wanted: string): Promise<void> => {
  while (!(await readFile(path, 'utf8').catch(() => '')).includes(wanted)) await new Promise((done) => setTimeout(done, 5));
};

test('an address that worked is tried after a restart while DNS is down', async () => {
  const path = join(folder, 'addresses.json');
  const before = makeAddresses(async () => ['10.0.0.1', '10.0.0.2'], await fileAddressMemory(path, silentLog));
  expect(await list(before.candidates('recorder'))).toEqual(['10.0.0.1', '10.0.0.2']);
  before.worked('recorder', '10.0.0.9');
  before.worked('recorder', '10.0.0.2');
  await written(path, '10.0.0.2');
  const after = makeAddresses(down, await fileAddressMemory(path, silentLog));
  expect(await list(after.candidates('recorder'))).toEqual(['10.0.0.2']);
  await expect(list(after.candidates('another'))).rejects.toThrow('SERVFAIL');
});

test('what DNS answers is tried first, the old address last', async () => {
  const addresses = makeAddresses(async () => ['10.0.0.1'], { load: () => ({ recorder: '10.0.0.2' }), save: () => undefined });
  expect(await list(addresses.candidates('recorder'))).toEqual(['10.0.0.1', '10.0.0.2']);
});

test('a damaged file is no reason not to start', async () => {
  const path = join(folder, 'addresses.json');
  await writeFile(path, '{"recorder": 7');
  expect((await fileAddressMemory(path, silentLog)).load()).toEqual({});
});
