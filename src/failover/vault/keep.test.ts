import { describe, expect, test } from 'vitest';
import { type KeptVersion, versionsToDrop } from './keep.ts';

const version = (number: number, state: KeptVersion['state'], bytes = 1000): KeptVersion => ({ version: number, state, bytes });
const row = (count: number, state: KeptVersion['state'], bytes?: number): KeptVersion[] => Array.from({ length: count }, (_, at) => version(at + 2, state, bytes));

describe('which versions may go', () => {
  test('the newest good ones stay, and what is newer than the oldest of them', () => {
    const versions = [version(1, 'good'), version(2, 'held'), version(3, 'good'), version(4, 'held'), version(5, 'good')];
    expect(versionsToDrop(versions, 2)).toEqual([2, 1]);
    expect(versionsToDrop(versions, 1)).toEqual([4, 3, 2, 1]);
    expect(versionsToDrop(versions, 90)).toEqual([]);
  });

  test('a recorder that makes suspicious settings without end does not fill the disk, and the good one stays', () => {
    expect(versionsToDrop([version(1, 'good'), ...row(500, 'held')], 90)).toHaveLength(480);
    expect(versionsToDrop([version(1, 'good'), ...row(500, 'newer schema')], 90)).not.toContain(1);
    expect(versionsToDrop(row(500, 'held'), 90)).toHaveLength(480);
    expect(versionsToDrop(row(500, 'held'), 2)).toHaveLength(498);
  });

  test('nor does one whose settings are as large as they may be', () => {
    const large = 256 * 1024 * 1024;
    const left = (versions: readonly KeptVersion[]): number => versions.length - versionsToDrop(versions, 90).length;
    expect(left(row(90, 'good', large))).toBe(17);
    expect(left([version(1, 'good', large), ...row(20, 'held', large)])).toBe(17);
    expect(left(row(90, 'good', 50_000_000))).toBeGreaterThan(80);
  });
});
