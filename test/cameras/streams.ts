/**
 * Streams that nobody here made, through the real engine, by command (test/README.md). Each is recorded and
 * compared, picture by picture, with what was sent; every segment, what is played of all of them and the
 * clip must be decoded by ffmpeg without a complaint. `--seconds` beyond 60 brings a change of segments.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { UnitRow } from '../../src/core/units.ts';
import type { CameraJob, FootageReader } from '../../src/video/contract.ts';
import { startEngine } from '../../src/video/engine.ts';
import { exportClip } from '../../src/video/playback/clip.ts';
import { mergedFootage } from '../../src/video/playback/merge.ts';
import { muxFragmented } from '../../src/video/playback/mux.ts';
import { openFootageReader } from '../../src/video/store/open-reader.ts';
import { openStore } from '../../src/video/store/store.ts';
import { type Stream, streams } from './streams-list.ts';

const { values, positionals } = parseArgs({ options: { seconds: { type: 'string', default: '15' } }, allowPositionals: true });
const seconds = Number(values.seconds);
const camera = { serverId: 's', cameraId: 'c' };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Sent {
  readonly crc: number;
  readonly atMs: number;
}

const complaints = (path: string): string[] => {
  const { stderr } = run('ffmpeg', ['-v', 'warning', '-i', path, '-map', '0:v', '-f', 'null', '-']);
  return stderr.split('\n').filter((line) => line.trim() !== '');
};

function run(command: string, args: readonly string[]): { readonly stdout: string; readonly stderr: string } {
  const [stdout = '', stderr = ''] = execFileSync('/bin/sh', ['-c', '"$@" 2>"$0"; echo; echo ---; cat "$0"', join(tmpdir(), `said-${process.pid}`), command, ...args], { encoding: 'utf8', maxBuffer: 1 << 26 }).split('\n---\n');
  return { stdout, stderr };
}

const shown = (path: string): number[] =>
  run('ffprobe', ['-v', 'quiet', '-select_streams', 'v', '-show_entries', 'frame=pts_time', '-of', 'csv=p=0', path]).stdout.split('\n').filter((line) => line.trim() !== '').map(Number);

async function check(stream: Stream): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'streams-'));
  const script = new URL('../fixtures/gst-stream.py', import.meta.url).pathname;
  const child = spawn('/usr/bin/python3', [script, stream.codec, stream.launch, ...(stream.changes ?? [])], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [port] = (await once(lines, 'line')) as [string];
  const sent: Sent[] = [];
  lines.on('line', (line) => {
    const [crc, at] = line.split(' ').map(Number) as [number, number];
    // What was made before anybody played is handed over a second time.
    if (sent.at(-1)?.crc === crc) sent.pop();
    sent.push({ crc, atMs: at * 1000 });
  });
  const store = await openStore({ storePath: folder, create: true, processName: 'streams' });
  const said: string[] = [];
  const engine = startEngine({ shards: 1, stores: new Map([[folder, store]]), log: (entry) => said.push(`log: ${entry.text}`) });
  const job: CameraJob = {
    ...camera, mode: 'record', prerollMs: 0, ringBytes: 8 << 20, storePath: folder, priority: 1,
    source: { url: `rtsp://127.0.0.1:${port}/live`, transport: stream.transport ?? 'tcp', audio: false },
  };
  try {
    await engine.apply([job]);
    await pause(seconds * 1000);
    const [status] = engine.statuses();
    await engine.close();
    await store.close();
    child.stdin.end();
    if (status === undefined) return ['no status'];
    const { framesDropped, packetsLost, connects } = status.counters;
    if (framesDropped + packetsLost > 0 || connects !== 1) said.push(`counters: ${JSON.stringify(status.counters)}`);
    if (status.state !== 'streaming') said.push(`state: ${status.state} ${JSON.stringify(status.reason)}`);
    return [...said, ...(await compare(folder, sent, stream))];
  } finally {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(folder: string, sent: readonly Sent[], stream: Stream): Promise<string[]> {
  const wrong: string[] = [];
  const reader = await openFootageReader(folder);
  const span = { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER };
  const rows: UnitRow[] = [];
  for await (const page of reader.rows(camera, span)) rows.push(...page);
  const from = sent.findIndex(({ crc }) => crc === rows[0]?.vclCrc);
  const differs = rows.findIndex((row, i) => row.vclCrc !== sent[from + i]?.crc);
  if (from < 0 || differs >= 0) wrong.push(`recorded ${rows.length}, sent ${sent.length}: first found at ${from}, differs at ${differs}`);
  // What was sent before the first one kept had no key frame, or nobody listened; the last ones may be on their way.
  const left = sent.length - from - rows.length;
  const perSecond = (rows.length * 1e6) / ((rows.at(-1)?.timeUs ?? 0) - (rows[0]?.timeUs ?? 0));
  if (from > 1) wrong.push(`${from} pictures before the first one kept`);
  if (left > Math.max(4, perSecond * 0.8)) wrong.push(`${left} pictures behind the last one kept`);
  if (rows.slice(1).some(({ gapBefore }) => gapBefore)) wrong.push('gap marks');
  const times = rows.map(({ timeUs }) => timeUs);
  const inOrder = times.toSorted((a, b) => a - b);
  if (inOrder.some((time, i) => i > 0 && time <= (inOrder[i - 1] as number))) wrong.push('times not strictly rising');
  const off = rows.map((row, i) => row.timeUs / 1000 - (sent[from + i]?.atMs ?? 0)).toSorted((a, b) => a - b);
  const [least = 0] = off;
  const most = off.at(-1) ?? 0;
  wrong.push(`(${rows.length} pictures, ${rows.filter(({ key }) => key).length} key; time minus sent ${least.toFixed(0)} … ${most.toFixed(0)} ms)`);
  const files = run('find', [folder, '-name', '*.mp4']).stdout.split('\n').filter((line) => line.endsWith('.mp4')).toSorted();
  let frames = 0;
  for (const file of files) {
    wrong.push(...complaints(file).map((line) => `segment: ${line}`));
    frames += shown(file).length;
  }
  if (frames !== rows.length) wrong.push(`${frames} decoded of ${rows.length} in ${files.length} segments`);
  wrong.push(...(await played(folder, reader, rows, stream)));
  await reader.close();
  return wrong;
}

/** What playback and download hand out, over all segments. */
async function played(folder: string, reader: FootageReader, rows: readonly UnitRow[], stream: Stream): Promise<string[]> {
  const wrong: string[] = [];
  const times = rows.map(({ timeUs }) => timeUs).toSorted((a, b) => a - b);
  const source = { id: 'recorder', shiftUs: 0, rows: (span: { fromUs: number; toUs: number }) => reader.rows(camera, span), read: (span: { fromUs: number; toUs: number }) => reader.read(camera, span) };
  const merged = () => mergedFootage([source], { fromUs: times[0] as number, toUs: (times.at(-1) as number) + 1 });
  for (const [name, body] of [['clip', exportClip(merged())], ['play', muxFragmented(merged())]] as const) {
    const path = join(folder, `${name}.out`);
    const parts: Uint8Array[] = [];
    for await (const part of body) parts.push(part);
    writeFileSync(path, Buffer.concat(parts));
    if (name === 'play' && stream.changes !== undefined) continue; // several heads in one stream: a browser takes them, a file reader does not
    wrong.push(...complaints(path).map((line) => `${name}: ${line}`));
    const pts = shown(path);
    if (pts.length !== rows.length) wrong.push(`${name}: ${pts.length} decoded of ${rows.length}`);
    if (pts.some((time, i) => i > 0 && time <= (pts[i - 1] as number))) wrong.push(`${name}: shown times do not rise`);
    const off = pts.map((time, i) => (time - (pts[0] as number)) * 1000 - ((times[i] as number) - (times[0] as number)) / 1000).toSorted((a, b) => a - b);
    if ((off[0] as number) < -60 || (off.at(-1) as number) > 60) wrong.push(`${name}: shown ${(off[0] as number).toFixed(0)} … ${(off.at(-1) as number).toFixed(0)} ms from the recorded times`);
  }
  return wrong;
}

for (const stream of streams.filter(({ name }) => positionals.length === 0 || positionals.some((word) => name.includes(word)))) {
  const wrong = await check(stream).catch((error: unknown) => [`failed: ${String(error)}`]);
  console.log(`${wrong.some((line) => !line.startsWith('(')) ? 'WRONG' : 'ok   '} ${stream.name}\n        ${[...new Set(wrong)].slice(0, 12).join('\n        ')}`);
}
