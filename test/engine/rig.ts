/** A running engine on a store of its own, and what its files hold, read with foreign tools. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { stampsOfMp4 } from '../../sim/cameras/count.ts';
import type { Stamp } from '../../sim/cameras/stamp.ts';
import type { CameraJob, CameraStatus, FootageStore, Recording } from '../../src/video/contract.ts';
import { startEngine } from '../../src/video/engine.ts';
import { openStore } from '../../src/video/store/store.ts';

export interface EngineRig {
  readonly folder: string;
  readonly engine: Recording;
  readonly store: FootageStore;
  readonly logs: string[];
  readonly job: (cameraId: string, url: string, more?: JobChange) => CameraJob;
  /** Waits until a camera's status fits; fails with the last status after `seconds`. */
  readonly until: (cameraId: string, fits: (status: CameraStatus) => boolean, seconds?: number) => Promise<CameraStatus>;
  /** Ends everything; the files stay until the test is over. */
  readonly stop: () => Promise<void>;
  readonly segments: (cameraId: string) => string[];
  /** Stamps of all segments in order. */
  readonly stamps: (cameraId: string) => Stamp[];
}

export interface JobChange extends Partial<Omit<CameraJob, 'source'>> {
  readonly source?: Partial<CameraJob['source']>;
}

export async function engineRig(shards = 1): Promise<EngineRig> {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'));
  const store = await openStore({ storePath: folder, create: true, processName: 'test' });
  const logs: string[] = [];
  const engine = startEngine({ shards, stores: new Map([[folder, store]]), log: (entry) => logs.push(entry.text) });
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => (stopped ??= engine.close().then(() => store.close()));
  onTestFinished(async () => {
    await stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const segments = (cameraId: string): string[] => filesBelow(join(folder, 's', cameraId)).filter((path) => path.endsWith('.mp4'));
  return {
    folder, engine, store, logs, stop, segments,
    stamps: (cameraId) => segments(cameraId).flatMap((path) => stampsOfMp4(readFileSync(path))),
    job: (cameraId, url, { source, ...more } = {}) => ({
      serverId: 's', cameraId, mode: 'record', prerollMs: 0, ringBytes: 4 << 20, storePath: folder, priority: 1,
      source: { url, transport: 'auto', audio: false, ...source },
      ...more,
    }),
    until: (cameraId, fits, seconds = 15) => until(engine, cameraId, fits, seconds),
  };
}

async function until(engine: Recording, cameraId: string, fits: (status: CameraStatus) => boolean, seconds: number): Promise<CameraStatus> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const status = engine.statuses().find((s) => s.cameraId === cameraId);
    if (status !== undefined && fits(status)) return status;
    if (Date.now() > end) throw new Error(`${cameraId} did not get there within ${seconds} s: ${JSON.stringify(status)}`);
    await pause(50);
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** Decodes everything in a file, and copies it for tools that count in milliseconds; throws with what ffmpeg complains about. */
export function decode(path: string): void {
  for (const what of [['-f', 'null'], ['-c', 'copy', '-an', '-video_track_timescale', '1000', '-f', 'mp4']]) {
    const { status, stderr } = spawnSync('ffmpeg', ['-v', 'warning', '-xerror', '-i', path, ...what, '-y', '/dev/null'], { encoding: 'utf8' });
    if (status !== 0 || stderr !== '') throw new Error(`exit ${status}: ${stderr}`);
  }
}

/** Codec and decoded frames of each stream of a file, by ffprobe. */
export function probe(path: string): { codec: string; frames: number }[] {
  const text = execFileSync('ffprobe', ['-v', 'error', '-count_frames', '-show_entries', 'stream=codec_name,nb_read_frames', '-of', 'json', path], { encoding: 'utf8' });
  const { streams } = JSON.parse(text) as { streams: { codec_name: string; nb_read_frames: string }[] };
  return streams.map((s) => ({ codec: s.codec_name, frames: Number(s.nb_read_frames) }));
}

/** A GStreamer RTSP server (test/fixtures/gst-camera.py); its address. */
export async function gstreamerCamera(...options: string[]): Promise<string> {
  return (await gstreamer('gst-camera.py', options)).url;
}

/** Any stream of GStreamer's (test/fixtures/gst-stream.py); its address, and the CRC-32 of each picture sent so far. */
export async function gstreamerStream(codec: 'h264' | 'h265', launch: string): Promise<{ readonly url: string; readonly sent: readonly number[] }> {
  const { url, lines } = await gstreamer('gst-stream.py', [codec, launch]);
  const sent: number[] = [];
  lines.on('line', (line) => {
    const crc = Number(line.split(' ')[0]);
    // What was made before anybody played is handed over a second time.
    if (sent.at(-1) !== crc) sent.push(crc);
  });
  return { url, sent };
}

async function gstreamer(name: string, options: readonly string[]): Promise<{ readonly url: string; readonly lines: Interface }> {
  const script = new URL(`../fixtures/${name}`, import.meta.url).pathname;
  const child = spawn('/usr/bin/python3', [script, ...options], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill();
  });
  const lines = createInterface({ input: child.stdout });
  const [port] = (await once(lines, 'line')) as [string];
  return { url: `rtsp://127.0.0.1:${Number(port)}/live`, lines };
}
