import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { fileState } from './memory-file.ts';

it('a pairing secret that is damaged counts as none: the agent starts and makes a new one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-agent-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const state = fileState(folder);
  await state.writeSecret(new Uint8Array(16).fill(7));
  expect(await state.readSecret()).toEqual(new Uint8Array(16).fill(7));
  await writeFile(join(folder, 'pairing-secret'), 'KBMR-DR2R-K3');
  expect(await state.readSecret()).toBeNull();
});
