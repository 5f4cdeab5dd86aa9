import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-matrix-test-'));
});
afterEach(async () => await rm(folder, { recursive: true }));

const fullDisk = 'disk full on the recorder, hot, 3s, h264';

/** On a machine where nobody can mount anything, root neither. */
async function matrix(...options: readonly string[]): Promise<{ readonly code: unknown; readonly last: unknown; readonly err: string }> {
  const child = spawn(process.execPath, ['--import', `${root}scripts/ts.mjs`, `${root}test/story/matrix.ts`, '--json', ...options], { env: { ...process.env, PATH: '', TMPDIR: folder } });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, 'close')) as unknown[];
  return { code, last: JSON.parse(out.trimEnd().split('\n').at(-1) ?? ''), err };
}

test('a story that this machine does not allow is named, and keeps the matrix from holding unless that is allowed', async () => {
  // One that held before, so that there is something to hold.
  const results = join(folder, 'results');
  await writeFile(results, `${JSON.stringify({ story: 'power-off, hot, 3s, h264', ok: true, problems: [] })}\n`);
  const demanded = ['--results', results, '--only', 'matrix, hot, 3s, h264, disk', '--only', 'matrix, hot, 3s, h264, power-off'];
  const unable = [{ story: fullDisk, why: expect.stringContaining('only root may mount') as string }];
  const strict = await matrix(...demanded);
  expect(strict).toMatchObject({ code: 1, last: { ok: false, stories: 2, held: 1, broken: [], notRun: [], unable } });
  expect(strict.err).toContain(`NOT RUN, so nothing is known of it: ${fullDisk}`);
  const allowed = await matrix(...demanded, '--allow-unable');
  expect(allowed).toMatchObject({ code: 0, last: { ok: true, held: 1, unable } });
  expect(allowed.err).toContain('NOT RUN');
}, 60_000);

test('nothing told is nothing held', async () => {
  expect(await matrix('--only', 'no such story')).toMatchObject({ code: 1, last: { ok: false, stories: 0 } });
  expect(await matrix('--only', 'disk, hot, 3s, h264', '--allow-unable')).toMatchObject({ code: 1, last: { ok: false, held: 0 } });
}, 60_000);
