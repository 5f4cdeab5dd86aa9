/** Oddities that are not of the picture's coding: numbering, private data, memory, sound, words between. */
import { describe, expect } from 'vitest';
import { type Asked, interleaved, reply } from './hostile/camera.ts';
import type { Picture } from './hostile/packets.ts';
import { type Case, pictures, testAll } from './hostile/record.ts';
import { rtpOf, withSound } from './hostile/sound.ts';

const each = (change: (packet: Buffer, index: number) => void) => (packets: readonly Buffer[]): readonly Buffer[] => packets.map((packet, index) => {
  const copy = Buffer.from(packet);
  change(copy, index);
  return copy;
});

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const inFront = (more: readonly string[]) => (all: Picture[]): Picture[] => all.map((picture) => ({ ...picture, nals: [...more.map(hex), ...picture.nals] }));

/** Pictures so many seconds apart. */
const paced = (seconds: (index: number) => number) => (all: Picture[]): Picture[] => {
  let ticks = 0;
  return all.map((picture, index) => ({ ...picture, ticks: index === 0 ? 0 : (ticks += Math.round(seconds(index - 1) * 90_000)) }));
};

const report = (ntp: number): Buffer => {
  const sr = Buffer.alloc(28);
  sr.set([0x80, 200, 0, 6, 0, 0, 0x12, 0x34]);
  sr.writeUInt32BE(ntp >>> 0, 8);
  return Buffer.concat([sr, hex('81ca0003 00001234 0103616263 000000'), hex('81cb0001 00001234'), hex('80cc0002 00001234 41424344')]);
};

const stepsMs = (times: readonly { readonly pts: number }[]): number[] => {
  const shown = times.map(({ pts }) => pts / 90).toSorted((a, b) => a - b);
  return shown.slice(1).map((ms, i) => ms - (shown[i] ?? 0));
};
const lastedMs = (times: readonly { readonly pts: number }[]): number => ((times.at(-1)?.pts ?? 0) - (times[0]?.pts ?? 0)) / 90;

