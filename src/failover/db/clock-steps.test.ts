import { expect, test } from 'vitest';
import { openSql } from '../../platform/sqlite.ts';
import { clockSteps, readClockMarks, saveClockStep, timesSureFrom } from './clock-steps.ts';

test('steps of a server’s clock and of ours are kept, the newest 200 of each', () => {
  const sql = openSql({ path: ':memory:', migrations: new URL('./migrations', import.meta.url).pathname });
  for (let at = 1; at <= 205; at += 1) saveClockStep(sql, { serverId: 'a', afterMs: at, movedMs: -1, sureFromMs: at });
  saveClockStep(sql, { serverId: '', afterMs: 7, movedMs: 2, sureFromMs: 300 });
  saveClockStep(sql, { serverId: 'b', afterMs: 8, movedMs: 2, sureFromMs: 8 });
  const marks = readClockMarks(sql, 'a');
  expect(marks).toHaveLength(201);
  expect(marks[0]).toEqual({ serverId: 'a', afterMs: 6, movedMs: -1 });
  expect(marks.at(-1)).toEqual({ serverId: '', afterMs: 7, movedMs: 2 });
  expect([clockSteps(sql).get('a'), timesSureFrom(sql, 'a'), timesSureFrom(sql, 'b')]).toEqual([205, 300, 300]);
  sql.close();
});
