import { describe, expect, it } from 'vitest';
import { silenceOf } from '../detector/questions.ts';
import { aliveWatch, minute, second, settingsWith, Watch } from '../testing/watch.ts';
import { observer, startObserver } from './observer.ts';
import { isHeldByStorm, stormHoldMs } from './storm.ts';
import type { ObserverEffect, ObserverState, Silence } from './types.ts';

const intervalMs = 250;
const keepAliveMs = 30_000;

class Clocks {
  state: ObserverState = startObserver;
  atMs = 0;
  uptimeMs = 5000;
  wallMs = 1e12;

  tick(passed: number = intervalMs, suspended = 0, step = 0): readonly ObserverEffect[] {
    this.atMs += passed;
    this.uptimeMs += passed + suspended;
    this.wallMs += passed + suspended + step;
    const result = observer(this.state, { type: 'tick', atMs: this.atMs, uptimeMs: this.uptimeMs, wallMs: this.wallMs, intervalMs });
    this.state = result.state;
    return result.effects;
  }

  calm(ms: number): readonly ObserverEffect[] {
    const effects: ObserverEffect[] = [];
    for (let passed = 0; passed < ms; passed += intervalMs) effects.push(...this.tick());
    return effects;
  }

  survey(servers: readonly Silence[]): readonly ObserverEffect[] {
    const result = observer(this.state, { type: 'survey', atMs: this.atMs, keepAliveMs, servers });
    this.state = result.state;
    return result.effects;
  }
}

const kinds = (effects: readonly ObserverEffect[]): readonly string[] => effects.map((effect) => (effect.kind === 'raise alarm' || effect.kind === 'clear alarm' ? `${effect.kind} ${effect.alarm}` : effect.kind));

/** `silent` servers silent since `sinceMs`, the first `failed` of them failed; the rest talk. */
function servers(total: number, silent: number, failed: number, sinceMs = 0): readonly Silence[] {
  return Array.from({ length: total }, (_, index) => ({ serverId: `server-${index}`, silentSinceMs: index < silent ? sinceMs : null, failed: index < failed, wasDown: false }));
}

describe('the observer doubts itself', () => {
  it('judges while nothing is strange', () => {
    const clocks = new Clocks();
    expect(new Set(kinds(clocks.calm(minute)))).toEqual(new Set(['judge']));
  });

  it('V1 V4 re-arms after a late tick and judges nobody in that round (I2, S27, S29)', () => {
    const clocks = new Clocks();
    clocks.calm(second);
    expect(kinds(clocks.tick(3 * second))).toEqual(['re-arm', 'audit']);
    expect(kinds(clocks.tick())).toEqual(['judge']);
    expect(kinds(clocks.tick(second))).toEqual(['judge']);
    expect(clocks.tick(30 * second)[0]).toMatchObject({ kind: 're-arm', lostMs: 29_750 });
  });

  it('V2 V4 re-arms after a suspend, which the monotonic clock does not show (S31)', () => {
    const clocks = new Clocks();
    clocks.calm(second);
    expect(kinds(clocks.tick(intervalMs, 10 * minute))).toEqual(['re-arm', 'audit']);
  });

  it('V3 re-arms after a step of the wall clock, both ways (T01)', () => {
    const clocks = new Clocks();
    clocks.calm(second);
    expect(kinds(clocks.tick(intervalMs, 0, 60 * minute))).toEqual(['re-arm', 'audit']);
    expect(kinds(clocks.tick(intervalMs, 0, -1e12))).toEqual(['re-arm', 'audit']);
  });

  it('V5 V6 the third re-arm within ten minutes is said aloud, then it judges; calm clears it', () => {
    const clocks = new Clocks();
    clocks.calm(second);
    clocks.tick(3 * second);
    clocks.tick(3 * second);
    expect(kinds(clocks.tick(3 * second))).toEqual(['re-arm', 'audit', 'raise alarm observer unsure', 'audit']);
    expect(clocks.state.kind).toBe('unsure');
    expect(kinds(clocks.tick(3 * second))).toEqual(['judge']);
    const effects = clocks.calm(11 * minute);
    expect(kinds(effects).filter((kind) => kind !== 'judge')).toEqual(['clear alarm observer unsure', 'audit']);
    expect(kinds(clocks.tick(3 * second))).toEqual(['re-arm', 'audit']);
  });

  it('V7 what kept it away for over ten seconds is no time of watching even then, but not for ever', () => {
    const clocks = new Clocks();
    clocks.calm(second);
    for (let time = 0; time < 3; time += 1) clocks.tick(intervalMs, 0, minute);
    expect(clocks.state.kind).toBe('unsure');
    expect(kinds(clocks.tick(intervalMs, 8 * minute))).toEqual(['re-arm', 'audit']);
    expect(kinds(clocks.tick(30 * second))).toEqual(['re-arm', 'audit']);
    expect(kinds(clocks.tick(9 * second))).toEqual(['judge']);
    expect(kinds(clocks.tick(intervalMs, 0, minute))).toEqual(['judge']);
    expect(kinds(clocks.tick(30 * second))).toEqual(['re-arm', 'audit']);
    expect(kinds(clocks.tick(30 * second))).toEqual(['judge']);
    expect(clocks.state.kind).toBe('unsure');
  });
});

