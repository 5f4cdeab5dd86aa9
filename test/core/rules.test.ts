import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);

/** Rule → the text it stands in, from `- **D1** …` lines. */
function rulesOf(file: string): readonly string[] {
  return [...readFileSync(new URL(file, root), 'utf8').matchAll(/^- \*\*([A-Z]\d+)\*\* /gm)].map((match) => match[1] ?? '');
}

function filesUnder(folder: string, end: string): readonly string[] {
  return readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end))
    .map((name) => readFileSync(new URL(`${folder}/${name}`, root), 'utf8'));
}

/** Rules at the head of a test's title: `it('D4 D5 goes from …')`. */
function rulesOfTests(): ReadonlySet<string> {
  const named = new Set<string>();
  for (const text of filesUnder('src/core', '.test.ts'))
    for (const [, title] of text.matchAll(/\b(?:it|test)(?:\.each\([\s\S]*?\))?\(\s*['"`]((?:[DFLV]\d+ )+)/g)) for (const rule of title?.trim().split(' ') ?? []) named.add(rule);
  return named;
}

/** Rules that the code itself cites as the reason of a transition. */
function rulesOfCode(): ReadonlySet<string> {
  const cited = new Set<string>();
  for (const folder of ['detector', 'observer', 'role'])
    for (const text of filesUnder(`src/core/${folder}`, '.ts')) for (const [, rule] of text.matchAll(/'([DFLV]\d+)'/g)) if (rule !== undefined) cited.add(rule);
  return cited;
}

describe('the rules of the machines', () => {
  const written = [...rulesOf('docs/detector.md'), ...rulesOf('docs/role.md')];

  it('are numbered once each', () => {
    expect(written.length).toBeGreaterThan(80);
    expect(written).toEqual([...new Set(written)]);
  });

  it('are each named by a test, and each test names a rule that exists', () => {
    const tested = rulesOfTests();
    expect(written.filter((rule) => !tested.has(rule))).toEqual([]);
    expect([...tested].filter((rule) => !written.includes(rule))).toEqual([]);
  });

  it('exist where the code cites them in the audit trail', () => {
    const cited = rulesOfCode();
    expect(cited.size).toBeGreaterThan(40);
    expect([...cited].filter((rule) => !written.includes(rule))).toEqual([]);
  });
});

describe('docs/invariants.md', () => {
  const rows = [...readFileSync(new URL('docs/invariants.md', root), 'utf8').matchAll(/^\| (I\d+) \| .* \| (.*) \|$/gm)].map((match) => ({
    invariant: match[1] ?? '',
    files: [...(match[2] ?? '').matchAll(/`([^`]+)`/g)].map((file) => file[1] ?? ''),
  }));

  it('has a row for each invariant, with tests', () => {
    expect(rows.map((row) => row.invariant)).toEqual(Array.from({ length: 12 }, (_, index) => `I${index + 1}`));
    for (const row of rows) expect(row.files.length).toBeGreaterThan(0);
  });

  it('names files that exist; those of the machines name the invariant', () => {
    for (const { invariant, files } of rows)
      for (const file of files) {
        const text = readFileSync(new URL(file, root), 'utf8');
        if (file.startsWith('src/core/')) expect([file, invariant, new RegExp(`\\b${invariant}\\b`).test(text)]).toEqual([file, invariant, true]);
      }
  });
});
