import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { inputOf, momentsOf } from './local-moment.ts';

const utc = (local: string): readonly string[] => momentsOf(local).map((ms) => new Date(ms).toISOString().slice(0, 16));

beforeEach(() => void vi.stubEnv('TZ', 'Europe/Amsterdam'));
afterEach(() => void vi.unstubAllEnvs());

test('a local time means one moment, in the hour that daylight saving has twice both, the earlier first', () => {
  expect(utc('2025-10-26T01:59')).toEqual(['2025-10-25T23:59']);
  expect(utc('2025-10-26T02:00')).toEqual(['2025-10-26T00:00', '2025-10-26T01:00']);
  expect(utc('2025-10-26T02:59:59')).toEqual(['2025-10-26T00:59', '2025-10-26T01:59']);
  expect(utc('2025-10-26T03:00')).toEqual(['2025-10-26T02:00']);
  vi.stubEnv('TZ', 'Australia/Lord_Howe');
  expect(utc('2025-04-06T01:45')).toEqual(['2025-04-05T14:45', '2025-04-05T15:15']);
  vi.stubEnv('TZ', 'UTC');
  expect(utc('2025-10-26T02:30')).toEqual(['2025-10-26T02:30']);
});

test('what is no time means none, at the ends of the calendar too', () => {
  for (const local of ['', 'now', '2025-13-01T00:00', '99999-01-01T00:00', '275760-09-13T00:00']) expect(momentsOf(local), local).toEqual([]);
  expect(momentsOf('0001-01-01T00:00')).toHaveLength(1);
});

test('both moments of such an hour stand in a field as the same time', () => {
  for (const ms of momentsOf('2025-10-26T02:30')) expect(inputOf(ms)).toBe('2025-10-26T02:30:00');
});