describe('many servers silent', () => {
  it.each([
    [1, 1, false],
    [2, 1, false],
    [2, 2, true],
    [3, 2, false],
    [3, 3, true],
    [5, 2, false],
    [5, 3, true],
    [20, 10, false],
    [20, 11, true],
    [20, 12, true],
  ])('V10 of %i servers %i silent: storm %s', (total, silent, storm) => {
    const clocks = new Clocks();
    clocks.survey(servers(total, silent, 1));
    expect(clocks.state.kind === 'storm').toBe(storm);
  });

  it('V10 silences that began further apart than a keep-alive time-out are no storm', () => {
    const clocks = new Clocks();
    clocks.survey(servers(3, 3, 3).map((server, index) => ({ ...server, silentSinceMs: index * 31_000 })));
    expect(clocks.state.kind).toBe('sure');
  });

  it('V11 suspicion alone is no storm', () => {
    const clocks = new Clocks();
    expect(clocks.survey(servers(5, 5, 0))).toEqual([]);
    expect(clocks.state.kind).toBe('sure');
  });

  it('V12 V13 V14 holds for 30 s, then lets go on, and never twice for the same silence (N10, N11)', () => {
    const clocks = new Clocks();
    clocks.calm(second);
    expect(kinds(clocks.survey(servers(4, 3, 1)))).toEqual(['raise alarm storm', 'audit']);
    expect(isHeldByStorm(clocks.state, 'server-2')).toBe(true);
    expect(isHeldByStorm(clocks.state, 'server-3')).toBe(false);
    clocks.survey(servers(4, 4, 3));
    expect(isHeldByStorm(clocks.state, 'server-3')).toBe(true);
    clocks.calm(stormHoldMs - intervalMs);
    clocks.survey(servers(4, 4, 4));
    expect(clocks.state.kind).toBe('storm');
    clocks.tick();
    expect(kinds(clocks.survey(servers(4, 4, 4)))).toEqual(['clear alarm storm', 'audit']);
    clocks.survey(servers(4, 4, 4));
    expect(clocks.state).toMatchObject({ kind: 'sure', released: ['server-0', 'server-1', 'server-2', 'server-3'] });
    clocks.survey(servers(4, 0, 0));
    expect(clocks.state.released).toEqual([]);
    clocks.survey(servers(4, 4, 1));
    expect(clocks.state.kind).toBe('storm');
  });

  it('V13 ends early when the servers talk again', () => {
    const clocks = new Clocks();
    clocks.survey(servers(4, 4, 1));
    expect(kinds(clocks.survey(servers(4, 0, 0)))).toEqual(['clear alarm storm', 'audit']);
    expect(clocks.state).toMatchObject({ kind: 'sure', released: [] });
  });

  it('V16 counts none that was down before the failover server started, neither to begin a storm nor to hold in one', () => {
    const clocks = new Clocks();
    const down = (all: readonly Silence[], many: number): readonly Silence[] => all.map((server, index) => ({ ...server, wasDown: index < many }));
    // Three of four, and the fourth.
    expect(clocks.survey(down(servers(4, 3, 3), 3))).toEqual([]);
    expect(clocks.survey(down(servers(4, 4, 4), 3))).toEqual([]);
    // Nor do they make it less of one that the others fell silent.
    expect(kinds(clocks.survey(down(servers(7, 6, 6), 3)))).toEqual(['raise alarm storm', 'audit']);
    expect(clocks.state).toMatchObject({ storm: { servers: ['server-3', 'server-4', 'server-5'] } });
    clocks.survey(down(servers(7, 7, 6), 3));
    expect(['server-0', 'server-6'].map((id) => isHeldByStorm(clocks.state, id))).toEqual([false, true]);
  });

  it('V16 until it talked', () => {
    const settings = settingsWith();
    const watch = new Watch({ memory: { seenAlive: true, instance: 'instance-1' }, wasDown: true });
    expect(silenceOf(watch.silence(16 * minute).state, watch.atMs, settings)).toMatchObject({ failed: true, wasDown: true });
    watch.welcome().beats(2 * second);
    expect(silenceOf(watch.silence(minute).state, watch.atMs, settings)).toMatchObject({ failed: true, wasDown: false });
  });

  it('V15 counts neither strangers nor servers away as announced', () => {
    const settings = settingsWith();
    const silence = (watch: Watch): Silence | null => silenceOf(watch.state, watch.atMs, settings);
    expect(silence(new Watch().silence(minute))).toBeNull();
    expect(silence(aliveWatch().normalShutdown().silence(minute))).toBeNull();
    expect(silence(aliveWatch())).toEqual({ serverId: 'server', silentSinceMs: null, failed: false, wasDown: false });
    const quiet = aliveWatch();
    const lastMs = quiet.atMs;
    expect(silence(quiet.silence(10 * second))).toEqual({ serverId: 'server', silentSinceMs: lastMs, failed: false, wasDown: false });
    expect(silence(quiet.silence(30 * second))).toEqual({ serverId: 'server', silentSinceMs: lastMs, failed: true, wasDown: false });
    expect(silence(aliveWatch().beats(40 * second, 'unknown'))).toEqual({ serverId: 'server', silentSinceMs: null, failed: false, wasDown: false });
  });
});
