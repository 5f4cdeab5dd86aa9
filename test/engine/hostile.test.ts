/**
 * Cameras as the field has them: each stream is recorded, every picture of it is on disk, and ffmpeg
 * decodes every segment without a complaint. All of them are recorded at once, by one engine.
 */
import { describe, expect } from 'vitest';
import { type Asked, interleaved, reply } from './hostile/camera.ts';
import { type Case, pictures, testAll } from './hostile/record.ts';

const digest = (more: string) => ({
  job: { source: { username: 'user', password: 'secret' } },
  odd: { answer: (asked: Asked) => (asked.text.includes('Authorization') ? null : reply(asked.cseq, '401 Unauthorized', [`WWW-Authenticate: ${more}`])) },
});

const cases: readonly Case[] = [
  { name: 'interleaved channels of its own', odd: { channel: 6 } },
  { name: 'padding, header extensions and contributing sources', odd: { shape: { padding: 7, extension: true, csrc: 2 } } },
  { name: 'TCP cut into pieces of 7 bytes', odd: { cut: 7, shape: { mtu: 500 } } },
  { name: 'parameter sets in the description only', odd: { sets: 'sdp' } },
  { name: 'another stream described, its sets under other ids', stream: { coder: 'sps-id=1', size: '480x360' }, odd: { sets: 'both', shape: {} }, described: { size: '640x480' }, also: ({ status: { stream } }) => expect(stream).toMatchObject({ width: 480, height: 360 }) },
  { name: 'parameter sets in the description that are none', odd: { sets: 'both' }, describedSets: ['674200', '67420028000000000000', '68000000', '68ffffffff'] },
  {
    name: 'another size in the middle, its sets under other ids',
    change: (all) => [...all.slice(0, 50), ...pictures({ coder: 'sps-id=1', size: '480x360' }).map((picture) => ({ ...picture, ticks: picture.ticks + 180_000 }))],
    also: ({ status: { stream } }) => expect(stream).toMatchObject({ width: 480, height: 360 }),
  },
  { name: 'parameter sets marked as if they were pictures', odd: { shape: { markSets: true } } },
  { name: 'delimiters and SEI in front of each picture', odd: { shape: { decorated: true } } },
  { name: 'four slices a picture, a marker on each', stream: { coder: 'slices=4' }, odd: { shape: { marker: 'every', mtu: 300 } } },
  { name: 'four slices, no marker at all', stream: { coder: 'slices=4' }, odd: { shape: { marker: 'never', mtu: 300 } } },
  { name: 'pictures in aggregation packets', odd: { shape: { aggregate: true } } },
  { name: 'start codes within the payload', odd: { shape: { startCodes: true } } },
  { name: 'parameter sets and picture as one NAL unit, fragmented', odd: { shape: { glued: 4 } } },
  { name: 'parameter sets and picture as one NAL unit with short start codes', odd: { shape: { glued: 3, mtu: 60_000, decorated: true } } },
  { name: 'H.265 with decoding order numbers', stream: { codec: 'h265' }, odd: { codec: 'h265', fmtp: ';sprop-max-don-diff=1', shape: { numbered: true, mtu: 300 } } },
  { name: 'H.265 with decoding order numbers in aggregation packets', stream: { codec: 'h265' }, odd: { codec: 'h265', fmtp: ';sprop-depack-buf-nalus=2', shape: { numbered: true, aggregate: true } } },
  { name: 'H.265 in payloads that tell about payloads', stream: { codec: 'h265' }, odd: { codec: 'h265', shape: { carried: true, mtu: 300 } } },
  { name: 'two pictures under each timestamp', uneven: true, odd: { shape: { jitter: (i) => (i % 2) * -3600 } } },
  { name: 'a timestamp that stands still', uneven: true, odd: { shape: { jitter: (i) => i * -3600 } } },
  { name: 'a timestamp that stands still, no markers', uneven: true, odd: { shape: { jitter: (i) => i * -3600, marker: 'never' } } },
  { name: 'sequence and time that wrap', odd: { shape: { firstSequence: 65_500, firstTimestamp: 2 ** 32 - 90_000, mtu: 300 } } },
  { name: 'jitter in the timestamps', odd: { shape: { jitter: (i) => ((i * 7919) % 41) * 30 - 600 } } },
  { name: 'timestamps that step back now and then', odd: { shape: { jitter: (i) => (i % 10 === 7 ? -9000 : 0) } } },
  { name: 'a burst at the beginning', odd: { lateMs: 600 } },
  { name: 'a burst of seconds at the beginning', stream: { seconds: 6 }, odd: { lateMs: 2500 } },
  { name: 'B-frames', stream: { bFrames: 3, coder: 'b-adapt=0' } },
  { name: 'H.265 with B-frames', stream: { codec: 'h265', bFrames: 3 }, odd: { codec: 'h265' } },
  { name: 'H.265 in aggregation packets, described only', stream: { codec: 'h265' }, odd: { codec: 'h265', sets: 'sdp', shape: { aggregate: true } } },
  { name: 'H.265 fragmented, with delimiters and SEI, open groups', stream: { codec: 'h265', coder: 'open-gop=1:bframes=2' }, odd: { codec: 'h265', shape: { decorated: true, mtu: 200 } } },
  { name: 'one picture a second', stream: { fps: 1, gop: 2, seconds: 5 } },
  { name: '30 pictures a second', stream: { fps: 30 } },
  { name: '60 pictures a second', stream: { fps: 60 } },
  { name: 'a key frame every 10 s', stream: { gop: 250 }, frames: (sent) => sent.length },
  { name: '4K with key frames of several 100 kB', stream: { size: '3840x2160', seconds: 2, fps: 10, gop: 10, coder: 'qp=18' }, job: { ringBytes: 16 << 20 } },
  { name: 'text between the packets that ends no line', odd: { around: (i) => Buffer.from(i % 10 === 5 ? 'wrong bytes $1 of the firmware ' : '') } },
  { name: 'packets before the answer to PLAY', odd: { early: 3 } },
  { name: 'other tracks between: metadata, unknown channels', odd: { before: ['m=application 0 RTP/AVP 107', 'a=rtpmap:107 vnd.onvif.metadata/90000', 'a=control:trackID=9'], around: () => interleaved(4, Buffer.from('80eb000100000001000000013c782f3e', 'hex')) } },
  {
    name: 'another payload type and source in the same channel',
    odd: { around: (i) => interleaved(0, Buffer.concat([Buffer.from([0x80, 97, i >> 8, i & 255]), Buffer.from('0000000100009999', 'hex'), Buffer.from('41aabb', 'hex')])) },
  },
  { name: 'digest without an algorithm', ...digest('Digest realm="cam", nonce="abc"') },
  { name: 'digest with qop and SHA-256 beside Basic and MD5', ...digest('Basic realm="cam", Digest realm="cam", nonce="abc", algorithm=MD5, Digest realm="cam", nonce="def", qop="auth,auth-int", algorithm=SHA-256') },
  {
    name: 'sound that cannot be recorded',
    job: { source: { audio: true } },
    odd: { after: ['m=audio 0 RTP/AVP 98', 'a=rtpmap:98 MP4A-LATM/48000/2', 'a=control:trackID=2'] },
    also: ({ status, logs }) => {
      expect(status.stream?.audio).toBeNull();
      expect(logs.join('\n')).toMatch(/MP4A-LATM.*(AAC|G\.711)/);
    },
  },
  {
    name: 'sound that it refuses to send',
    job: { source: { audio: true } },
    odd: {
      after: ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 MPEG4-GENERIC/48000/2', 'a=fmtp:97 mode=AAC-hbr;config=1190;sizelength=13;indexlength=3', 'a=control:trackID=2'],
      answer: (asked) => (asked.method === 'SETUP' && asked.uri.endsWith('trackID=2') ? reply(asked.cseq, '404 Not Found') : null),
    },
    also: ({ status, logs }) => {
      expect(status.stream?.audio).toBeNull();
      expect(logs.join('\n')).toMatch(/refuses its sound \(404 Not Found\)/);
    },
  },
  { name: 'no IDR after the first, picture by picture refreshed', stream: { gop: 20, coder: 'intra-refresh=1:ref=1' } },
  {
    name: 'joined in the middle of a stream without IDR',
    stream: { gop: 20, coder: 'intra-refresh=1:ref=1' },
    change: (all) => all.slice(5).map((picture) => ({ ...picture, ticks: picture.ticks - (all[5]?.ticks ?? 0) })),
    odd: { sets: 'both' },
    frames: (sent) => sent.length - 15,
  },
];

describe('a camera with', () => testAll(cases));
