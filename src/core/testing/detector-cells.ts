/** Rows and columns of the detector's transition table: how each state is reached, how each event is played. */
import { detector } from '../detector/detector.ts';
import { aliveWatch, minute, second, Watch, type Run } from './watch.ts';
import type { DetectorKind } from '../detector/types.ts';

const seenBefore = { seenAlive: true, instance: 'instance-1' };

/** One way into each state; a few states are worth several rows. */
export const rows = {
  'never seen (stranger)': () => new Watch(),
  'never seen (expected back)': () => new Watch({ memory: seenBefore }),
  connected: () => new Watch().welcome('starting'),
  started: () => new Watch().welcome('starting').startup(),
  alive: () => aliveWatch(),
  suspect: () => aliveWatch().silence(5 * second),
  'suspect (agent ended on purpose)': () => aliveWatch().agentExit(true).cut(),
  'normal shutdown': () => aliveWatch().normalShutdown(),
  'abnormal shutdown': () => aliveWatch().abnormalShutdown(),
  'failed (silent)': () => aliveWatch().silence(31 * second),
  'failed (recorder silent)': () => aliveWatch().beats(35 * second, 'running', 5000),
  'failed (not started)': () => new Watch().welcome('starting').silence(5 * minute),
  'failed (no keep-alive)': () => new Watch().welcome('starting').startup().silence(5 * minute),
  'failed (not back from normal shutdown)': () => aliveWatch().normalShutdown().silence(15 * minute),
  'failed (not back from abnormal shutdown)': () => aliveWatch().abnormalShutdown().beats(5 * minute, 'stopped by error'),
  'failed (crash loop)': () => aliveWatch().abnormalShutdown().newBoot().startup().abnormalShutdown().beats(5 * minute, 'stopped by error'),
  'failed (never came back)': () => new Watch({ memory: seenBefore }).silence(15 * minute),
  'failed (not recording)': () => notRecording(),
} as const satisfies Readonly<Record<string, () => Watch>>;
export type Row = keyof typeof rows;

/** Each kind of state has at least one row: a new kind without one does not compile. */
export const rowOf: Readonly<Record<DetectorKind, Row>> = {
  'never seen': 'never seen (stranger)',
  connected: 'connected',
  started: 'started',
  alive: 'alive',
  suspect: 'suspect',
  'normal shutdown': 'normal shutdown',
  'abnormal shutdown': 'abnormal shutdown',
  failed: 'failed (silent)',
};

function notRecording(): Watch {
  const watch = aliveWatch();
  watch.cameras.forEach((id) => watch.frozen.add(id));
  return watch.beats(45 * second);
}

export const columns = {
  'welcome, starting, same run': (watch) => watch.welcome('starting'),
  'welcome, starting, new run': (watch) => watch.reboot().welcome('starting'),
  'welcome, running, same run': (watch) => watch.welcome('running'),
  'welcome, running, new run': (watch) => watch.reboot().welcome('running'),
  'welcome, stopped normally': (watch) => watch.newAgent().welcome('stopped normally'),
  'welcome, stopped by error': (watch) => watch.newAgent().welcome('stopped by error'),
  'welcome, unknown': (watch) => watch.newAgent().welcome('unknown'),
  'welcome of a second machine': (watch) => watch.newAgent().welcome('running', 'instance-2'),
  'startup, same run': (watch) => watch.startup(),
  'startup, new run': (watch) => watch.newBoot().startup(),
  'keep-alive, running': (watch) => watch.keepAlive(),
  'keep-alive, running, new run': (watch) => watch.newBoot().keepAlive(),
  'keep-alive, old progress': (watch) => watch.keepAlive('running', undefined, 6000),
  'keep-alive, stopped by error': (watch) => watch.keepAlive('stopped by error'),
  'normal shutdown': (watch) => watch.normalShutdown(),
  'abnormal shutdown': (watch) => watch.abnormalShutdown(),
  'agent exit, recorder goes on': (watch) => watch.agentExit(true),
  'agent exit with the recorder': (watch) => watch.agentExit(false),
  'connection lost': (watch) => watch.cut(),
  'tick at once': (watch) => watch.tick(),
  'tick an hour later': (watch) => watch.skip(60 * minute).tick().tick(),
  're-arm after an hour, tick': (watch) => watch.skip(60 * minute).reArm(60 * minute).tick(),
  'identity accepted': (watch) => watch.send({ type: 'identity accepted', atMs: watch.atMs }),
} as const satisfies Readonly<Record<string, (watch: Watch) => Watch>>;
export type Column = keyof typeof columns;

/** Where the detector, or a mutant of it, goes. The row is reached by the real one. */
export function cellOf(row: Row, column: Column, run: Run = detector): string {
  const watch = rows[row]();
  watch.run = run;
  // Rows without a connection yet have no agent that could speak: it says who it is first.
  if (watch.state.agentBoot === null && !column.startsWith('welcome')) watch.agentBoot = 'agent-unknown';
  const play: (watch: Watch) => Watch = columns[column];
  return play(watch).kind;
}
