import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Timers } from '../platform/clock.ts';
import { watchSettings } from './watch.ts';

let root = '';
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'understudy-watch-'))));
afterEach(async () => await rm(root, { recursive: true, force: true }));

/** Looks when the test says so. */
function byHand(): { readonly timers: Timers; readonly tick: () => void } {
  let run = (): void => {};
  return { timers: { after: () => () => {}, every: (_ms, what) => ((run = what), () => {}) }, tick: () => run() };
}

test('what is written between reading the settings and the first look is not lost', async () => {
  const { timers, tick } = byHand();
  let changes = 0;
  watchSettings(root, timers, () => changes++);
  await writeFile(join(root, 'settings.json'), '{}');
  tick();
  await vi.waitFor(() => expect(changes).toBe(1));
});

test('a change is told once; nothing is told while nothing changes', async () => {
  const { timers, tick } = byHand();
  let changes = 0;
  watchSettings(root, timers, () => changes++);
  const look = async (): Promise<void> => {
    tick();
    await new Promise((done) => setTimeout(done, 50));
  };
  await look();
  const first = changes;
  await look();
  expect(changes).toBe(first);
  await writeFile(join(root, 'settings.json'), '{"cameras":[]}');
  await look();
  await look();
  expect(changes).toBe(first + 1);
});
