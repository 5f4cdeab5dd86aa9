import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dailyDue, slotBefore } from './schedule.ts';

const at = (text: string): number => Date.parse(text);
const minuteMs = 60_000;
const dayMs = 86_400_000;

/** Looks once a minute from one moment to another, like the failover server does; tells when it ran. */
function runs(utc: string, from: string, to: string, off: readonly [string, string][] = []): string[] {
  let lastRunMs = at(from);
  const ran: string[] = [];
  for (let now = at(from); now < at(to); now += minuteMs) {
    if (off.some(([start, end]) => now >= at(start) && now < at(end))) continue;
    if (!dailyDue({ utc, lastRunMs }, now).due) continue;
    lastRunMs = now;
    ran.push(new Date(now).toISOString().slice(0, 16));
  }
  return ran;
}

test('once a day at its UTC time', () => {
  expect(runs('01:00', '2026-06-01T12:00Z', '2026-06-04T12:00Z')).toEqual(['2026-06-02T01:00', '2026-06-03T01:00', '2026-06-04T01:00']);
});

test('T05: exactly one run at the right UTC time on the days when daylight saving changes', () => {
  // Europe: 29 March and 25 October 2026 at 01:00 UTC; United States: 8 March and 1 November.
  for (const day of ['2026-03-08', '2026-03-29', '2026-10-25', '2026-11-01'])
    for (const utc of ['00:00', '00:30', '01:00', '01:30', '02:00', '23:59']) {
      const start = new Date(at(`${day}T00:00Z`) - minuteMs).toISOString();
      expect(runs(utc, start, `${day}T23:59:59Z`), `${day} ${utc}`).toEqual([`${day}T${utc}`]);
    }
});

test('a run missed while off is caught up once, however long it was off', () => {
  expect(runs('01:00', '2026-06-01T12:00Z', '2026-06-10T12:00Z', [['2026-06-02T00:00Z', '2026-06-08T09:30Z']])).toEqual([
    '2026-06-08T09:30', '2026-06-09T01:00', '2026-06-10T01:00',
  ]);
  expect(dailyDue({ utc: '01:00', lastRunMs: at('2026-06-01T01:00Z') }, at('2026-06-05T09:00Z'))).toEqual({ due: true, caughtUp: true });
  expect(dailyDue({ utc: '01:00', lastRunMs: at('2026-06-01T01:00Z') }, at('2026-06-02T01:00:30Z'))).toEqual({ due: true, caughtUp: false });
});

test('a clock that steps back by a day or less repeats nothing, and the next run is the one that will be made', () => {
  const lastRunMs = at('2026-06-02T01:00Z');
  for (const now of ['2026-06-02T00:30Z', '2026-06-01T01:00Z'])
    expect(dailyDue({ utc: '01:00', lastRunMs }, at(now)), now).toEqual({ due: false, nextMs: at('2026-06-03T01:00Z') });
});

test('a last run in the future, told by a clock that was wrong, holds nothing up', () => {
  const lastRunMs = at('2030-01-01T12:00Z');
  expect(dailyDue({ utc: '01:00', lastRunMs }, at('2026-06-02T09:00Z'))).toEqual({ due: true, caughtUp: true });
  expect(dailyDue({ utc: '01:00', lastRunMs }, at('2026-06-02T01:00:30Z'))).toEqual({ due: true, caughtUp: false });
  // And the other way: in 1970, on a machine without a battery, and when its clock is right again.
  expect(dailyDue({ utc: '01:00', lastRunMs: at('2026-06-02T01:00Z') }, at('1970-01-01T05:00Z')).due).toBe(true);
  expect(dailyDue({ utc: '01:00', lastRunMs: at('1970-01-01T05:00Z') }, at('2026-06-02T05:00Z')).due).toBe(true);
});

test('whatever clock told the last run: nothing before the promised moment, which is at most two days away, and then it is due', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: -3 * dayMs, max: 3 * dayMs }), (now, apart) => {
      const plan = { utc: '01:00', lastRunMs: now + apart };
      const told = dailyDue(plan, now);
      if (told.due) return;
      expect(told.nextMs).toBeGreaterThan(now);
      expect(told.nextMs - now).toBeLessThanOrEqual(2 * dayMs);
      for (const moment of [now, told.nextMs - 1]) expect(dailyDue(plan, moment).due).toBe(false);
      expect(dailyDue(plan, told.nextMs)).toEqual({ due: true, caughtUp: false });
    }),
  );
});

test('the next run always lies within a day, and is due exactly then', () => {
  const time = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 })).map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
  fc.assert(
    fc.property(time, fc.integer({ min: 0, max: 4e12 }), (utc, now) => {
      const slot = slotBefore(utc, now);
      expect(now - slot).toBeGreaterThanOrEqual(0);
      expect(now - slot).toBeLessThan(dayMs);
      expect(new Date(slot).toISOString().slice(11, 16)).toBe(utc);
      const idle = dailyDue({ utc, lastRunMs: now }, now);
      if (idle.due) throw new Error('due though it just ran');
      expect(dailyDue({ utc, lastRunMs: now }, idle.nextMs - 1).due).toBe(false);
      expect(dailyDue({ utc, lastRunMs: now }, idle.nextMs)).toEqual({ due: true, caughtUp: false });
    }),
  );
});
