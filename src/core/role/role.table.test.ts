import { describe, expect, it } from 'vitest';
import { roleCellOf, roleColumns, roleRows, type RoleColumn, type RoleRow } from '../testing/role-cells.ts';
import { roleTable } from '../testing/role-table.ts';
import { roleName } from './step.ts';

const allRows = Object.keys(roleRows) as readonly RoleRow[];
const allColumns = Object.keys(roleColumns) as readonly RoleColumn[];

describe('the table of the role', () => {
  it.each(allRows)('%s: every event leads where the table says', (row) => {
    expect(Object.fromEntries(allColumns.map((column) => [column, roleCellOf(row, column)]))).toEqual(roleTable[row]);
  });

  it('every change of state is persisted first, audited without a break, and every request answered once (I6, I10)', () => {
    for (const row of allRows)
      for (const column of allColumns) {
        const desk = roleRows[row]();
        let known = roleName(desk.state);
        desk.taken();
        const play: (given: typeof desk) => typeof desk = roleColumns[column];
        play(desk);
        for (const effect of desk.effects) {
          if (effect.kind !== 'persist') continue;
          const [entry] = effect.audit;
          expect(entry?.from).toBe(known);
          known = roleName(effect.state);
          expect(entry).toMatchObject({ to: known, serverId: 'server', machine: 'role', why: expect.stringMatching(/.{5}/) });
        }
        expect(roleName(desk.state)).toBe(known);
        expect(desk.effects.filter((effect) => effect.kind === 'answer')).toHaveLength(column.includes('pressed') ? 1 : 0);
      }
  });
});
