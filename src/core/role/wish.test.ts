import { describe, expect, it } from 'vitest';
import type { DetectorState } from '../detector/types.ts';
import { activeDesk, Desk, seen } from '../testing/desk.ts';
import { takeOverOf } from './duties.ts';
import { recordingWish } from './wish.ts';

const hot = { id: 'cam-a', enabled: true, singleSession: false, hot: true };
const cold = { ...hot, hot: false };
const standby = new Desk().state;
const allStates: readonly DetectorState[] = [seen.neverSeen, seen.alive, seen.back, seen.suspect, seen.connected, seen.started, seen.normalShutdown, seen.abnormalShutdown, seen.failed('silent')];

describe('what a camera is recorded as', () => {
  it('F90 taken over, hot or cold, opened or recorded', () => {
    for (const camera of [hot, cold]) {
      expect(recordingWish(seen.failed('silent'), new Desk({ detector: seen.failed('crash loop') }).look().state, camera)).toBe('taken over');
      expect(recordingWish(seen.alive, activeDesk().state, camera)).toBe('taken over');
    }
  });

  it('F91 off if cold, disabled, or with a single session', () => {
    for (const detector of allStates)
      for (const camera of [cold, { ...hot, enabled: false }, { ...hot, singleSession: true }]) expect(recordingWish(detector, standby, camera)).toBe('off');
    const restoring = activeDesk().look({ detector: seen.alive }).letGo('cam-s');
    expect(recordingWish(seen.alive, restoring.state, { ...hot, id: 'cam-s', singleSession: true })).toBe('off');
  });

  it('F92 F93 hot: standby while the recorder has it, provisional in every other state', () => {
    for (const detector of allStates) expect(recordingWish(detector, standby, hot)).toBe(detector.kind === 'alive' ? 'standby' : 'provisional');
    const gray = { ...seen.alive, gray: { sinceMs: 0, cameras: ['cam-a'], all: false } };
    expect(recordingWish(gray, standby, hot)).toBe('provisional');
    expect(recordingWish(gray, standby, { ...hot, id: 'cam-b' })).toBe('standby');
    for (const detector of allStates) expect(recordingWish({ ...detector, seenAlive: false }, standby, hot)).toBe('standby');
  });

  it('F92 F93 after its proof a restored camera stands by; held and queued servers are provisional', () => {
    const restoring = activeDesk().look({ detector: seen.alive }).proves(['cam-a']);
    expect(recordingWish(seen.alive, restoring.state, hot)).toBe('standby');
    const held = new Desk({ detector: seen.failed('silent') }).look();
    expect(recordingWish(seen.failed('silent'), held.state, hot)).toBe('provisional');
  });

  it('F91 off while it is lent, though only its refusals tell that it allows one session (F47)', () => {
    const lent = activeDesk().look({ detector: seen.alive }).look({ detector: seen.failed('not recording') });
    const takeOver = takeOverOf(lent.state);
    expect(takeOver?.cameras.find(({ id }) => id === 'cam-s')).toMatchObject({ singleSession: true, stage: 'lent' });
    // Hot, and nothing in its settings says that it allows one session.
    expect(recordingWish(seen.failed('not recording'), lent.state, { ...hot, id: 'cam-s' })).toBe('off');
  });

  it('F94 nothing provisional after a person stopped it', () => {
    const desk = activeDesk();
    desk.press('stop', 'Gate');
    expect(recordingWish(seen.failed('silent'), desk.state, hot)).toBe('standby');
    desk.letGo('cam-a', 'cam-b', 'cam-s').look();
    expect(recordingWish(seen.failed('silent'), desk.state, hot)).toBe('standby');
    desk.press('remove');
    expect(recordingWish(seen.failed('silent'), desk.state, hot)).toBe('off');
  });
});
