/** Cameras that mean harm, or are broken as if they did: they say what is wrong, and the camera beside them in the same thread loses nothing. */
import { describe, expect, it } from 'vitest';
import type { CameraStatus } from '../../src/video/contract.ts';
import { type Asked, hostileCamera, interleaved, type Oddity, reply } from './hostile/camera.ts';
import { type Case, pictures, testAll } from './hostile/record.ts';
import { engineRig, pause } from './rig.ts';

const to = (method: string, answer: (asked: Asked) => string): Pick<Oddity, 'answer'> => ({ answer: (asked) => (asked.method === method ? answer(asked) : null) });
const rtp = (sequence: number, ssrc: number, timestamp: number, payload: Buffer): Buffer => {
  const head = Buffer.from([0x80, 96, sequence >> 8, sequence & 255, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(timestamp, 4);
  head.writeUInt32BE(ssrc, 8);
  return interleaved(0, Buffer.concat([head, payload]));
};

/** A parameter set in fragments of 60 kB, whose last never comes. */
const endless = (index: number): Buffer => Buffer.concat(Array.from({ length: 8 }, (_, i) => rtp((index * 8 + i) & 0xffff, 1, 5000, Buffer.concat([Buffer.from([0x7c, index === 0 && i === 0 ? 0x87 : 0x07]), Buffer.alloc(60_000, 0x42)]))));
/** Each packet of another source, numbered anywhere. */
const flips = (index: number): Buffer => Buffer.concat(Array.from({ length: 20 }, (_, i) => rtp((index * 7919 + i * 4001) & 0xffff, index * 20 + i, i, Buffer.from('6588840102', 'hex'))));
const only = (around: (index: number) => Buffer): Partial<Oddity> => ({ mangle: () => [], around });
/** SEI that are nothing but start codes, a picture of them each time. */
const glued = (index: number): Buffer => rtp(index & 0xffff, 1, index * 3600, Buffer.from(`0605${'00000106'.repeat(14_000)}`, 'hex'));

const attacks: readonly (readonly [name: string, odd: Partial<Oddity>, says: RegExp])[] = [
  ['a header of 1 MB', to('DESCRIBE', ({ cseq }) => `RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\nX: ${'x'.repeat(1 << 20)}\r\n\r\n`), /camera.protocol: .*header is longer than 64 KiB/],
  ['a body of 2 GB', to('DESCRIBE', ({ cseq }) => `RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\nContent-Length: 2000000000\r\n\r\n`), /camera.protocol: .*body is longer than 1 MiB/],
  ['a body that never ends', to('DESCRIBE', ({ cseq }) => `RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\nContent-Length: 9000\r\n\r\nv=0\r\n`), /camera.unreachable: .*did not answer DESCRIBE/],
  ['a header of carriage returns', to('DESCRIBE', ({ cseq }) => `RTSP/1.0 404 Not Found\r\nCSeq: ${cseq}\r\nX: ${'\r'.repeat(60_000)}x\r\n\r\n`), /camera.not-found: .*404/],
  ['a challenge that is one word', to('DESCRIBE', ({ cseq }) => reply(cseq, '401 Unauthorized', [`WWW-Authenticate: Digest ${'a'.repeat(60_000)}`])), /camera.unauthorized: .*user name and password/],
  ['a description of formats and lines', { sdp: () => `m=video 0 RTP/AVP ${'96 '.repeat(150_000)}\r\n${'a=x\r\n'.repeat(100_000)}` }, /camera.codec: .*payload type 96/],
  ['a parameter set that never ends', only(endless), /camera.silent: .*no picture is whole/],
  ['another source in each packet', only(flips), /camera.silent: .*no picture is whole/],
  ['pictures of start codes', only(glued), /camera.silent: .*no picture is whole/],
];

it('say so, and leave the camera beside them alone', async () => {
  const rig = await engineRig(1);
  const all = pictures({ seconds: 12 });
  const good = await hostileCamera({ pictures: all });
  const bad = await Promise.all(attacks.map(([, odd]) => hostileCamera({ pictures: all, ...odd })));
  const before = process.memoryUsage().rss;
  await rig.engine.apply([rig.job('good', good.url), ...bad.map(({ url }, i) => rig.job(`c${i}`, url))]);
  const reasons = attacks.map(() => new Set<string>());
  const note = (statuses: readonly CameraStatus[]): void => statuses.forEach(({ cameraId, reason }) => {
    if (reason !== null && cameraId !== 'good') reasons[Number(cameraId.slice(1))]?.add(`${reason.code}: ${reason.text}`);
  });
  const stop = rig.engine.onStatuses(note);
  await good.done;
  await pause(1000);
  stop();
  expect(attacks.map(([name, , says], i) => [name, [...(reasons[i] ?? [])].some((text) => says.test(text)) || [...(reasons[i] ?? [])]])).toEqual(attacks.map(([name]) => [name, true]));
  const status = rig.engine.statuses().find(({ cameraId }) => cameraId === 'good');
  expect(status).toMatchObject({ state: 'streaming', counters: { framesDropped: 0, packetsLost: 0, connects: 1 } });
  await rig.stop();
  expect(status?.counters.frames).toBeGreaterThanOrEqual(all.length - 1);
  expect(process.memoryUsage().rss - before).toBeLessThan(400 << 20);
}, 60_000);

/** In front of each packet one with its number that lies about what it holds. */
const lies = (packets: readonly Buffer[], index: number): readonly Buffer[] => packets.flatMap((packet, i) => {
  const lie = Buffer.from(packet.subarray(0, 40));
  const kind = (index + i) % 5;
  if (kind === 0) lie[0] = 0x90; // an extension, whose length is whatever stands there
  if (kind === 0) lie.writeUInt16BE(0xffff, Math.min(14, lie.length - 2));
  if (kind === 1) lie[0] = 0xa0; // padding beyond its beginning
  if (kind === 1) lie[lie.length - 1] = 0xff;
  if (kind === 2) lie[0] = 0x40; // another version
  if (kind === 3) lie[0] = 0x8f; // more sources than it has bytes for
  const short = kind === 4 ? lie.subarray(0, 11) : kind === 3 ? lie.subarray(0, 30) : lie;
  return [short, packet];
});

const survived: readonly Case[] = [
  { name: '200 tracks', odd: { sets: 'both', before: Array.from({ length: 200 }, (_, i) => ['m=audio 0 RTP/AVP 99', `a=rtpmap:99 x-${i}/8000`, `a=control:trackID=${i + 10}`]).flat() } },
  { name: 'packets that lie about their padding, extension and sources', odd: { mangle: lies } },
  { name: 'time that steps an hour with every other picture', uneven: true, odd: { shape: { firstTimestamp: 1_000_000_000, jitter: (i) => (i % 2) * 3600 * 90_000 } } },
  { name: 'time that wraps within a group, at 0, and numbers with it', stream: { gop: 250 }, odd: { shape: { firstSequence: 65_535, firstTimestamp: 2 ** 32 - 36_000, mtu: 400 } } },
  { name: 'a clock and channels that no file can hold', uneven: true, job: { source: { audio: true } }, odd: { sdp: (usual) => usual.replace('H264/90000', 'H264/4294967296'), after: ['m=audio 0 RTP/AVP 98', 'a=rtpmap:98 PCMU/8000/65537', 'a=control:trackID=2'] } },
];

describe('a camera is recorded that has', () => testAll(survived));
