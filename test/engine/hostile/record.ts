/** Records cameras as odd as they may be, all at once by one engine, and checks what lies on disk with foreign tools. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Span } from '../../../src/core/units.ts';
import type { CameraStatus, FootageReader } from '../../../src/video/contract.ts';
import { exportClip } from '../../../src/video/playback/clip.ts';
import { mergedFootage } from '../../../src/video/playback/merge.ts';
import { openFootageReader } from '../../../src/video/store/open-reader.ts';
import { makeStream, type StreamOptions } from '../../store/streams.ts';
import { complaints } from '../../store/verify.ts';
import { engineRig, type JobChange, pause } from '../rig.ts';
import { type Asked, hostileCamera, type Oddity, picturesOf } from './camera.ts';
import { type Fragment, fragmentLengthsMs } from './fragments.ts';
import type { Picture } from './packets.ts';

export interface Case {
  readonly name: string;
  readonly stream?: Partial<StreamOptions>;
  readonly odd?: Omit<Oddity, 'pictures' | 'described'>;
  readonly change?: (pictures: Picture[]) => Picture[];
  /** Whose parameter sets are described, where it is not the stream's own; or the sets themselves. */
  readonly described?: Partial<StreamOptions>;
  readonly describedSets?: readonly string[];
  /** Pictures lie where they came: two may fall on one tick of the even rate that `ffmpeg -f null` counts in. */
  readonly uneven?: boolean;
  readonly job?: JobChange;
  /** Pictures on disk out of those sent; all, unless told. The last one may stay incomplete. */
  readonly frames?: (sent: readonly Picture[]) => number;
  readonly also?: (recorded: Recorded) => void;
}

/** What ffmpeg cannot do with a stream, in whatever file: SEI behind a picture's first slice. */
const OF_STREAM = /is not implemented\. Update your FFmpeg|you want to help, upload a sample/;

const made = new Map<string, Picture[]>();
export function pictures(options: Partial<StreamOptions>): Picture[] {
  const key = JSON.stringify(options);
  let found = made.get(key);
  if (found === undefined) made.set(key, (found = picturesOf(makeStream({ codec: 'h264', seconds: 3, startUs: 0, ...options }))));
  return found;
}

/** One test for each case: every picture of it is on disk, and ffmpeg decodes every segment without a complaint. */
export function testAll(cases: readonly Case[]): void {
  let recorded: Promise<ReadonlyMap<string, Recorded>> | null = null;
  it.each(cases)('$name', async ({ name, odd, frames, also, uneven }) => {
    const one = (await (recorded ??= recordAll(cases))).get(name);
    if (one === undefined) throw new Error('It was not recorded.');
    const { status, segments, clip, sent } = one;
    expect(segments.length, JSON.stringify(status)).toBeGreaterThan(0);
    const said = [...segments, clip].flatMap((file) => file?.complaints.split('\n') ?? ['no clip']);
    expect(said.filter((line) => line !== '' && !OF_STREAM.test(line) && !(uneven && /non monotonically increasing dts to muxer|Last message repeated/.test(line)))).toEqual([]);
    const times = segments.flatMap((segment) => segment.times);
    const wanted = frames?.(sent) ?? sent.length;
    expect([wanted, wanted - 1]).toContain(times.length);
    expect(clip?.times.length).toBe(times.length);
    if (!uneven && odd?.shape?.jitter === undefined && odd?.lateMs === undefined) expect(farthestMs(clip?.times ?? [], sent)).toBeLessThan(100);
    for (const { times: within } of segments) expect(within.filter(({ dts }, i) => i > 0 && dts <= (within[i - 1]?.dts ?? 0))).toEqual([]);
    for (const { fragments } of segments) expect(Math.max(...fragments.filter(({ pictures: n }) => n > 1).map(({ ms }) => ms), 0)).toBeLessThanOrEqual(250);
    expect(status.counters).toMatchObject({ packetsLost: 0, connects: 1 });
    also?.(one);
  });
}

/** How far a picture is shown from when it was made, the first one apart. */
function farthestMs(times: readonly PacketTime[], sent: readonly Picture[]): number {
  const made = sent.slice(-times.length - 1, sent.length).map(({ ticks }) => ticks).toSorted((a, b) => a - b);
  const shown = times.map(({ pts }) => pts).toSorted((a, b) => a - b);
  const from = Math.max(0, made.length - shown.length);
  const off = (first: number): number => Math.max(...shown.map((pts, i) => Math.abs(pts - (shown[0] as number) - ((made[i + first] ?? 0) - (made[first] ?? 0))) / 90));
  return Math.min(off(0), off(from));
}

