import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { faults } from '../../sim/world/simulate/faults.ts';
import { scenarios } from '../chaos/scenarios.ts';

const root = new URL('../..', import.meta.url).pathname;
const row = z.object({ id: z.string(), layers: z.array(z.enum(['S', 'P', 'N'])).min(1), scenarios: z.array(z.string()).min(1), expected: z.string().min(1) });
const catalogue = z.array(row).parse(JSON.parse(readFileSync(`${root}docs/reliability/catalogue.json`, 'utf8')));
const { rows: simulated } = z.object({ rows: z.array(z.object({ id: z.string(), test: z.string() })) }).parse(JSON.parse(readFileSync(`${root}docs/reliability/simulated.json`, 'utf8')));
const kinds: Readonly<Record<string, { readonly rows: readonly string[] }>> = faults;

/** What is wrong with the evidence of a row; empty: it names tests that name the row, or faults that stand for it. */
function wrongWith(test: string, { id, scenarios: needed }: z.infer<typeof row>): readonly string[] {
  const files = [...test.matchAll(/`([^`]+)`/g)].map(([, file]) => file!);
  const cited = [...test.matchAll(/“([^”]+)”/g)].map(([, kind]) => kind!);
  const isRange = id.includes('–'); // kill -9 at each step: its tests go by the names of the failpoints
  return [
    ...(files.length + cited.length === 0 ? ['it names neither a test nor a fault'] : []),
    ...files.filter((file) => !existsSync(`${root}${file}`)).map((file) => `there is no ${file}`),
    ...files.filter((file) => existsSync(`${root}${file}`) && !isRange && !new RegExp(`\\b${id}\\b`).test(readFileSync(`${root}${file}`, 'utf8'))).map((file) => `${file} does not name it`),
    ...cited.filter((kind) => !Object.hasOwn(kinds, kind)).map((kind) => `there is no fault “${kind}”`),
    ...cited.filter((kind) => Object.hasOwn(kinds, kind) && ![id, ...needed].some((each) => kinds[kind]!.rows.includes(each))).map((kind) => `“${kind}” does not stand for it`),
  ];
}

describe('docs/reliability.md', () => {
  it('says what its data say', () => {
    execFileSync(process.execPath, ['scripts/write-reliability.mjs', '--check'], { cwd: root, stdio: 'pipe' });
  });

  it('has a line for every row of the catalogue', () => {
    const page = readFileSync(`${root}docs/reliability.md`, 'utf8');
    expect(catalogue.length).toBeGreaterThanOrEqual(50);
    for (const { id } of catalogue) expect(page).toContain(`| ${id} | `);
  });

  it('tells of no scenario that held without its frames counted, in all cameras and all the time', () => {
    const figures = z.object({ framesMissing: z.record(z.string(), z.number()), counted: z.object({ cameras: z.number(), ofCameras: z.number(), ms: z.number(), ofMs: z.number() }) });
    const { scenarios: results } = z.object({ scenarios: z.record(z.string(), z.object({ result: z.string(), figures: z.unknown() })) }).parse(JSON.parse(readFileSync(`${root}docs/reliability/chaos.json`, 'utf8')));
    for (const [id, { figures: its }] of Object.entries(results).filter(([, { result }]) => result === 'ok')) {
      const { counted } = figures.parse(its, { error: () => `${id}: frames were not counted` });
      expect(counted.cameras, id).toBe(counted.ofCameras);
      // The edges are never counted.
      expect(counted.ofMs - counted.ms, id).toBeLessThanOrEqual(4_000);
    }
  });

  it('has a chaos scenario for every row that needs real processes or networks', () => {
    const ids = new Set(scenarios.map(({ id }) => id));
    expect(ids.size).toBe(scenarios.length);
    for (const { layers, scenarios: needed } of catalogue)
      if (layers.includes('P') || layers.includes('N')) for (const id of needed) expect(ids, `a scenario for ${id}`).toContain(id);
  });

  it('names for every row that is simulated a test that names it, or faults that stand for it', () => {
    for (const each of catalogue.filter(({ layers }) => layers.includes('S'))) {
      const evidence = simulated.filter(({ id }) => id === each.id);
      expect(evidence, `what is simulated of ${each.id}`).toHaveLength(1);
      expect(wrongWith(evidence[0]!.test, each), each.id).toEqual([]);
    }
    const ids = catalogue.map(({ id }) => id);
    for (const { id } of simulated) expect(ids).toContain(id);
  });

  it('knows every row that a simulated fault stands for', () => {
    const ids = catalogue.flatMap(({ id, scenarios: needed }) => [id, ...needed]);
    for (const [kind, { rows }] of Object.entries(kinds)) for (const id of rows) expect(ids, `“${kind}”`).toContain(id);
  });
});
