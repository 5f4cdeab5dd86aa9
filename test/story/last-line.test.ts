import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;

test('a story that breaks off says so in the last line, as JSON, and by its exit code', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-last-line-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  // No cameras can be simulated: the story ends before it began.
  const story = spawn(process.execPath, ['--import', `${root}scripts/ts.mjs`, `${root}test/story/main.ts`, '--json', '--cameras', 'none'], { env: { ...process.env, TMPDIR: folder } });
  let out = '';
  story.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  story.stderr.resume();
  expect(await once(story, 'close')).toEqual([1, null]);
  const last = JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as unknown;
  expect(last).toEqual({ ok: false, story: 'power-off, cold, 3s, h264', problems: [expect.stringContaining('cameras ended at once')] });
}, 60_000);
