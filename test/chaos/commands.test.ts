import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;

/** Runs one of our commands from source; its last line. */
async function run(main: string, words: readonly string[]): Promise<{ readonly code: number | null; readonly last: Record<string, unknown>; readonly told: string }> {
  const child = spawn(process.execPath, ['--import', `${root}scripts/ts.mjs`, `${root}test/${main}/main.ts`, ...words, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let told = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, told, last: JSON.parse(out.trim().split('\n').at(-1)!) as Record<string, unknown> };
}

/** A loaded machine takes its time. */
const patienceMs = 300_000;

describe('real processes, really broken', () => {
  it('a recorder is killed, a person presses twice, a second process wants the folder: every frame is there', async () => {
    const { code, last, told } = await run('chaos', ['--only', 'R01,O01,S36', '--parallel', '3']);
    expect(last, told).toMatchObject({ ok: true, failed: [], notRun: [] });
    expect(last['scenarios']).toHaveLength(3);
    expect(code).toBe(0);
  }, patienceMs);

  it('half a minute of random faults: every frame is accounted for', async () => {
    const { code, last, told } = await run('soak', ['--minutes', '0.5', '--cameras', '2', '--seed', '7']);
    expect(last, told).toMatchObject({ ok: true, problems: [], framesMissing: 0 });
    expect(last['framesCounted']).toBeGreaterThan(500);
    expect(code).toBe(0);
  }, patienceMs);

  it('says what it does not know, and what cannot be run here is never ok', async () => {
    expect((await run('chaos', ['--list', '--only', 'R01'])).last).toMatchObject({ ok: true });
    const { code, last } = await run('chaos', ['--plain', '--only', 'N03']);
    expect(last).toMatchObject({ ok: false, notRun: ['N03'], scenarios: [{ id: 'N03', ok: false, result: 'notRun' }] });
    expect(code).toBe(1);
  }, patienceMs);
});
