/** The tables of docs/detector.md and docs/role.md, made from the code. */
import { stateName, kindWords } from '../../src/core/detector/words.ts';
import type { DetectorKind } from '../../src/core/detector/types.ts';
import type { ObserverKind } from '../../src/core/observer/types.ts';
import type { CameraStage, RoleKind } from '../../src/core/role/types.ts';
import { roleKindWords, stageWords } from '../../src/core/role/words.ts';
import { columns, rows, rowOf, type Column, type Row } from '../../src/core/testing/detector-cells.ts';
import { detectorTable } from '../../src/core/testing/detector-table.ts';
import { roleColumns, roleRows, type RoleColumn, type RoleRow } from '../../src/core/testing/role-cells.ts';
import { roleTable } from '../../src/core/testing/role-table.ts';
import { timeoutNames, timeoutRules } from '../../src/core/timeouts.ts';

type Line = readonly string[];

function table(head: Line, body: readonly Line[]): string {
  const line = (cells: Line): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n');
}

function span(ms: number): string {
  return ms >= 60_000 ? `${ms / 60_000} min` : `${ms / 1000} s`;
}

function timeouts(): string {
  return table(
    ['time-out', 'default', 'min', 'max', 'min, shorter allowed', 'runs while'],
    timeoutNames.map((name) => {
      const rule = timeoutRules[name];
      return [rule.label, span(rule.defaultMs), span(rule.minMs), span(rule.maxMs), span(rule.shorterMinMs), rule.runsWhile];
    }),
  );
}

/** Which timer runs in a state. */
const detectorTimers: Readonly<Record<DetectorKind, string>> = {
  'never seen': 'Normal shutdown if it was alive before this failover server started; else a warning after Connected',
  connected: 'Connected; crash loop',
  started: 'Started; crash loop',
  alive: 'two missing keep-alives; hold-down of an outage; keep-alive time-out of not recording',
  suspect: 'Keep alive (Normal shutdown if the agent ended on purpose)',
  'normal shutdown': 'Normal shutdown',
  'abnormal shutdown': 'Abnormal shutdown; Keep alive for a silent agent; crash loop',
  failed: 'none',
};

const observerWords: Readonly<Record<ObserverKind, string>> = {
  sure: 'Judges',
  unsure: 'Was re-armed three times within 10 min; judges, with an alarm',
  storm: 'Many servers silent: take-overs held',
};

/** One table per state: only what leads somewhere, so that it can be read. */
function transitions<R extends string, C extends string>(names: readonly R[], events: readonly C[], cells: Readonly<Record<R, Readonly<Record<C, string>>>>): string {
  return names
    .map((name) => {
      const leads = events.filter((event) => cells[name][event] !== '·');
      const stays = events.filter((event) => cells[name][event] === '·');
      return `**${name}**\n\n${table(['event', 'leads to'], leads.map((event) => [event, cells[name][event]]))}\n\nNo change: ${stays.join('; ') || 'none'}.`;
    })
    .join('\n\n');
}

export const tables: Readonly<Record<'docs/detector.md' | 'docs/role.md', Readonly<Record<string, () => string>>>> = {
  'docs/detector.md': {
    timeouts,
    'detector-states': () => {
      const kinds = Object.keys(kindWords) as readonly DetectorKind[];
      return table(['state', 'on screen', 'what time does', 'for example'], kinds.map((kind) => [kind, kindWords[kind], detectorTimers[kind], stateName(rows[rowOf[kind]]().state)]));
    },
    detector: () => `## Transitions\n\n${transitions(Object.keys(rows) as readonly Row[], Object.keys(columns) as readonly Column[], detectorTable)}`,
    'observer-states': () => table(['state', 'meaning'], Object.entries(observerWords)),
  },
  'docs/role.md': {
    'role-states': () => table(['state', 'on screen'], Object.entries(roleKindWords as Readonly<Record<RoleKind, string>>)),
    'camera-stages': () => table(['camera', 'on screen'], Object.entries(stageWords as Readonly<Record<CameraStage, string>>)),
    role: () => transitions(Object.keys(roleRows) as readonly RoleRow[], Object.keys(roleColumns) as readonly RoleColumn[], roleTable),
  },
};

/** Puts each table between its markers. Throws if a marker is missing: a table nobody prints is lost. */
export function filled(text: string, makers: Readonly<Record<string, () => string>>): string {
  return Object.entries(makers).reduce((given, [name, make]) => {
    const start = `<!-- table: ${name} -->\n`;
    const from = given.indexOf(start);
    const to = given.indexOf('<!-- end -->', from);
    if (from < 0 || to < 0) throw new Error(`There is no place for the table ${name}.`);
    return `${given.slice(0, from + start.length)}${make()}\n${given.slice(to)}`;
  }, text);
}
