import { expect, test } from 'vitest';
import { clockMarks, markOver } from './clock-marks.ts';

const minute = 60_000;
const hour = 60 * minute;
const at = 1_000_000 * hour;
const us = (ms: number): number => ms * 1000;

test('a recorder’s clock that was an hour ahead for twenty minutes', () => {
  const steps = [{ serverId: 'a', afterMs: at + hour, movedMs: hour }, { serverId: 'a', afterMs: at + 20 * minute, movedMs: -hour }];
  const marks = (nowMs: number) => clockMarks(steps, 0, us(nowMs));
  const leftOut = { fromUs: us(at), toUs: us(at + 20 * minute), host: 'monitored server', movedMs: hour };
  expect(marks(at + 30 * minute)).toMatchObject([leftOut]);
  // It comes to the times that it had been in before.
  expect(marks(at + 2 * hour)).toMatchObject([leftOut, { fromUs: us(at + hour), toUs: us(at + hour + 20 * minute), movedMs: -hour }]);
  expect(marks(at + 2 * hour)[0]?.text).toContain('set ahead by 1 h');
  // What seems to be missing meanwhile lies an hour later; what is missing beyond it is missing.
  const near = us(10_000);
  expect(markOver(marks(at + 2 * hour), { fromUs: us(at - 2000), toUs: us(at + 20 * minute) }, near)?.movedMs).toBe(hour);
  expect(markOver(marks(at + 2 * hour), { fromUs: us(at - minute), toUs: us(at + minute) }, near)).toBeUndefined();
});

test('a clock that was an hour behind and is put right leaves out that hour', () => {
  expect(clockMarks([{ serverId: 'a', afterMs: at, movedMs: hour }], 0, us(at + hour))).toMatchObject([{ fromUs: us(at - hour), toUs: us(at) }]);
});

test('a minute in 1970 doubts that minute, not all of history', () => {
  const steps = [{ serverId: '', afterMs: 0, movedMs: -at }, { serverId: '', afterMs: at + minute, movedMs: at }];
  expect(clockMarks(steps, 0, us(at + hour))).toMatchObject([
    { fromUs: us(at), toUs: us(at + minute), host: 'failover server', movedMs: at },
    { fromUs: 0, toUs: us(minute), movedMs: -at },
  ]);
});

test('its footage is placed by how far its clock is ahead now; ours by our own', () => {
  const steps = [{ serverId: 'a', afterMs: at, movedMs: 5000 }, { serverId: '', afterMs: at, movedMs: 5000 }];
  expect(clockMarks(steps, us(2000), us(at + hour))).toMatchObject([
    { fromUs: us(at - 7000), toUs: us(at - 2000), host: 'monitored server' },
    { fromUs: us(at - 5000), toUs: us(at), host: 'failover server' },
  ]);
});