let own = 5000;
let foreign = 100;
const cases: readonly Case[] = [
  { name: 'a description that ends in NULs', odd: { sdp: (usual) => `${usual.trimEnd()}\0\0`, answer: (asked) => (asked.method === 'SETUP' && !asked.uri.endsWith('/trackID=1') ? reply(asked.cseq, '404 Not Found') : null) } },
  { name: 'private NAL units in front of each picture', change: inFront(['00aabbccdd', '1eaabbccdd', '1faabbccdd']) },
  { name: 'H.265 private NAL units in front of each picture', stream: { codec: 'h265' }, odd: { codec: 'h265' }, change: inFront(['5201aabbccdd', '6601aabbccdd', '7e01aabbccdd']) },
  { name: 'another source in each packet', odd: { mangle: each((packet) => packet.writeUInt32BE((own += 1), 8)) } },
  { name: 'another source from the middle on', odd: { mangle: (packets, index) => (index < 40 ? packets : each((packet) => packet.writeUInt32BE(0x77, 8))(packets)) } },
  { name: 'private packets of its own source, numbered apart', odd: { around: () => interleaved(0, rtpOf(112, (foreign += 1), 0, hex('00112233'), 0x1234)) } },
  { name: 'key frames larger than its memory', stream: { size: '1280x720', fps: 10, gop: 10, seconds: 3, coder: 'qp=44:ipratio=60' }, job: { ringBytes: 32 << 10 } },
  { name: 'fragments whose last is not marked', odd: { shape: { mtu: 300 }, mangle: each((packet) => { if (((packet[12] ?? 0) & 31) === 28) packet[13] = (packet[13] ?? 0) & 0xbf; }) } },
  { name: 'every picture in one fragment', odd: { mangle: (packets) => packets.map((packet) => Buffer.concat([packet.subarray(0, 12), Buffer.from([((packet[12] ?? 0) & 0xe0) | 28, 0xc0 | ((packet[12] ?? 0) & 31)]), packet.subarray(13)])), shape: { mtu: 60_000 } } },
  { name: 'SEI between the slices', stream: { coder: 'slices=4' }, change: (all) => all.map((picture) => ({ ...picture, nals: picture.nals.flatMap((nal) => ([1, 5].includes((nal[0] ?? 0) & 31) ? [hex('0605081122334455667788 80'), nal] : [nal])) })) },
  { name: 'every packet twice', odd: { shape: { mtu: 400 }, mangle: (packets) => packets.flatMap((packet) => [packet, packet]) } },
  { name: 'the marker on the first packet', odd: { shape: { mtu: 300 }, mangle: each((packet, index) => { packet[1] = 96 | (index === 0 ? 0x80 : 0); }) } },
  { name: 'time that jumps an hour ahead within a group', odd: { shape: { jitter: (i) => (i >= 40 ? 3600 * 90_000 : 0) } }, uneven: true },
  { name: 'time that jumps an hour back within a group', odd: { shape: { firstTimestamp: 400_000_000, jitter: (i) => (i >= 40 ? -3600 * 90_000 : 0) } }, uneven: true },
  {
    name: 'a first picture that is sent twice', uneven: true, odd: { shape: { jitter: (i) => (i === 0 ? 0 : -16_000) } },
    change: ([first, ...all]) => (first === undefined ? [] : [first, { ...first, ticks: 16_000 }, ...all.map((picture) => ({ ...picture, ticks: picture.ticks + 16_000 }))]),
    also: ({ segments }) => expect(segments.flatMap(({ times }) => times.filter(({ pts }, i) => i > 0 && pts <= (times[i - 1]?.pts ?? 0)))).toEqual([]),
  },
  { name: 'B-frames and time that steps back 0.9 s with a key frame', stream: { bFrames: 2, gop: 25, coder: 'b-adapt=0' }, odd: { shape: { jitter: (i) => (i >= 50 ? -81_000 : 0) } }, uneven: true, also: ({ segments }) => expect(segments.flatMap(({ times }) => stepsMs(times)).filter((ms) => ms < 30 || ms > 200).length).toBeLessThan(4) },
  { name: 'time that steps back 0.9 s with a key frame', odd: { shape: { jitter: (i) => (i >= 50 ? -81_000 : 0) } }, uneven: true, also: ({ segments }) => expect(segments.flatMap(({ times }) => stepsMs(times)).filter((ms) => ms < 30 || ms > 200).length).toBeLessThan(4) },
  { name: 'time in milliseconds', odd: { shape: { jitter: (i) => i * (40 - 3600) } }, also: ({ clip, sent }) => expect(Math.abs(lastedMs(clip?.times ?? []) - (sent.length - 1) * 40)).toBeLessThan(330) },
  { name: '120 pictures a second', stream: { fps: 120, seconds: 2 } },
  { name: 'requests, BYE and reports of 1970 between', odd: { around: (i) => Buffer.concat([interleaved(1, report(i % 2 === 0 ? 2_208_988_800 : 0)), i === 30 ? interleaved(1, hex('81cb000100001234')) : Buffer.alloc(0), i % 10 === 3 ? Buffer.from(`SET_PARAMETER rtsp://x/live RTSP/1.0\r\nCSeq: ${i}\r\nContent-Length: 5\r\n\r\n$a: 1`) : Buffer.alloc(0)]) } },
  { name: 'five pictures a second now and then, in long groups', stream: { seconds: 5, gop: 250 }, change: paced((i) => (i > 40 && i < 55 ? 0.2 : 0.04)) },
  { name: 'a pause of 6 s within a group', stream: { seconds: 4, gop: 250 }, change: paced((i) => (i === 40 ? 6 : 0.04)) },
  { name: 'B-frames across a wrap of time', stream: { bFrames: 3, coder: 'b-adapt=0' }, odd: { shape: { firstTimestamp: 2 ** 32 - 90_000 } } },
  { name: 'RTCP in the channel of RTP, unknown channels, empty packets', odd: { around: () => Buffer.concat([interleaved(0, report(0)), interleaved(9, hex('00')), interleaved(0, Buffer.alloc(0))]) } },
  { name: 'H.265 of another size in the middle', stream: { codec: 'h265' }, odd: { codec: 'h265' }, change: (all) => [...all.slice(0, 50), ...pictures({ codec: 'h265', size: '480x360' }).map((picture) => ({ ...picture, ticks: picture.ticks + 180_000 }))] },
  { name: 'an encoder that begins anew', odd: { mangle: (packets, index) => (index < 50 ? packets : each((packet) => { packet.writeUInt32BE(0x555, 8); packet.writeUInt16BE((packet.readUInt16BE(2) + 30_000) & 0xffff, 2); packet.writeUInt32BE((packet.readUInt32BE(4) + 123_456_789) >>> 0, 4); })(packets)) } },
  { name: 'parameter sets under the time of the picture before', odd: { mangle: (packets, index) => (index === 0 ? packets : each((packet) => { if ([7, 8].includes((packet[12] ?? 0) & 31)) packet.writeUInt32BE(packet.readUInt32BE(4) - 3600, 4); })(packets)) } },
  { name: 'both signs of life refused', odd: { answer: (asked: Asked) => (asked.method === 'SETUP' ? reply(asked.cseq, '200 OK', ['session:77 ; Timeout=1', 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1;ssrc= 1F 2']) : asked.text.includes('Session') && asked.method !== 'PLAY' ? reply(asked.cseq, '501 Not Implemented') : null) } },
  { name: 'JPEG first, then H.264, then H.264 again', odd: { before: ['m=video 0 RTP/AVP 26', 'a=control:trackID=0', 'm=application 0 RTP/AVP 107', 'a=rtpmap:107 vnd.onvif.metadata/90000', 'a=sendonly'], after: ['m=video 0 RTP/AVP 99', 'a=rtpmap:99 H264/90000', 'a=control:trackID=3'] } },
];

describe('a camera with', () => testAll([...cases, ...withSound]));
