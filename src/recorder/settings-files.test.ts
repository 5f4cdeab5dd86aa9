import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemRandom } from '../platform/random.ts';
import { serverIdentity } from './identity.ts';
import { emptySettings } from './settings.ts';
import { loadSettings, rememberGood, replaceSettings, saveDocument, sha256, writePointer } from './settings-files.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'understudy-settings-'));
});
afterEach(() => rm(root, { recursive: true }));

const put = (name: string, text: string) => writeFile(join(root, name), text);
const got = (name: string) => readFile(join(root, name), 'utf8');
const asFile = (path: string, text: string) => ({
  file: { path, bytes: Buffer.byteLength(text), sha256: sha256(text) },
  body: Buffer.from(text),
});
const valid = JSON.stringify(emptySettings('valid'));

describe('settings in force', () => {
  it('keeps the last good settings when the file is broken or gone, and says why', async () => {
    await saveDocument(root, emptySettings('first'));
    const first = await loadSettings(root);
    await rememberGood(root, first);
    await put('settings.json', '{"schema":1,');
    const broken = await loadSettings(root);
    expect(broken.document.name).toBe('first');
    expect(broken.digest).toBe(first.digest);
    expect(broken.problem).toMatchObject({ code: 'input.invalid' });
    await rememberGood(root, broken);
    await rm(join(root, 'settings.json'));
    expect((await loadSettings(root)).problem?.text).toContain('missing');
    await saveDocument(root, emptySettings('second'));
    expect(await loadSettings(root)).toMatchObject({ problem: null, document: { name: 'second' } });
  });

  it('refuses broken settings when nothing better is there', async () => {
    await put('settings.json', '{}');
    await expect(loadSettings(root)).rejects.toMatchObject({ code: 'input.invalid', field: 'schema' });
  });

  it('keeps passwords from other users of the machine', async () => {
    await saveDocument(root, emptySettings('a'));
    expect((await stat(join(root, 'settings.json'))).mode & 0o077).toBe(0);
  });

  it('changes the digest with the ini', async () => {
    await saveDocument(root, emptySettings('a'));
    const before = await loadSettings(root);
    await writePointer(root, { failoverAddress: '10.0.0.5:15411', monitoredAddress: '10.0.0.7' });
    const after = await loadSettings(root);
    expect(after.digest).not.toBe(before.digest);
    expect(after.files.map(({ file }) => file.path)).toEqual(['settings.json', 'SenseVideoManager.ini']);
    expect(after.pointers).toEqual([{ failoverAddress: '10.0.0.5:15411', monitoredAddress: '10.0.0.7' }]);
  });
});

describe('replacing settings', () => {
  it.each(['../settings.json', '/etc/passwd', 'sub/settings.json', 'recorder.lock', 'identity.json'])('refuses %s', async (path) => {
    await saveDocument(root, emptySettings('old'));
    await expect(replaceSettings(root, [asFile('settings.json', valid), asFile(path, 'x')])).rejects.toMatchObject({ code: 'input.invalid' });
    expect((await loadSettings(root)).document.name).toBe('old');
  });

  it('refuses damaged bodies and invalid settings, and changes nothing', async () => {
    await saveDocument(root, emptySettings('old'));
    const good = asFile('settings.json', valid);
    for (const files of [
      [{ ...good, body: Buffer.from(valid.replace('valid', 'other')) }],
      [{ ...good, body: good.body.subarray(1) }],
      [asFile('settings.json', '{"schema":1}')],
      [asFile('DivaServer.ini', 'x')],
    ])
      await expect(replaceSettings(root, files)).rejects.toMatchObject({ code: 'input.invalid' });
    expect((await loadSettings(root)).document.name).toBe('old');
    expect((await readdir(root)).toSorted()).toEqual(['settings.json']);
  });

  it('refuses an ini whose pointer does not fit, with line and rule; one that is there just so stands in no way', async () => {
    await put('settings.json', JSON.stringify({ ...emptySettings('old'), cameras: [{ id: 'gate', name: 'Gate', url: 'rtsp://10.0.0.9/1' }] }));
    const wrong = asFile('SenseVideoManager.ini', '[FailoverServer]\nValue=<10.0.0.5>\n');
    const files = [asFile('settings.json', valid), wrong];
    await expect(replaceSettings(root, files)).rejects.toMatchObject({ code: 'input.invalid', field: 'SenseVideoManager.ini line 2', message: expect.stringContaining('come in pairs') as string });
    expect((await loadSettings(root)).document.name).toBe('old');
    expect(await readdir(root)).toEqual(['settings.json']);
    await put('SenseVideoManager.ini', wrong.body.toString());
    await replaceSettings(root, files);
    expect((await loadSettings(root)).document.name).toBe('valid');
  });

  it('takes on new hardware an ini whose pointer does not fit, and tells it', async () => {
    const files = [asFile('settings.json', valid), asFile('SenseVideoManager.ini', '[FailoverServer]\nValue=<10.0.0.5>\n')];
    for (const before of [null, emptySettings('new')]) {
      if (before !== null) await saveDocument(root, before);
      await replaceSettings(root, files);
      expect(await loadSettings(root)).toMatchObject({ document: { name: 'valid' }, pointerProblem: { code: 'input.invalid' } });
    }
  });

  it('replaces all files and leaves no temporary one', async () => {
    await replaceSettings(root, [asFile('settings.json', valid), asFile('DivaServer.ini', 'a=1\r\n')]);
    expect((await loadSettings(root)).document.name).toBe('valid');
    expect((await readdir(root)).toSorted()).toEqual(['DivaServer.ini', 'settings.json']);
  });
});

