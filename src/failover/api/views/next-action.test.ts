import { describe, expect, test } from 'vitest';
import type { ServerView } from '../../server-types.ts';
import { holdNote, nextActionOf } from './next-action.ts';

type Seen = Pick<ServerView, 'role' | 'detector' | 'maintenance'>;

const standby: ServerView['role'] = {
  state: 'standby', sinceMs: 0, reason: null, by: null, pinned: false, queuePosition: null, camerasRecording: 0, camerasWanted: 0, camerasKept: 0, cameras: [], outageId: null,
};
const active: ServerView['role'] = { ...standby, state: 'active', by: 'automatic' };
const alive: ServerView['detector'] = { state: 'alive', sinceMs: 0, reason: null, code: null, with: null, deadlineMs: null, deadlineFor: null };
const back: ServerView['detector'] = { ...alive, deadlineMs: 60_000, deadlineFor: 'recovered' };
const suspect: ServerView['detector'] = { ...alive, state: 'suspect', deadlineMs: 30_000, deadlineFor: 'failed' };
const held: NonNullable<ServerView['maintenance']> = { untilMs: 3_600_000, by: 'anna', note: `${holdNote} by anna`, takenOver: false };
const automatic = { automaticTakeOver: true, automaticRestore: true };

const next = (seen: Partial<Seen>, settings = automatic) => nextActionOf({ role: standby, detector: alive, maintenance: null, ...seen }, settings);

describe('what happens by itself next', () => {
  test('a server that is well has nothing coming', () => {
    expect(next({})).toBeNull();
  });

  test('a take-over is counted down to and may be held; without the switch it only counts as failed', () => {
    expect(next({ detector: suspect })).toMatchObject({ action: 'take over', atMs: 30_000, canHold: true, held: false });
    expect(next({ detector: suspect }, { ...automatic, automaticTakeOver: false })).toMatchObject({ action: 'fail', canHold: false });
  });

  test('a restore is counted down to and may be held', () => {
    expect(next({ role: active, detector: back })).toMatchObject({ action: 'restore', atMs: 60_000, canHold: true, held: false });
  });

  test('what is held says so, keeps its name, and may go on', () => {
    expect(next({ detector: suspect, maintenance: held })).toMatchObject({ action: 'take over', atMs: held.untilMs, canHold: true, held: true });
    expect(next({ role: active, detector: back, maintenance: held })).toMatchObject({ action: 'restore', atMs: held.untilMs, canHold: true, held: true });
  });

  test('no restore is promised while it is pinned, switched off or in maintenance', () => {
    expect(next({ role: { ...active, pinned: true }, detector: back })).toBeNull();
    expect(next({ role: active, detector: back }, { ...automatic, automaticRestore: false })).toBeNull();
    expect(next({ role: active, detector: back, maintenance: { ...held, note: 'new disks' } })).toMatchObject({ action: 'end maintenance' });
  });
});
