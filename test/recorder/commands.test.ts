import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startCameras } from '../../sim/cameras/server.ts';
import { whoHolds } from '../../src/platform/folder-lock.ts';
import { signal } from '../../src/platform/process.ts';
import { run, start, until } from './rig.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-command-'));
});
afterEach(async () => await rm(folder, { recursive: true, maxRetries: 5, retryDelay: 100 }));

const settings = async () => JSON.parse(await readFile(join(folder, 'settings.json'), 'utf8')) as { readonly cameras: readonly Record<string, unknown>[] };
const at = (): string[] => ['--folder', folder];

describe('understudy camera', () => {
  it('adds, lists and removes; a password is stored for the owner only and never shown', async () => {
    expect(await run(['camera', 'add', ...at(), '--url', 'rtsp://viewer:p%40ss@10.0.0.21/1', '--name', 'Gate north'])).toMatchObject({ code: 0, err: '' });
    const second = await run(['camera', 'add', ...at(), '--url', 'rtsp://10.0.0.22/1', '--username', 'u', '--password-stdin', '--json'], 's3cret\n');
    expect(second.code).toBe(0);
    expect(second.out).not.toContain('s3cret');
    expect((await settings()).cameras).toMatchObject([
      { id: 'gate-north', url: 'rtsp://10.0.0.21/1', username: 'viewer', password: 'p@ss' },
      { id: '10-0-0-22', username: 'u', password: 's3cret' },
    ]);
    expect((await stat(join(folder, 'settings.json'))).mode & 0o077).toBe(0);
    const list = await run(['camera', 'list', ...at(), '--json']);
    expect(list.out).not.toMatch(/p@ss|s3cret/);
    expect(JSON.parse(list.out)).toMatchObject({ recorderRuns: false, cameras: [{ id: 'gate-north', hasPassword: true }, { id: '10-0-0-22' }] });
    expect((await run(['camera', 'remove', 'gate-north', ...at()])).code).toBe(0);
    expect((await settings()).cameras).toHaveLength(1);
  });

  it('refuses an empty password, and a value out of its range, in words and by exit code', async () => {
    const add = (more: readonly string[], input = ''): Promise<{ readonly code: number | null; readonly err: string }> => run(['camera', 'add', ...at(), '--url', 'rtsp://10.0.0.22/1', ...more], input);
    expect(await add(['--username', 'u', '--password-stdin'])).toMatchObject({ code: 3, err: expect.stringContaining('No password came') });
    expect(await add(['--priority', '0'])).toMatchObject({ code: 3, err: expect.stringContaining('from 1 to 1000') });
    for (const days of ['0', '-1', '3661', 'a week']) expect(await add(['--retention-days', days])).toMatchObject({ code: 3, err: expect.stringContaining('at most 3660') });
    // As in the file: half a day is one, too.
    expect(await add(['--id', 'half', '--retention-days', '0.5'])).toMatchObject({ code: 0 });
    expect(await settings()).toMatchObject({ cameras: [{ id: 'half', retentionDays: 0.5 }] });
    expect(await add(['--colour', 'red'])).toMatchObject({ code: 2 });
    // Nor does it settle in the folder of a failover server.
    await writeFile(join(folder, 'failover.sqlite'), '');
    for (const command of [['camera', 'add', '--url', 'rtsp://10.0.0.22/1'], ['recorder'], ['agent'], ['agent', 'pair', '--new']]) expect(await run([...command, ...at()])).toMatchObject({ code: 3, err: expect.stringContaining('failover server') });
  });

  it('names a pointer to failover recordings that does not fit', async () => {
    await run(['camera', 'add', ...at(), '--url', 'rtsp://10.0.0.21/1', '--id', 'gate']);
    await writeFile(join(folder, 'SenseVideoManager.ini'), '[FailoverServer]\r\nValue=<not an address!!>\r\n');
    expect((await run(['camera', 'list', ...at()])).out).toContain('Attention: SenseVideoManager.ini line 2: Address 1 is not an address');
    expect(JSON.parse((await run(['camera', 'list', ...at(), '--json'])).out)).toMatchObject({ problem: null, pointerProblem: { issues: [{ field: 'SenseVideoManager.ini line 2' }] } });
  });

  it('says of a camera whose clock is off: by how much', async () => {
    const cameras = await startCameras({ count: 1 });
    await cameras.set(1, { rtcp: { clock: 'offset', ms: -3000 } });
    await run(['camera', 'add', ...at(), '--url', cameras.urls[0] ?? '', '--id', 'gate']);
    const recorder = start(['recorder', ...at()]);
    recorder.stdout?.resume();
    recorder.stderr?.resume();
    try {
      const offset = await until('word of its clock', async () => {
        const list = JSON.parse((await run(['camera', 'list', ...at(), '--json'])).out) as { readonly cameras: readonly { readonly progress: { readonly clockOffsetMs?: number } | null }[] };
        return list.cameras[0]?.progress?.clockOffsetMs;
      });
      expect(Math.abs(offset + 3000)).toBeLessThanOrEqual(300);
      expect((await run(['camera', 'list', ...at()])).out).toMatch(/  (2\.[7-9]|3\.[0-3]) seconds behind/);
    } finally {
      const closed = once(recorder, 'exit');
      recorder.kill('SIGTERM');
      await closed;
      await cameras.close();
    }
  });

  it('says of a camera that fails: state, since when, why', async () => {
    await run(['camera', 'add', ...at(), '--url', 'rtsp://127.0.0.1:9/1', '--id', 'gate']);
    const before = Date.now();
    const recorder = start(['recorder', ...at()]);
    recorder.stdout?.resume();
    recorder.stderr?.resume();
    try {
      const gate = await until('word of the camera', async () => {
        const list = JSON.parse((await run(['camera', 'list', ...at(), '--json'])).out) as { readonly cameras: readonly { readonly progress: { readonly code?: string; readonly stateSinceUs: number } | null }[] };
        return list.cameras[0]?.progress?.code === 'camera.unreachable' && list.cameras[0].progress;
      });
      expect(gate.stateSinceUs / 1000).toBeGreaterThanOrEqual(before);
      expect((await run(['camera', 'list', ...at()])).out).toContain(`  ${new Date(gate.stateSinceUs / 1000).toISOString().slice(0, 19).replace('T', ' ')}  `);
    } finally {
      const closed = once(recorder, 'exit');
      recorder.kill('SIGTERM');
      await closed;
    }
  });

  it('refuses in words, with the field, and changes nothing', async () => {
    await run(['camera', 'add', ...at(), '--url', 'rtsp://10.0.0.21/1', '--id', 'gate']);
    const before = await readFile(join(folder, 'settings.json'), 'utf8');
    for (const [args, code, words] of [
      [['add', ...at(), '--url', 'http://10.0.0.21/'], 3, 'rtsp://host'],
      [['add', ...at(), '--url', 'rtsp://10.0.0.21/1', '--id', 'gate'], 3, 'is used already'],
      [['add', ...at(), '--url', 'rtsp://10.0.0.21/1', '--id', '../x'], 3, 'Letters, digits'],
      [['add', ...at(), '--url', 'rtsp://10.0.0.21/1', '--priority', '0'], 3, 'whole number from 1 to 1000'],
      [['add', ...at()], 2, '--url'],
      [['remove', 'yard', ...at()], 3, 'Known ids: gate'],
      [['frobnicate'], 2, 'unknown command'],
    ] as const) {
      const ran = await run(['camera', ...args]);
      expect(ran, args.join(' ')).toMatchObject({ code, out: '' });
      expect(ran.err).toContain(words);
      expect(ran.err).not.toMatch(/\n\s+at /);
    }
    const asJson = await run(['camera', 'add', ...at(), '--url', 'nonsense', '--json']);
    expect(JSON.parse(asJson.out)).toMatchObject({ error: { code: 'input.invalid', field: 'url' } });
    await writeFile(join(folder, 'settings.json'), '{');
    expect(await run(['camera', 'add', ...at(), '--url', 'rtsp://10.0.0.22/1'])).toMatchObject({ code: 3 });
    expect(await readFile(join(folder, 'settings.json'), 'utf8')).toBe('{');
    await writeFile(join(folder, 'settings.json'), before);
  });

  it('imports all lines or none, and the good ones with --skip', async () => {
    const csv = join(folder, 'cameras.csv');
    await writeFile(csv, 'name;url;password\r\nGate;rtsp://10.0.0.21/1;geheim\r\nYard;10.0.0.22;x\r\n');
    const refused = await run(['camera', 'import', csv, ...at()]);
    expect(refused.code).toBe(3);
    expect(refused.out).toContain('Line 3, url:');
    expect(await run(['camera', 'list', ...at(), '--json']).then(({ out }) => (JSON.parse(out) as { cameras: unknown[] }).cameras)).toEqual([]);
    const skipped = await run(['camera', 'import', csv, ...at(), '--skip', '--json']);
    expect(skipped.code).toBe(3);
    expect(JSON.parse(skipped.out)).toMatchObject({ imported: 1, ids: ['gate'], errors: [{ line: 3, column: 'url' }] });
    expect(skipped.out).not.toContain('geheim');
    await writeFile(csv, 'name,url\nGate 2,rtsp://10.0.0.23/1\n');
    expect(await run(['camera', 'import', csv, ...at(), '--dry-run'])).toMatchObject({ code: 0 });
    expect(await run(['camera', 'import', tmpdir(), ...at()])).toMatchObject({ code: 3, err: expect.stringContaining(`${tmpdir()} is a folder, not a file.`) as string });
    expect((await settings()).cameras).toHaveLength(1);
    expect(await run(['camera', 'import', csv, ...at()])).toMatchObject({ code: 0, out: 'Imported 1 camera.\n' });
  });

  it('tests a camera: what it sends, a still, a second session; says what is wrong with it', async () => {
    const cameras = await startCameras({ count: 2 });
    try {
      await cameras.set(2, { sessions: { limit: 1, ghostMs: 0 } });
      const still = join(folder, 'still.mp4');
      const good = await run(['camera', 'test', '--url', cameras.urls[0] ?? '', '--still', still, '--json', '--seconds', '6']);
      expect(good).toMatchObject({ code: 0, err: '' });
      expect(JSON.parse(good.out)).toMatchObject({ ok: true, codec: 'h264', width: 1280, height: 720, secondSession: 'allowed', still });
      expect(execFileSync('ffprobe', ['-v', 'error', '-count_frames', '-show_entries', 'stream=nb_read_frames', '-of', 'csv=p=0', still], { encoding: 'utf8' }).trim()).toBe('1');
      const single = await run(['camera', 'test', '--url', cameras.urls[1] ?? '', '--json', '--seconds', '6']);
      expect(JSON.parse(single.out)).toMatchObject({ ok: true, secondSession: 'refused' });
      const gone = await run(['camera', 'test', '--url', 'rtsp://127.0.0.1:9/1']);
      expect(gone.code).toBe(5);
      expect(gone.out).toContain('camera.unreachable');
    } finally {
      await cameras.close();
    }
  });
});

