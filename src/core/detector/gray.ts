/** "Alive but not recording": judged by what is written, never by what is claimed (rules D30–D35). */
import type { Millis } from '../units.ts';
import { advance, type Advances, noAdvances } from './advances.ts';
import { auditOf, change, clear, raise } from './step.ts';
import type { DetectorEffect, DetectorState, Gray, ProgressReport } from './types.ts';
import { stateName } from './words.ts';

/** A camera whose newest frame is older than this is not recorded. */
export const grayAfterMs = 5000;

/** Takes in the progress of one keep-alive. */
export function progressed(state: DetectorState, atMs: Millis, report: ProgressReport): DetectorState {
  const advances = advance(state.advances, report.ids, report.newestUs, atMs);
  return change(state, { advances, gray: grayOf(state.gray, advances, atMs), disk: report.disk.state });
}

/** A new boot starts with nothing known: its predecessor's frames prove nothing. */
export function forgetProgress(state: DetectorState): DetectorState {
  return change(state, { advances: noAdvances, gray: null });
}

function grayOf(before: Gray | null, { ids, advancedMs }: Advances, atMs: Millis): Gray | null {
  const late: string[] = [];
  for (let index = 0; index < ids.length; index++) if (atMs - (advancedMs[index] as Millis) > grayAfterMs) late.push(ids[index] as string);
  if (late.length === 0) return null;
  const all = late.length === ids.length;
  const cameras = late.sort();
  const same = before !== null && before.all === all && before.cameras.join('\n') === cameras.join('\n');
  if (same) return before;
  return { sinceMs: before !== null && before.all === all ? before.sinceMs : atMs, cameras, all };
}

/** Alarms and audit of what changed in the cameras' and the disk's state during one step. */
export function progressEffects(from: DetectorState, to: DetectorState): readonly DetectorEffect[] {
  return from.gray === to.gray && from.disk === to.disk ? [] : [...grayEffects(from, to), ...diskEffects(from, to)];
}

function grayEffects(from: DetectorState, to: DetectorState): readonly DetectorEffect[] {
  if (from.gray === to.gray) return [];
  const effects: DetectorEffect[] = [];
  const list = to.gray?.cameras.slice(0, 10).join(', ') ?? '';
  const more = (to.gray?.cameras.length ?? 0) > 10 ? ', …' : '';
  if (to.gray?.all === true) effects.push(raise(to, 'server not recording', 'The server is alive but records no camera. Check its disk and its cameras.'));
  else if (from.gray?.all === true) effects.push(clear(to, 'server not recording'));
  if (to.gray !== null && !to.gray.all)
    effects.push(raise(to, 'camera not recorded', `The server is alive but does not record: ${list}${more}. Check these cameras, then the server.`));
  else if (from.gray !== null && !from.gray.all) effects.push(clear(to, 'camera not recorded'));
  effects.push(auditOf(to, stateName(to), { kind: 'rule', rule: 'D31' }, to.gray === null ? 'all cameras are recorded again' : `not recording: ${list}${more}`));
  return effects;
}

function diskEffects(from: DetectorState, to: DetectorState): readonly DetectorEffect[] {
  if (from.disk === to.disk) return [];
  if (to.disk === 'ok' || to.disk === 'unknown') return [clear(to, 'recorder disk')];
  return [raise(to, 'recorder disk', `The recorder says its disk is ${to.disk}. What it records may be lost. Check the disk of this server.`)];
}
