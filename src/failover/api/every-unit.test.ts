import { expect, test } from 'vitest';
import type { Span, UnitRow } from '../../core/units.ts';
import { hasEveryUnit, isWhole, type Rows } from './every-unit.ts';

const second = 1_000_000;
const unit = (timeUs: number, vclCrc: number): UnitRow => ({ track: 'video', rtpTime: timeUs, timeUs, key: false, vclBytes: 100, vclCrc, gapBefore: false });
const from = (units: readonly UnitRow[], asked: Span[] = []): Rows =>
  async function* (span) {
    asked.push(span);
    yield await Promise.resolve(units.filter(({ timeUs }) => timeUs >= span.fromUs && timeUs < span.toUs));
  };
const moved = (units: readonly UnitRow[], byUs: number): readonly UnitRow[] => units.map((one) => ({ ...one, timeUs: one.timeUs + byUs }));

test('an outage of three days is compared ten minutes at a time, so that its units never lie in memory together', async () => {
  const span = { fromUs: 0, toUs: 3 * 86_400 * second };
  const ours = Array.from({ length: 3 * 1440 }, (_, minute) => unit(minute * 60 * second, minute));
  const asked: Span[] = [];
  expect(await hasEveryUnit(span, { ours: from(ours), theirs: from(moved(ours, 3 * second), asked) }, 3 * second)).toBe(true);
  expect(asked.length).toBe(3 * 144);
  expect(Math.max(...asked.map(({ fromUs, toUs }) => toUs - fromUs))).toBeLessThanOrEqual(610 * second);
  const hasNot = moved(ours, 3 * second).filter(({ vclCrc }) => vclCrc !== 4000);
  expect(await hasEveryUnit(span, { ours: from(ours), theirs: from(hasNot) }, 3 * second)).toBe(false);
});

test('of pictures that are all alike as many must lie there as here', async () => {
  const span = { fromUs: 0, toUs: 60 * second };
  const ours = Array.from({ length: 60 }, (_, at) => unit(at * second, 7));
  expect(await hasEveryUnit(span, { ours: from(ours), theirs: from(ours) }, 0)).toBe(true);
  // One of them is not every one of them.
  expect(await hasEveryUnit(span, { ours: from(ours), theirs: from(ours.slice(0, 40)) }, 0)).toBe(false);
});

test('a hole in its coverage is no copy, whatever lies beside it; the ends may differ by a picture', () => {
  const wanted = { fromUs: 0, toUs: 60 * second };
  expect(isWhole([{ fromUs: 40_000, toUs: 60 * second - 40_000 }], wanted)).toBe(true);
  expect(isWhole([{ fromUs: -second, toUs: 30 * second }, { fromUs: 30.2 * second, toUs: 61 * second }], wanted)).toBe(true);
  expect(isWhole([{ fromUs: 0, toUs: 30 * second }, { fromUs: 33 * second, toUs: 60 * second }], wanted)).toBe(false);
  expect(isWhole([], wanted)).toBe(false);
});

test('a machine that tells of pictures without end is not listened to for ever', async () => {
  const endless = async function* (): AsyncGenerator<readonly UnitRow[]> {
    for (;;) yield await Promise.resolve(Array.from({ length: 1000 }, (_, at) => unit(at, 1)));
  };
  await expect(hasEveryUnit({ fromUs: 0, toUs: second }, { ours: from([unit(0, 7)]), theirs: endless }, 0)).rejects.toMatchObject({ code: 'link.protocol' });
});