describe('understudy recorder', () => {
  it('says in one line of JSON that it is ready, and why it ended; nothing else on stdout', async () => {
    const recorder = start(['recorder', ...at(), '--json']);
    let out = '';
    recorder.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
    const closed = once(recorder, 'close');
    try {
      await until('the recorder being ready', () => out.includes('\n'));
      expect(JSON.parse(out)).toEqual({ ready: true, serverId: expect.any(String) as string, cameras: 0, playback: expect.stringMatching(/^http:\/\/127\.0\.0\.1:/) as string });
    } finally {
      recorder.kill('SIGTERM');
      expect(await closed).toEqual([0, null]);
    }
    expect(JSON.parse(out.slice(out.indexOf('\n')))).toEqual({ ended: 'ended by SIGTERM' });
  });
});

describe('understudy agent', () => {
  it('says in one line of JSON that it is ready; pair shows and renews its secret; a second one is refused', async () => {
    const agent = start(['agent', ...at(), '--port', '0', '--host', '127.0.0.1', '--json']);
    let out = '';
    agent.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
    try {
      const ready = await until('the agent being ready', () => (out.includes('\n') ? (JSON.parse(out.split('\n')[0] ?? '') as { port: number; pairingSecret: string }) : null));
      expect(ready).toMatchObject({ ready: true, port: expect.any(Number) as number });
      const shown = await run(['agent', 'pair', ...at(), '--json']);
      expect(JSON.parse(shown.out)).toMatchObject({ pairingSecret: ready.pairingSecret, protector: null });
      const renewed = JSON.parse((await run(['agent', 'pair', ...at(), '--new', '--json'])).out) as { pairingSecret: string };
      expect(renewed.pairingSecret).not.toBe(ready.pairingSecret);
      expect(await run(['agent', ...at(), '--port', '0'])).toMatchObject({ code: 4 });
      expect(await run(['agent', 'pair'])).toMatchObject({ code: 2 });
      // On a port in use it ends, and leaves the folder free; it once lived on without a port, deaf to signals.
      const second = await run(['agent', '--folder', join(folder, 'second'), '--port', String(ready.port), '--host', '127.0.0.1']);
      expect([second.code, second.err]).toEqual([4, expect.stringContaining(`Port ${ready.port} on 127.0.0.1 is in use`)]);
    } finally {
      const closed = new Promise((resolve) => agent.once('exit', resolve));
      agent.kill('SIGTERM');
      expect(await closed).toBe(0);
    }
    // It ended the recorder too, in order, and whose log is one line of JSON an event.
    const events = (await readFile(join(folder, 'recorder.log'), 'utf8')).trimEnd().split('\n').map((line) => (JSON.parse(line) as { readonly msg: string }).msg);
    expect(events).toEqual(expect.arrayContaining(['The recorder runs.', 'The recorder has ended in order.']));
  });

  it('leaves the recorder running when told to, and adopts it again', async () => {
    const once = async (): Promise<number> => {
      const agent = start(['agent', ...at(), '--port', '0', '--host', '127.0.0.1', '--leave-recorder', '--json']);
      agent.stdout?.resume();
      const pid = await until('the recorder', async () => {
        const text = await readFile(join(folder, 'recorder.lock'), 'utf8').catch(() => null);
        return text === null ? null : (JSON.parse(text) as { readonly pid: number }).pid;
      });
      await until('the socket', () => stat(join(folder, 'recorder.sock')).then(() => true, () => false));
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const closed = new Promise((resolve) => agent.once('exit', resolve));
      agent.kill('SIGTERM');
      await closed;
      return pid;
    };
    const first = await once();
    try {
      expect(await once()).toBe(first);
    } finally {
      signal(first, 'SIGTERM');
      await until('the recorder to end', () => stat(join(folder, 'recorder.lock')).then(() => false, () => true));
    }
  });

  it('stays when the settings are broken: its recorder fails, it says so', async () => {
    await writeFile(join(folder, 'settings.json'), '{"schema":1}');
    const agent = start(['agent', ...at(), '--port', '0', '--host', '127.0.0.1']);
    let err = '';
    agent.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
    agent.stdout?.resume();
    await until('word of the recorder', () => err.includes('ended with an error'));
    expect(agent.exitCode).toBeNull();
    expect(await readFile(join(folder, 'recorder.log'), 'utf8')).toContain('name:');
    const closed = new Promise((resolve) => agent.once('exit', resolve));
    agent.kill('SIGTERM');
    expect(await closed).toBe(0);
  });
});

it('every command has help with an example', async () => {
  for (const command of [['recorder'], ['agent'], ['camera', 'add'], ['camera', 'list'], ['camera', 'test'], ['camera', 'import'], ['camera', 'remove']]) {
    const { code, out } = await run([...command, '--help']);
    expect(code).toBe(0);
    expect(out, command.join(' ')).toMatch(/Examples?( of a file)?:/);
  }
  expect((await run(['--help'])).out).toContain('Exit codes:');
});

it('a recorder whose playback port is taken ends with that word, and leaves nothing running on the folder', async () => {
  const busy = createServer().listen(0, '127.0.0.1');
  await once(busy, 'listening');
  const { port } = busy.address() as AddressInfo;
  const ran = await run(['recorder', ...at(), '--playback-port', String(port)]);
  busy.close();
  expect(ran.code).not.toBe(0);
  expect(ran.err).toContain('is in use by another process');
  // Not started, so not locked either: the next start is free.
  expect(await whoHolds(join(folder, 'recorder.lock'))).toBeNull();
}, 20_000);
