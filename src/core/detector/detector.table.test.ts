import { describe, expect, it } from 'vitest';
import { cellOf, columns, rows, type Column, type Row } from '../testing/detector-cells.ts';
import { detectorTable, same } from '../testing/detector-table.ts';
import { stateName } from './words.ts';

const allRows = Object.keys(rows) as readonly Row[];
const allColumns = Object.keys(columns) as readonly Column[];

describe('the table of the detector', () => {
  it.each(allRows)('%s: every event leads where the table says', (row) => {
    const from = rows[row]().kind;
    const actual = Object.fromEntries(allColumns.map((column) => [column, cellOf(row, column)]));
    const expected = Object.fromEntries(allColumns.map((column) => [column, detectorTable[row][column] === same ? from : detectorTable[row][column]]));
    expect(actual).toEqual(expected);
  });

  it('D36 every change of state is audited with from, to, rule and reason (I10)', () => {
    for (const row of allRows)
      for (const column of allColumns) {
        const watch = rows[row]();
        const from = stateName(watch.state);
        watch.taken();
        const play: (given: typeof watch) => typeof watch = columns[column];
        const to = stateName(play(watch).state);
        if (from === to) continue;
        const entries = watch.effects.flatMap((effect) => (effect.kind === 'audit' && effect.entry.from !== effect.entry.to ? [effect.entry] : []));
        expect(entries.at(0)?.from).toBe(from);
        expect(entries.at(-1)?.to).toBe(to);
        entries.forEach((entry, index) => {
          expect(entry).toMatchObject({ serverId: 'server', machine: 'detector', actor: { kind: 'rule', rule: expect.stringMatching(/^D\d+$/) }, why: expect.stringMatching(/.{10}/) });
          if (index > 0) expect(entry.from).toBe(entries[index - 1]?.to);
        });
      }
  });
});
