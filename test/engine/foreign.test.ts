/** Streams that nobody here made: every segment must be decoded by ffmpeg without a complaint. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { type FootageSource, mergedFootage } from '../../src/video/playback/merge.ts';
import { openFootageReader } from '../../src/video/store/open-reader.ts';
import { decode, engineRig, gstreamerCamera, pause, probe } from './rig.ts';

const cases = [
  { codec: 'h264', audio: 'aac', transport: 'tcp', extra: '' },
  { codec: 'h264', audio: 'pcma', transport: 'udp', extra: 'sliced-threads=true threads=2' },
  { codec: 'h265', audio: 'none', transport: 'tcp', extra: '' },
  { codec: 'h265', audio: 'pcmu', transport: 'udp', extra: '' },
] as const;

describe('a GStreamer camera', () => {
  it.each(cases)('$codec with $audio over $transport', async ({ codec, audio, transport, extra }) => {
    const url = await gstreamerCamera(codec, audio, '320', '240', extra);
    const rig = await engineRig();
    await rig.engine.apply([rig.job('c', url, { source: { transport, audio: audio !== 'none' } })]);
    await rig.until('c', (s) => s.state === 'streaming');
    await pause(6000);
    const status = await rig.until('c', (s) => s.recording !== null);
    await rig.stop();
    expect(status.stream).toMatchObject({ codec, width: 320, height: 240, audio: audio === 'none' ? null : audio });
    expect(status.counters).toMatchObject({ framesDropped: 0, packetsLost: 0, connects: 1 });
    const [path = '', ...more] = rig.segments('c');
    expect(more).toEqual([]);
    decode(path);
    const streams = probe(path);
    expect(streams.map((s) => s.codec)).toEqual([codec === 'h265' ? 'hevc' : 'h264', ...({ none: [], aac: ['aac'], pcmu: ['pcm_mulaw'], pcma: ['pcm_alaw'] }[audio])]);
    expect(streams[0]?.frames).toBeGreaterThan(130);
    for (const stream of streams) expect(stream.frames).toBeGreaterThan(0);
  });

  it.each(['bframes=3 b-adapt=false', 'bframes=8 b-adapt=false b-pyramid=true', 'bframes=4 b-adapt=true b-pyramid=true'])('decodes B-frames in the right order: %s', async (order) => {
    const url = await gstreamerCamera('h264', 'none', '320', '240', `${order} ! video/x-h264,profile=main`);
    const rig = await engineRig();
    await rig.engine.apply([rig.job('c', url)]);
    await rig.until('c', (s) => s.recording !== null);
    await pause(5000);
    await rig.stop();
    const [path = ''] = rig.segments('c');
    decode(path);
    const whole = probe(path)[0]?.frames ?? 0;
    expect(whole).toBeGreaterThan(90);
    // And played: merging is what every playback and download goes through.
    const reader = await openFootageReader(rig.folder);
    const camera = { serverId: 's', cameraId: 'c' };
    const source: FootageSource = { id: 'recorder', shiftUs: 0, rows: (span) => reader.rows(camera, span), read: (span) => reader.read(camera, span) };
    const [{ span } = { span: { fromUs: 0, toUs: 0 } }] = await reader.cameras();
    let played = 0;
    for await (const { units } of mergedFootage([source], span)) played += units.length;
    await reader.close();
    expect(played).toBe(whole);
    const types = execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'frame=pict_type,pts', '-of', 'csv=p=0', path], { encoding: 'utf8' }).split('\n').filter((line) => line !== '').map((line) => line.split(','));
    expect(types.filter(([, type]) => type === 'B').length).toBeGreaterThan(40);
    const shown = types.map(([pts]) => Number(pts));
    const steps = shown.slice(1).map((pts, i) => pts - (shown[i] as number));
    // Shown in order, at an even pace; the first ones settle, and the last ones lack the B-frames still to come.
    expect(Math.min(...steps)).toBeGreaterThan(0);
    const usual = steps.toSorted((a, b) => a - b)[steps.length >> 1] as number;
    expect(steps.slice(50, -4).filter((step) => Math.abs(step - usual) > usual / 3)).toEqual([]);
  });
});
