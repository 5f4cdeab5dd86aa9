import { describe, expect, test } from 'vitest';
import { baseOf, currentOf, savedOf } from './edit.ts';

interface Settings {
  readonly version: number;
  readonly time: string;
  readonly on: boolean;
}

const formOf = ({ time }: Settings) => ({ time });
const first: Settings = { version: 1, time: '01:00', on: true };

describe('what is typed over settings that others change', () => {
  test('nothing typed: the fields follow', () => {
    expect(currentOf(null, first, formOf).form.time).toBe('01:00');
    expect(currentOf({ started: first, form: { time: '01:00' } }, { ...first, version: 2, time: '03:00' }, formOf).form.time).toBe('03:00');
  });

  test('typed: it stays, with what was shown when it began', () => {
    const edit = { started: first, form: { time: '02:30' } };
    expect(currentOf(edit, { ...first, version: 2, time: '03:00' }, formOf)).toEqual(edit);
  });

  test('just saved: the fields do not fall back to the settings before', () => {
    const saved = { ...first, version: 2, time: '02:30' };
    expect(currentOf({ started: saved, form: { time: '02:30' } }, first, formOf).form.time).toBe('02:30');
  });

  test('typed while the saving is under way: it stays, over what was saved', () => {
    const saved = { ...first, version: 2, time: '02:30' };
    const typed = { started: first, form: { time: '02:31' } };
    expect(savedOf(typed, saved, { time: '02:30' }, formOf)).toEqual({ started: saved, form: { time: '02:31' } });
    expect(savedOf({ started: first, form: { time: '02:30' } }, saved, { time: '02:30' }, formOf)).toEqual({ started: saved, form: { time: '02:30' } });
  });

  test('something else was changed: it is changed from the newest version, so that both stand', () => {
    const newest = { ...first, version: 2, on: false };
    expect(baseOf(first, newest, formOf)).toBe(newest);
  });

  test('the same was changed: from the version that was shown, so that it is refused', () => {
    expect(baseOf(first, { ...first, version: 2, time: '03:00' }, formOf)).toBe(first);
  });

  test('just saved and not seen yet: from the saved one', () => {
    const saved = { ...first, version: 2 };
    expect(baseOf(saved, first, formOf)).toBe(saved);
  });
});
