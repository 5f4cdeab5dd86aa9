import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkContinuity, stampsOfMp4 } from '../../sim/cameras/count.ts';

/** Clients that nobody here wrote must find nothing to complain about. */

interface Ready {
  readonly port: number;
  readonly control: number | null;
}

const processes: ChildProcess[] = [];
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cameras-'));
});

afterAll(async () => {
  const ends = processes.map((one) => new Promise<number | null>((resolve) => one.once('exit', resolve)));
  for (const one of processes) one.kill('SIGTERM');
  expect(await Promise.all(ends)).toEqual(processes.map(() => 0));
  await rm(folder, { recursive: true });
});

/** Starts the simulator as a process of its own; resolves with its first line. */
function startProcess(...args: readonly string[]): Promise<Ready> {
  const child = spawn(process.execPath, ['--import', './scripts/ts.mjs', 'sim/cameras/main.ts', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  processes.push(child);
  return new Promise((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) => resolve(JSON.parse(line.toString()) as Ready));
    child.once('exit', (code) => reject(new Error(`The cameras ended with ${code}.`)));
  });
}

function run(command: string, args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { timeout: 40_000, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${command}: ${error.message}\n${stderr}`));
      else resolve({ stdout, stderr });
    });
  });
}

const streams = [
  { name: 'H.264, AAC, digest', args: ['--audio', 'aac', '--auth', 'digest', '--bitrate', '2M'], audio: 79 },
  { name: 'H.265, PCMU, basic, padded slices', args: ['--codec', 'h265', '--audio', 'pcmu', '--auth', 'basic', '--bitrate', '1M', '--padding', 'slice'], audio: 250 },
  { name: 'H.264, PCMA, digest with qop, parameter sets in band only', args: ['--audio', 'pcma', '--auth', 'digest', '--qop', '--no-sdp-parameter-sets'], audio: 250 },
  { name: 'H.265, AAC, key frame every 5 s', args: ['--codec', 'h265', '--audio', 'aac', '--gop', '5'], audio: 79 },
] as const;

test.each(streams)('ffmpeg decodes 5 s without a complaint over TCP and UDP: $name', async ({ args, audio }) => {
  const { port } = await startProcess(...args);
  const decode = async (transport: string): Promise<void> => {
    const url = `rtsp://user:password@127.0.0.1:${port}/cam/1`;
    const { stdout, stderr } = await run('ffmpeg', ['-v', 'error', '-xerror', '-rtsp_transport', transport, '-i', url, '-t', '5', '-f', 'framecrc', '-']);
    expect(stderr).toBe('');
    const tracks = stdout.split('\n').map((line) => line.split(',')[0]);
    const video = tracks.filter((track) => track === '0').length;
    expect([125, 126]).toContain(video);
    expect(Math.abs(tracks.filter((track) => track === '1').length - audio)).toBeLessThan(5);
  };
  await Promise.all([decode('tcp'), decode('udp')]);
});

test.each(['h264', 'h265'])('every stamp of %s is found in what ffmpeg recorded, fragmented or not', async (codec) => {
  const { port } = await startProcess('--codec', codec, '--bitrate', '1M', '--count', '3');
  const record = async (file: string, flags: readonly string[]): Promise<void> => {
    const path = join(folder, `${codec}-${file}`);
    await run('ffmpeg', ['-v', 'error', '-rtsp_transport', 'tcp', '-i', `rtsp://127.0.0.1:${port}/cam/3`, '-t', '4', '-c', 'copy', ...flags, path]);
    const stamps = stampsOfMp4(await readFile(path));
    expect(new Set(stamps.map((stamp) => stamp.camera))).toEqual(new Set([3]));
    expect(stamps.length).toBeGreaterThanOrEqual(99);
    expect(checkContinuity(stamps)).toMatchObject({ missing: 0, doubled: [], late: [] });
  };
  await Promise.all([record('plain.mp4', []), record('fragmented.mp4', ['-movflags', 'frag_keyframe+empty_moov+default_base_moof'])]);
});

const pipelines = [
  { name: 'H.264 over TCP', args: [], protocol: 'tcp', decode: ['rtph264depay', 'h264parse', 'avdec_h264'] },
  { name: 'H.265 over UDP', args: ['--codec', 'h265'], protocol: 'udp', decode: ['rtph265depay', 'h265parse', 'avdec_h265'] },
] as const;

test.each(pipelines)('GStreamer plays $name, logged in by digest', async ({ args, protocol, decode }) => {
  const { port } = await startProcess('--auth', 'digest', '--bitrate', '1M', ...args);
  const source = ['rtspsrc', `location=rtsp://127.0.0.1:${port}/cam/1`, 'user-id=user', 'user-pw=password', `protocols=${protocol}`];
  const chain = decode.flatMap((element) => ['!', element]);
  const { stdout, stderr } = await run('gst-launch-1.0', [...source, ...chain, '!', 'fakesink', 'num-buffers=75']);
  expect(stdout).toContain('Got EOS');
  expect(stderr).not.toMatch(/error|warning/i);
});

test('a camera that speaks TCP only refuses UDP with 461, and ffmpeg comes back by TCP', async () => {
  const { port } = await startProcess('--transport', 'tcp');
  const url = `rtsp://127.0.0.1:${port}/cam/1`;
  await expect(run('ffmpeg', ['-v', 'error', '-rtsp_transport', 'udp', '-i', url, '-t', '1', '-f', 'null', '-'])).rejects.toThrow('461');
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-xerror', '-i', url, '-t', '1', '-f', 'framecrc', '-']);
  expect(stdout.split('\n').filter((line) => line.startsWith('0,')).length).toBeGreaterThan(20);
});

test('wrong arguments are told, with what to do', async () => {
  await expect(run(process.execPath, ['--import', './scripts/ts.mjs', 'sim/cameras/main.ts', '--codec', 'mjpeg'])).rejects.toThrow(/codec.*\n.*See --help/);
});
