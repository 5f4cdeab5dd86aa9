import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSql } from './sqlite.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sql-'));
  mkdirSync(join(folder, 'm'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const migration = (name: string, text: string) => writeFileSync(join(folder, 'm', name), text);
const open = () => openSql({ path: join(folder, 'a.sqlite'), migrations: join(folder, 'm') });

describe('openSql', () => {
  it('applies missing migrations once, after a copy of the older database', () => {
    migration('001-first.sql', 'CREATE TABLE a (x); INSERT INTO a VALUES (1);');
    open().close();
    chmodSync(join(folder, 'a.sqlite'), 0o600);
    expect(existsSync(join(folder, 'a.sqlite.schema-1'))).toBe(false);
    migration('002-second.sql', 'ALTER TABLE a ADD COLUMN y; UPDATE a SET y = 2;');
    open().close();
    const again = open();
    expect(again.prepare('SELECT * FROM a').all()).toEqual([{ x: 1, y: 2 }]);
    again.close();
    const copy = openSql({ path: join(folder, 'a.sqlite.schema-1'), readOnly: true });
    expect(copy.prepare('SELECT * FROM a').all()).toEqual([{ x: 1 }]);
    expect(statSync(join(folder, 'a.sqlite.schema-1')).mode & 0o777, 'no more open than what it is a copy of').toBe(0o600);
    copy.close();
  });

  it('leaves nothing behind of a migration that fails', () => {
    migration('001-first.sql', 'CREATE TABLE a (x);');
    open().close();
    migration('002-bad.sql', 'INSERT INTO a VALUES (1); INSERT INTO nowhere VALUES (1);');
    expect(open).toThrow(/nowhere/);
    rmSync(join(folder, 'm', '002-bad.sql'));
    const db = open();
    expect(db.prepare('SELECT * FROM a').all()).toEqual([]);
    db.close();
  });

  it('refuses a database of a newer version', () => {
    migration('001-first.sql', 'CREATE TABLE a (x);');
    migration('002-second.sql', 'CREATE TABLE b (x);');
    open().close();
    rmSync(join(folder, 'm', '002-second.sql'));
    expect(open).toThrow(expect.objectContaining({ code: 'input.schema-newer' }));
  });

  it('refuses migrations out of sequence', () => {
    migration('002-second.sql', 'CREATE TABLE b (x);');
    expect(open).toThrow(expect.objectContaining({ code: 'process.defect' }));
  });

  it('rolls back a transaction that throws', () => {
    migration('001-first.sql', 'CREATE TABLE a (x);');
    const db = open();
    expect(() =>
      db.transaction(() => {
        db.exec('INSERT INTO a VALUES (1)');
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(db.prepare('SELECT count(*) AS n FROM a').get()).toEqual({ n: 0 });
    db.close();
  });
});
