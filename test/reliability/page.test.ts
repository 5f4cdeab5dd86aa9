import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { scenarios } from '../chaos/scenarios.ts';

const root = new URL('../..', import.meta.url).pathname;
const row = z.object({ id: z.string(), layers: z.array(z.enum(['S', 'P', 'N'])).min(1), scenarios: z.array(z.string()).min(1), expected: z.string().min(1) });
const catalogue = z.array(row).parse(JSON.parse(readFileSync(`${root}docs/reliability/catalogue.json`, 'utf8')));

describe('docs/reliability.md', () => {
  it('says what its data say', () => {
    execFileSync(process.execPath, ['scripts/write-reliability.mjs', '--check'], { cwd: root, stdio: 'pipe' });
  });

  it('has a line for every row of the catalogue', () => {
    const page = readFileSync(`${root}docs/reliability.md`, 'utf8');
    expect(catalogue.length).toBeGreaterThanOrEqual(50);
    for (const { id } of catalogue) expect(page).toContain(`| ${id} | `);
  });

  it('has a chaos scenario for every row that needs real processes or networks', () => {
    const ids = new Set(scenarios.map(({ id }) => id));
    expect(ids.size).toBe(scenarios.length);
    for (const { layers, scenarios: needed } of catalogue)
      if (layers.includes('P') || layers.includes('N')) for (const id of needed) expect(ids, `a scenario for ${id}`).toContain(id);
  });
});
