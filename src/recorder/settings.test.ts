import { describe, expect, it } from 'vitest';
import { emptySettings, printSettings, readSettings } from './settings.ts';

const camera = { id: 'gate', name: 'Gate', url: 'rtsp://10.0.0.9/1', password: 'S3cret!' };
const text = (change: object): string => JSON.stringify({ ...emptySettings('a'), ...change });
const issues = (body: string): unknown => {
  const read = readSettings(body);
  return read.ok ? [] : read.issues;
};

describe('settings', () => {
  it('reads what it prints, with the defaults filled in', () => {
    const read = readSettings(printSettings({ ...emptySettings('a'), cameras: [] }));
    expect(read).toEqual({ ok: true, document: emptySettings('a') });
    const one = readSettings(text({ cameras: [camera] }));
    expect(one.ok && one.document.cameras[0]).toMatchObject({ transport: 'auto', audio: false, priority: 100, enabled: true });
  });

  it('names field, camera and rule', () => {
    expect(issues(text({ cameras: [camera, { ...camera, id: 'yard', url: 'http://x' }] }))).toEqual([
      { field: 'cameras.1.url (camera "yard")', rule: 'An address like rtsp://host:554/path, without user name or password in it.' },
    ]);
    expect(issues(text({ cameras: [camera, camera] }))).toEqual([
      { field: 'cameras.1.id (camera "gate")', rule: 'The id gate is used twice.' },
    ]);
    expect(issues(text({ retention: { days: -1 } }))).toMatchObject([{ field: 'retention.days' }]);
    expect(issues(text({ colour: 'red' }))).toEqual([{ field: 'colour', rule: 'There is no field "colour".' }]);
    expect(issues(text({ cameras: [{ ...camera, priority: '3', name: undefined }] }))).toEqual([
      { field: 'cameras.0.name (camera "gate")', rule: 'This is missing.' },
      { field: 'cameras.0.priority (camera "gate")', rule: 'A number is needed.' },
    ]);
  });

  it('tells a newer schema from a wrong one', () => {
    expect(readSettings(text({ schema: 2 }))).toMatchObject({ ok: false, code: 'input.schema-newer' });
    expect(readSettings(text({ schema: 'x' }))).toMatchObject({ ok: false, code: 'input.invalid' });
  });

  it('takes a byte order mark, and refuses another encoding instead of spoiling a password', () => {
    const body = text({ name: 'Süd', cameras: [camera] });
    expect(issues(`\uFEFF${body}`)).toEqual([]);
    expect(readSettings(Buffer.from(body)).ok).toBe(true);
    expect(readSettings(Buffer.from(body, 'latin1'))).toMatchObject({ ok: false, issues: [{ rule: 'Is not UTF-8; save it as UTF-8.' }] });
  });

  it('says where JSON is broken without quoting it: a password may stand there', () => {
    const broken = '{\n  "name": "a",\n  "password": "S3cret!" "x"\n}';
    expect(issues(broken)).toEqual([{ field: 'line 3, column 25', rule: 'Is not JSON here.' }]);
    expect(issues('')).toEqual([{ field: '(empty file)', rule: 'Is not JSON here.' }]);
    expect(JSON.stringify(issues(text({ cameras: [{ ...camera, url: 7 }] })))).not.toContain('S3cret');
  });
});
