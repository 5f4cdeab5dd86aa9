// Writes docs/reliability.md from the data in docs/reliability/: the fault catalogue, the newest result of each chaos
// scenario, what the simulated world says, the bugs found. `--chaos FILE` first takes over the results of a chaos run
// (its last line), `--soak FILE` those of a soak run; `--check` only compares and exits 1 if the page is not what its data say.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { chaos: { type: 'string', multiple: true, default: [] }, soak: { type: 'string' }, check: { type: 'boolean', default: false } } });
const place = (name) => new URL(`../docs/${name}`, import.meta.url);
const read = (name, otherwise) => (existsSync(place(name)) ? JSON.parse(readFileSync(place(name), 'utf8')) : otherwise);
const write = (name, data) => writeFileSync(place(name), `${JSON.stringify(data, null, 1)}\n`);
const lastLine = (file) => JSON.parse(readFileSync(file, 'utf8').trim().split('\n').at(-1));

const chaos = read('reliability/chaos.json', { scenarios: {} });
for (const file of values.chaos) {
  const run = lastLine(file);
  for (const { id, result, ms, text, figures } of run.scenarios) {
    // A scenario that was not run says nothing new.
    if (result === 'notRun' && chaos.scenarios[id] !== undefined) continue;
    chaos.scenarios[id] = { result, date: new Date(run.atMs).toISOString().slice(0, 10), ms, text, figures };
  }
}
// In the same order now, for the page, and when they are read again.
chaos.scenarios = Object.fromEntries(Object.entries(chaos.scenarios).sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true })));
if (values.chaos.length > 0) write('reliability/chaos.json', chaos);
if (values.soak !== undefined) write('reliability/soak.json', lastLine(values.soak));

const catalogue = read('reliability/catalogue.json', []);
const found = read('reliability/bugs.json', []);
const soak = read('reliability/soak.json', null);

const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
const words = { ok: 'holds', failed: '**does not hold**', notRun: '**not run**' };
const sum = (counts) => counts.reduce((all, each) => all + each, 0);
// Edges of the time that are never counted: a picture arrives a little after it is taken.
const edgeMs = 4_000;

// What the scenario itself noted of its counting, nothing that anybody wrote here.
function frames(all) {
  const counted = all.filter((figures) => figures?.framesMissing !== undefined);
  if (counted.length === 0) return ', frames not counted';
  const each = (name) => counted.flatMap((figures) => Object.values(figures[name] ?? {}));
  const excused = sum(each('framesNobodyCouldRecord'));
  const partly = counted.flatMap(({ counted: how }) => {
    if (how === undefined) return [];
    const cameras = how.cameras < how.ofCameras ? [`${how.cameras} of ${how.ofCameras} cameras`] : [];
    const time = how.ofMs - how.ms > edgeMs ? [`${Math.round(how.ms / 1000)} of ${Math.round(how.ofMs / 1000)} s`] : [];
    return [...cameras, ...time];
  });
  const uncounted = all.length - counted.length;
  return [
    `, ${sum(each('framesMissing'))} frames missing in ${each('framesMissing').length} cameras`,
    excused === 0 ? '' : ` and ${excused} that nobody could record`,
    partly.length === 0 ? '' : `, **partly counted**: ${partly.join(', ')}`,
    uncounted === 0 ? '' : `, ${uncounted} of ${all.length} scenarios not counted`,
  ].join('');
}

function realOf(row) {
  const results = row.scenarios.map((id) => [id, chaos.scenarios[id]]);
  const ran = results.filter(([, each]) => each !== undefined && each.result !== 'notRun');
  const command = `\`npm run chaos -- --only ${row.id}\``.replace(/([A-Z]\d+)–([A-Z]\d+)/, row.scenarios.join(','));
  // What is beyond the layer that the catalogue asks for is told with its own words, in a table of its own.
  if (!row.layers.some((layer) => layer === 'P' || layer === 'N')) return ran.length === 0 ? ['–', '–'] : [command, 'see below: beyond its layer'];
  if (ran.length === 0) return [command, '**not run**'];
  const broken = ran.filter(([, { result }]) => result !== 'ok');
  const dates = ran.map(([, { date }]) => date).sort();
  const date = dates[0] === dates.at(-1) ? dates[0] : `${dates[0]} to ${dates.at(-1)}`;
  const absent = results.length - ran.length;
  const rest = absent === 0 ? '' : `; ${absent} of ${results.length} **not run**`;
  if (broken.length > 0) return [command, `**does not hold** (${broken.map(([id, { text }]) => `${id}: ${text}`).join('; ')}), ${date}${rest}`];
  const notMet = row.notMet === undefined ? '' : `; **not met**: ${row.notMet}`;
  return [command, `holds, ${date}${frames(ran.map(([, { figures }]) => figures))}${rest}${notMet}`];
}

