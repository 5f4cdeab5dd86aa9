/** Two recorders of one foreign camera, one after the other with some seconds of both: played as one. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Span, UnitRow } from '../../src/core/units.ts';
import { exportClip } from '../../src/video/playback/clip.ts';
import { type FootageSource, mergedFootage } from '../../src/video/playback/merge.ts';
import { openFootageReader } from '../../src/video/store/open-reader.ts';
import { decode, engineRig, gstreamerStream, pause, probe } from './rig.ts';

const interlaced = 'videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=256,framerate=25/1,format=I420,interlace-mode=interleaved,field-order=top-field-first';
const progressive = 'videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=25/1,format=I420';

it.each([
  ['interlaced H.264 (MBAFF) with B-frames', 'h264', `${interlaced} ! x264enc speed-preset=veryfast threads=1 key-int-max=25 bframes=3 interlaced=true ! rtph264pay name=pay0 pt=96`],
  ['H.265 with open groups', 'h265', `${progressive} ! x265enc speed-preset=ultrafast key-int-max=25 option-string="open-gop=1:bframes=3" ! h265parse ! video/x-h265,alignment=au ! rtph265pay name=pay0 pt=96`],
] as const)('plays each picture once over the seam: %s', async (_, codec, launch) => {
  const { url, sent } = await gstreamerStream(codec, launch);
  const rigs = [await engineRig(), await engineRig()] as const;
  const record = async (which: 0 | 1): Promise<void> => {
    await rigs[which].engine.apply([rigs[which].job('c', url)]);
    await rigs[which].until('c', (status) => status.recording !== null);
  };
  await record(0);
  await pause(8000);
  await record(1);
  await pause(4000);
  await rigs[0].stop();
  await pause(8000);
  await rigs[1].stop();
  for (const path of rigs.flatMap((rig) => rig.segments('c'))) decode(path);

  const camera = { serverId: 's', cameraId: 'c' };
  const readers = await Promise.all(rigs.map((rig) => openFootageReader(rig.folder)));
  const sources = readers.map((reader, at): FootageSource => ({ id: at === 0 ? 'recorder' : 'failover', shiftUs: 0, rows: (span) => reader.rows(camera, span), read: (span) => reader.read(camera, span) }));
  const spans = (await Promise.all(readers.map((reader) => reader.cameras()))).map(([one]) => one?.span as Span);
  const span = { fromUs: Math.min(...spans.map(({ fromUs }) => fromUs)), toUs: Math.max(...spans.map(({ toUs }) => toUs)) + 1 };
  const rows: UnitRow[] = [];
  for await (const { units } of mergedFootage(sources, span)) rows.push(...units);
  const parts: Uint8Array[] = [];
  for await (const part of exportClip(mergedFootage(sources, span))) parts.push(part);
  await Promise.all(readers.map((reader) => reader.close()));

  const from = sent.indexOf(rows[0]?.vclCrc ?? -1);
  expect(from).toBeGreaterThanOrEqual(0);
  expect(rows.map(({ vclCrc }) => vclCrc)).toEqual(sent.slice(from, from + rows.length));
  expect(rows.length).toBeGreaterThan(18 * 25);
  const clip = join(rigs[0].folder, 'clip.mp4');
  writeFileSync(clip, Buffer.concat(parts));
  decode(clip);
  expect(probe(clip)[0]?.frames).toBe(rows.length);
});