describe('the pointer', () => {
  const pointer = { failoverAddress: '10.0.0.5:15411', monitoredAddress: '10.0.0.7' };

  it('goes into DivaServer.ini where that is what the folder has', async () => {
    await put('DivaServer.ini', '; by hand\r\n[General]\r\nPort=51410\r\n');
    const written = await writePointer(root, pointer);
    expect(written).toEqual({ file: join(root, 'DivaServer.ini'), line: 'Value=<10.0.0.5:15411><10.0.0.7>', changed: true });
    expect(await got('DivaServer.ini')).toBe(
      '; by hand\r\n[General]\r\nPort=51410\r\n[FailoverServer]\r\nValue=<10.0.0.5:15411><10.0.0.7>\r\n',
    );
    expect(await writePointer(root, pointer)).toMatchObject({ changed: false });
  });

  it('leaves every other byte alone, in UTF-16 and in unknown 8-bit text', async () => {
    const wide = Buffer.from('\uFEFF[General]\r\nName=Größe\r\n', 'utf16le');
    await writeFile(join(root, 'SenseVideoManager.ini'), wide);
    await writePointer(root, pointer);
    const after = await readFile(join(root, 'SenseVideoManager.ini'));
    expect(after.subarray(0, wide.length).equals(wide)).toBe(true);
    expect((await loadSettings(root)).pointers).toEqual([pointer]);

    const narrow = Buffer.from([0x5b, 0x78, 0x5d, 0x0a, 0xff, 0x80, 0x0a]);
    await writeFile(join(root, 'SenseVideoManager.ini'), narrow);
    await writePointer(root, pointer);
    expect((await readFile(join(root, 'SenseVideoManager.ini'))).subarray(0, narrow.length).equals(narrow)).toBe(true);
  });

  it('leaves a file closed to others that was, and a new one open to the programs that read it', async () => {
    await writePointer(root, pointer);
    expect((await stat(join(root, 'SenseVideoManager.ini'))).mode & 0o777).toBe(0o644);
    await chmod(join(root, 'SenseVideoManager.ini'), 0o600);
    await writePointer(root, { ...pointer, monitoredAddress: '10.0.0.8' });
    expect((await stat(join(root, 'SenseVideoManager.ini'))).mode & 0o777).toBe(0o600);
  });

  it('that does not fit is left out and named with file, line and rule; the other ones point on', async () => {
    await saveDocument(root, emptySettings('a'));
    await put('DivaServer.ini', '[General]\r\nx=1\r\n[FailoverServer]\r\nValue=<10.0.0.5:15411><10.0.0.7>\r\nValue=<not an address!!>\r\n');
    const settings = await loadSettings(root);
    expect(settings.pointers).toEqual([pointer]);
    expect(settings.problem).toBeNull();
    const issues = [{ field: 'DivaServer.ini line 5', rule: 'Address 1 is not an address (host, host:port, or [IPv6]:port).' }];
    expect(settings.pointerProblem).toMatchObject({ code: 'input.invalid', issues, text: expect.stringContaining('DivaServer.ini line 5: Address 1 is not') as string });
    await put('DivaServer.ini', '[FailoverServer]\r\nValue=<10.0.0.5:15411><10.0.0.7>\r\n');
    expect((await loadSettings(root)).pointerProblem).toBeNull();
  });

  it('refuses what is no address', async () => {
    await expect(writePointer(root, { ...pointer, failoverAddress: 'a>\r\nx=1' })).rejects.toMatchObject({ field: 'failoverAddress' });
    expect(await readdir(root)).toEqual([]);
  });
});

it('gives agent and recorder one identity, whoever asks first', async () => {
  const ids = await Promise.all(Array.from({ length: 8 }, () => serverIdentity(root, systemRandom)));
  expect(new Set(ids).size).toBe(1);
  expect(await readdir(root)).toEqual(['identity.json']);
});