// Tests of decisions and of the simulated world that name the row in their title; `npm test` runs them.
function titlesNow() {
  return ['src/core', 'sim/world'].flatMap((folder) => {
    const files = readdirSync(new URL(`../${folder}`, import.meta.url), { recursive: true, encoding: 'utf8' }).map(String).filter((name) => name.endsWith('.test.ts')).sort((a, b) => a.localeCompare(b));
    return files.map((name) => ({
      file: `${folder}/${name}`,
      ids: [...new Set(readFileSync(new URL(`../${folder}/${name}`, import.meta.url), 'utf8').split('\n').filter((line) => /^\s*(describe|it|test)[.(]|S10–S26/.test(line)).join(' ').match(/\b[RNSTMBO]\d\d[a-z]?\b/g) ?? [])].sort((a, b) => a.localeCompare(b)),
    }));
  });
}

// What other rooms said when the page was written: their later changes do not make it wrong, only older.
if (!values.check) write('reliability/taken.json', { titled: titlesNow().filter(({ ids }) => ids.length > 0), simulated: read('reliability/simulated.json', { rows: [], bugs: [] }) });
const { titled, simulated } = read('reliability/taken.json', { titled: [], simulated: { rows: [], bugs: [] } });

function simulatedOf(row) {
  if (!row.layers.includes('S')) return '–';
  const entries = simulated.rows.filter(({ id }) => id === row.id || row.scenarios.includes(id));
  if (entries.length === 0) {
    const kills = /^S(1[0-8]|19|2[0-6])$/.test(row.scenarios[0]);
    const files = titled.filter(({ ids }) => ids.includes(row.scenarios[0]) || (kills && ids.includes('S10') && ids.includes('S26'))).map(({ file }) => `\`${file}\``);
    return files.length === 0 ? '**not run**' : `in \`npm test\`: ${files.join(', ')}`;
  }
  return entries.map(({ test, command, result }) => `${result}: ${test}${command ? ` (\`${command}\`)` : ''}`).join('; ');
}

const sections = [...new Set(catalogue.map(({ section }) => section))];
const tables = sections.map((section) => {
  const rows = catalogue.filter((row) => row.section === section).map((row) => {
    const [command, result] = realOf(row);
    return `| ${row.id} | ${cell(row.fault)} | ${cell(row.expected)} | ${cell(simulatedOf(row))} | ${cell(command)} | ${cell(result)} |`;
  });
  return `### ${section}\n\n| | fault | expected | simulated | real processes | result |\n|---|---|---|---|---|---|\n${rows.join('\n')}`;
});

const inCatalogue = new Set(catalogue.flatMap((row) => (row.layers.some((layer) => layer !== 'S') ? row.scenarios : [])));
const further = Object.entries(chaos.scenarios).filter(([id]) => !inCatalogue.has(id));
const bugs = [...found, ...simulated.bugs.map(({ what, layer, seed }) => ({ what, layer: layer ?? 'simulated', again: seed }))];

const page = `# How reliability is tested

This page is made from its data by \`node scripts/write-reliability.mjs\`; a test holds them together. Where it says *not run*, nothing is known.

- **Simulated**: the real code in one process with virtual time and seeded faults; see \`sim/world\`.
- **Real processes**: \`npm run chaos -- --json [--only ID,ID]\` breaks real agents, recorders, failover servers and cameras, each
  scenario in namespaces of its own, with the shortest time-outs allowed. Afterwards orphan processes, file handles and memory are
  audited, and frames are counted in footage fetched over the HTTP API, as the result tells: in how many cameras, how many are missing
  beside those that nobody could record (while recorder and failover server are both off, a camera is held by a ghost, …), and where
  they are counted in part only (of the cameras, or of the time since everything was recorded) or not at all. \`--list\` tells the
  scenarios and what this machine does not allow; what it does not allow is reported as \`notRun\`, never as ok.
- **Not met**: what the catalogue expects and the product does not do, and what it does instead.
- **Soak**: \`npm run soak -- --minutes M --draw FOLDER\`: random seeded faults for as long as you like; memory, handles, disk and event-loop delay are watched.

## The fault catalogue

${tables.join('\n\n')}

## Beyond the catalogue, or beyond its layer

| | what | result |
|---|---|---|
${further.map(([id, { result, date, text, figures }]) => `| ${id} | ${cell(text)} | ${words[result]}, ${date}${frames([figures])} |`).join('\n')}

## Soak
${soak === null ? '\nNot run yet.' : `
${cell(soak.text)}${soak.problems.map((problem) => `\n\n- **${cell(problem)}**`).join("")}

![Memory, handles, disk and event-loop delay](reliability/soak.svg)`}

## Bugs found this way

| bug | found by | reproduced by |
|---|---|---|
${bugs.map(({ what, layer, again }) => `| ${cell(what)} | ${cell(layer)} | ${cell(again)} |`).join('\n')}
`;

const target = place('reliability.md');
if (values.check) {
  const same = existsSync(target) && readFileSync(target, 'utf8') === page;
  if (!same) console.error('docs/reliability.md is not what its data say.\n  What to do: node scripts/write-reliability.mjs');
  process.exit(same ? 0 : 1);
}
writeFileSync(target, page);