export interface Recorded {
  readonly status: CameraStatus;
  readonly asked: readonly Asked[];
  readonly logs: readonly string[];
  readonly segments: readonly Looked[];
  /** All of it as one downloaded clip; null: nothing was recorded. */
  readonly clip: Looked | null;
  readonly sent: readonly Picture[];
}

/** Read while the files are there: they go with the first test. */
interface Looked {
  readonly complaints: string;
  readonly times: readonly PacketTime[];
  readonly fragments: readonly Fragment[];
  /** Packets of sound, and seconds from the first to the last. */
  readonly sound: number;
  readonly soundSeconds: number;
}

const look = (path: string): Looked => ({ complaints: complaints(path), times: packetTimes(path), fragments: fragmentLengthsMs(readFileSync(path)), ...soundOf(path) });

async function recordAll(cases: readonly Case[]): Promise<ReadonlyMap<string, Recorded>> {
  const rig = await engineRig(2);
  const all = cases.map(({ stream = {} }) => pictures(stream));
  const prepared = cases.map(({ change }, i) => (change ?? ((same: Picture[]) => same))(all[i] ?? []));
  const cameras = await Promise.all(
    cases.map((one, i) => {
      const described = describedOf(one, all[i]?.[0]);
      return hostileCamera({ ...one.odd, pictures: prepared[i] ?? [], ...(described === undefined ? {} : { described }) });
    }),
  );
  await rig.engine.apply(cases.map(({ job }, i) => rig.job(`c${i}`, cameras[i]?.url ?? '', job)));
  // As each of them was a second behind its last picture: those that keep silent are dialled anew later.
  const statuses = new Map<string, CameraStatus>();
  const note = (): void => rig.engine.statuses().forEach((status) => { if (!statuses.has(status.cameraId)) statuses.set(status.cameraId, status); });
  const allSent = Promise.all(cameras.map(async ({ done }, i) => {
    await done;
    await pause(1000);
    const status = rig.engine.statuses().find(({ cameraId }) => cameraId === `c${i}`);
    if (status !== undefined) statuses.set(status.cameraId, status);
  }));
  await Promise.race([allSent, pause(25_000)]);
  note();
  await rig.stop();
  const clips = new Map<string, Looked>();
  const reader = await openFootageReader(rig.folder);
  for (const { cameraId, span } of await reader.cameras()) clips.set(cameraId, look(await clipOf(reader, cameraId, span, rig.folder)));
  await reader.close();
  return new Map(
    cases.map(({ name }, i) => [
      name,
      {
        status: statuses.get(`c${i}`) as CameraStatus,
        asked: cameras[i]?.asked ?? [], logs: rig.logs, segments: rig.segments(`c${i}`).map(look),
        clip: clips.get(`c${i}`) ?? null, sent: prepared[i] ?? [],
      },
    ]),
  );
}

async function clipOf(reader: FootageReader, cameraId: string, span: Span, folder: string): Promise<string> {
  const camera = { serverId: 's', cameraId };
  const source = { id: 'recorder', shiftUs: 0, rows: (within: Span) => reader.rows(camera, within), read: (within: Span) => reader.read(camera, within) };
  const parts: Uint8Array[] = [];
  for await (const part of exportClip(mergedFootage([source], span))) parts.push(part);
  const path = join(folder, `${cameraId}.clip.mp4`);
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

function describedOf({ described, describedSets }: Case, own: Picture | undefined): Picture | undefined {
  if (describedSets !== undefined) return { nals: describedSets.map((hex) => Buffer.from(hex, 'hex')), key: true, ticks: 0 };
  return described === undefined ? own : pictures(described)[0];
}

interface PacketTime {
  readonly dts: number;
  readonly pts: number;
}

function soundOf(path: string): Pick<Looked, 'sound' | 'soundSeconds'> {
  const text = execFileSync('ffprobe', ['-v', 'error', '-select_streams', 'a:0', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', path], { encoding: 'utf8' });
  const times = text.split('\n').filter((line) => line !== '').map(Number.parseFloat);
  return { sound: times.length, soundSeconds: (times.at(-1) ?? 0) - (times[0] ?? 0) };
}

/** Times as a foreign demuxer sees them, in file order. */
function packetTimes(path: string): PacketTime[] {
  const text = execFileSync('ffprobe', ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'packet=dts,pts', '-of', 'csv=p=0', path], { encoding: 'utf8' });
  return text.split('\n').filter((line) => line !== '').map((line) => line.split(',').map(Number)).map(([pts = 0, dts = 0]) => ({ pts, dts }));
}
