import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { freeId, readCameraCsv, splitCredentials } from './camera-csv.ts';

const read = (text: string, taken: string[] = []) => readCameraCsv(text, taken.map((id) => ({ id, name: '', url: '' })));
const url = 'rtsp://10.0.0.9:554/1';

describe('cameras from CSV', () => {
  it('reads all columns in any order, with quotes, semicolons, byte order mark and CRLF', () => {
    const text = `\uFEFFURL;Name;password;audio;priority;retentionDays;enabled\r\n${url};"Gate; ""north""";" p;w ";yes;1;7.5;no\r\n`;
    const { cameras, errors } = read(text);
    expect(errors).toEqual([]);
    expect(cameras).toMatchObject([
      { line: 2, camera: { id: 'gate-north', name: 'Gate; "north"', url, password: ' p;w ', audio: true, priority: 1, retentionDays: 7.5, enabled: false } },
    ]);
  });

  it('fills in defaults and makes ids that are free', () => {
    const { cameras, errors } = read(`name,url\nGate 2 (Süd),${url}\nGate 2 Sud,${url}\n\n`, ['gate-2-sud']);
    expect(errors).toEqual([]);
    expect(cameras.map(({ line, camera }) => [line, camera.id])).toEqual([
      [2, 'gate-2-sud-2'],
      [3, 'gate-2-sud-3'],
    ]);
    expect(cameras[0]?.camera).toMatchObject({ transport: 'auto', audio: false, priority: 100, enabled: true });
  });

  it('takes credentials out of the address', () => {
    const { cameras } = read('name,url\nGate,rtsp://admin:p%40ss@10.0.0.9/1');
    expect(cameras[0]?.camera).toMatchObject({ url: 'rtsp://10.0.0.9/1', username: 'admin', password: 'p@ss' });
    expect(splitCredentials('rtsp://10.0.0.9/a b')).toEqual({ url: 'rtsp://10.0.0.9/a b' });
  });

  it('names line and column of every error and goes on with the other lines', () => {
    const text = ['name,url,priority,id', `A,${url},x,a`, `B,http://x,1,b`, `C,${url},1,a`, `D,${url},1,c,more`, `E,${url},1,c`, `"F\n2",${url},1,f`].join('\n');
    const { cameras, errors } = read(text);
    expect(errors.map(({ line, column }) => [line, column])).toEqual([
      [2, 'priority'], [3, 'url'], [5, ''], [7, 'name'],
    ]);
    expect(cameras.map(({ line }) => line)).toEqual([4, 6]);
  });

  it('says in words what belongs into a column', () => {
    const { errors } = read(`name,url,audio,transport,priority\nA,${url},maybe,rtp,first`);
    expect(errors.map(({ column, rule }) => `${column}: ${rule}`)).toEqual([
      'transport: auto, tcp or udp.', 'audio: Yes or no (true, false, on, off, 1, 0).', 'priority: A whole number from 1 (first) to 1000.',
    ]);
  });

  it('refuses a file of another encoding instead of spoiling its names', () => {
    expect(read(Buffer.from(`name,url\nS\xfcd,${url}`, 'latin1').toString('utf8')).errors).toMatchObject([{ line: 1, rule: expect.stringContaining('UTF-8') }]);
    expect(read(Buffer.from(`name,url\nA,${url}`, 'utf16le').toString('utf8')).errors).toMatchObject([{ line: 1 }]);
  });

  it('understands what spreadsheets and people make of a file', () => {
    const lines = (text: string) => read(text).cameras.map(({ line, camera }) => [line, camera.name, camera.url, camera.retentionDays]);
    const one = [['Gate', url, 5]].map(([name, at, days]) => [3, name, at, days]);
    expect(lines(`sep=;\r\nname;url;retentionDays\r\nGate;${url};5\r\n`)).toEqual(one);
    expect(lines(`\n Name , URL , Retention days \nGate , ${url} , 5\n`)).toEqual(one);
    expect(lines(`\r\nname, url, retention_days\r\n"Gate" , "${url}", "5" \r\n`)).toEqual(one);
    expect(read(`name,url,transport\nGate,${url},TCP`).cameras[0]?.camera.transport).toBe('tcp');
    expect(read(`name,url,password\nGate,${url}, "a b " \nYard,${url}, a b `).cameras.map(({ camera }) => camera.password)).toEqual(['a b ', ' a b ']);
  });

  it('says which quote is never closed, and what is missing', () => {
    expect(read(`name,url\nA,${url}\n"B,${url}\nC,${url}`).errors).toEqual([{ line: 3, column: '', rule: expect.stringContaining('never closed') }]);
    expect(read(`name,url\nA,\n,${url}`).errors.map(({ line, column, rule }) => `${line} ${column}: ${rule}`)).toEqual(['2 url: This is missing.', '3 name: This is missing.']);
  });

  it('does not import a file twice, unless the line has an id of its own', () => {
    const text = `name,url\nA,${url}\nB,${url}\n`;
    const again = readCameraCsv(`${text}C,${url}`, read(text).cameras.map(({ camera }) => camera));
    expect(again.errors.map(({ line, rule }) => `${line}: ${rule}`)).toEqual(['2: Is there already, with the same name and address, as a.', '3: Is there already, with the same name and address, as b.']);
    expect(again.cameras.map(({ camera }) => camera.id)).toEqual(['c']);
    expect(read(`${text}A,${url}`).errors).toMatchObject([{ line: 4 }]);
    expect(read(`id,name,url\na,A,${url}\nb,A,${url}`).errors).toEqual([]);
  });

  it.each(['rtsp://admin:12#34@10.0.0.1/x', 'rtsp://admin:12/34@10.0.0.1/x', 'rtsp://admin:pa?ss@10.0.0.1/x', 'rtsp://admin#1:x@10.0.0.1/x'])('refuses %s: a part of the password would be shown', (address) => {
    const { cameras, errors } = read(`name,url\nA,${address}`);
    expect([cameras, errors]).toEqual([[], [{ line: 2, column: 'url', rule: expect.stringContaining('%2F') }]]);
  });

  it.each(['rtsp://10.0.0.1:554/user@1/x', 'rtsp://camera/a@b', 'rtsp://[fe80::1]:554/a@b', 'rtsp://cam.example:554/?a=b@c'])('takes %s as it is', (address) => {
    expect(read(`name,url\nA,${address}`)).toMatchObject({ errors: [], cameras: [{ camera: { url: address } }] });
  });

  it('refuses a header that it does not know', () => {
    expect(read('name,adress\nA,b').errors.map((error) => error.rule)).toEqual([
      expect.stringContaining('Unknown column "adress"'),
      expect.stringContaining('Column url is missing'),
    ]);
    expect(read('').errors).toHaveLength(1);
  });

  it('never throws and never shows a password', () => {
    fc.assert(
      fc.property(fc.string(), (junk) => {
        const { errors } = read(`name,url,password,priority\nA,${url},S3cret,bad\n${junk}`);
        expect(errors.length).toBeGreaterThan(0);
        expect(JSON.stringify(errors)).not.toContain('S3cret');
      }),
    );
  });

  it('makes valid ids of any name', () => {
    fc.assert(fc.property(fc.string(), (name) => /^[a-z0-9][a-z0-9-]{0,63}$/.test(freeId(name, new Set()))));
  });
});
