import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deeds, playStory } from '../testing/host.ts';
import { aliveWatch, minute, second, settingsWith, Watch } from '../testing/watch.ts';
import { detector } from './detector.ts';
import { isOffline, nextByTime, quietUntilMs } from './questions.ts';

/** What comes next and in how many seconds. */
function next(watch: Watch): string {
  const countdown = nextByTime(watch.state, watch.settings);
  return countdown === null ? 'nothing' : `${countdown.what} in ${(countdown.atMs - watch.atMs) / second} s`;
}

describe('the countdown on the screen', () => {
  it('tells what time alone will do', () => {
    expect(next(new Watch())).toBe('warned in 300 s');
    expect(next(new Watch().silence(6 * minute))).toBe('nothing');
    expect(next(new Watch({ memory: { seenAlive: true, instance: null } }))).toBe('failed in 900 s');
    expect(next(new Watch().welcome('starting'))).toBe('failed in 300 s');
    expect(next(new Watch().welcome('starting').startup().silence(10 * second))).toBe('failed in 290 s');
    expect(next(aliveWatch())).toBe('nothing');
    expect(next(aliveWatch().silence(10 * second))).toBe('failed in 20 s');
    expect(next(aliveWatch().agentExit(true))).toBe('failed in 900 s');
    expect(next(aliveWatch().normalShutdown())).toBe('failed in 900 s');
    expect(next(aliveWatch().abnormalShutdown())).toBe('failed in 30 s');
    expect(next(aliveWatch().silence(31 * second))).toBe('nothing');
    expect(next(aliveWatch().silence(31 * second).keepAlive().beats(10 * second))).toBe('recovered in 50 s');
  });

  it('comes true: what it announces happens then, not before', () => {
    for (const watch of [new Watch().welcome('starting'), aliveWatch().silence(10 * second), aliveWatch().normalShutdown(), aliveWatch().abnormalShutdown()]) {
      const dueMs = nextByTime(watch.state, watch.settings)?.atMs ?? 0;
      expect(watch.silence(dueMs - watch.atMs - 250).state.kind).not.toBe('failed');
      expect(watch.silence(250).state.kind).toBe('failed');
    }
  });

  it('counts a server that records nothing by the policy', () => {
    for (const takeOverWhenNotRecording of [true, false]) {
      const watch = aliveWatch({ settings: settingsWith({}, { takeOverWhenNotRecording }) });
      watch.cameras.forEach((id) => watch.frozen.add(id));
      expect(next(watch.beats(7 * second))).toBe(takeOverWhenNotRecording ? 'failed in 29 s' : 'nothing');
    }
  });

  it('tells who is offline for sure', () => {
    expect([new Watch(), aliveWatch().normalShutdown(), aliveWatch().abnormalShutdown(), aliveWatch().silence(31 * second)].map((watch) => isOffline(watch.state))).toEqual([true, true, true, true]);
    expect([new Watch().welcome('starting'), new Watch().welcome(), aliveWatch(), aliveWatch().silence(10 * second)].map((watch) => isOffline(watch.state))).toEqual([false, false, false, false]);
  });
});

describe('ticks that need not be sent', () => {
  it('change nothing, and the next one does', () => {
    let asked = 0;
    const run: typeof detector = (before, event, settings) => {
      const step = detector(before, event, settings);
      const untilMs = quietUntilMs(step.state, settings);
      if (untilMs === -Infinity) return step;
      asked++;
      const spared = detector(step.state, { type: 'tick', atMs: untilMs - 1 }, settings);
      expect(spared.state).toBe(step.state);
      expect(spared.effects).toEqual([]);
      expect(detector(step.state, { type: 'tick', atMs: untilMs }, settings).state.kind).toBe('suspect');
      return step;
    };
    fc.assert(fc.property(fc.array(fc.constantFrom(...deeds), { minLength: 1, maxLength: 12 }), (story) => playStory(run, story) === null), { numRuns: 50 });
    expect(asked).toBeGreaterThan(20); // the stories are random: some hosts are well for a moment only
  });
});
