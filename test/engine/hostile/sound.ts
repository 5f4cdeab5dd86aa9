/** Sound beside the pictures of a scripted camera, packed as cameras do (RFC 3551, RFC 3640). */
import { expect } from 'vitest';
import { makeStream } from '../../store/streams.ts';
import { interleaved, reply } from './camera.ts';
import type { Case } from './record.ts';

export const rtpOf = (type: number, sequence: number, timestamp: number, payload: Buffer, ssrc = 0x9999): Buffer => {
  const head = Buffer.alloc(12);
  head[0] = 0x80;
  head[1] = type;
  head.writeUInt16BE(sequence & 0xffff, 2);
  head.writeUInt32BE(timestamp >>> 0, 4);
  head.writeUInt32BE(ssrc, 8);
  return Buffer.concat([head, payload]);
};

interface Sound {
  readonly sdp: readonly string[];
  readonly frames: readonly Buffer[];
  readonly ticks: number;
  readonly perSecond: number;
}
/** Sound in channel 2 beside the pictures of 25 a second: `pack` makes packets out of what is due. */
function sound({ sdp, frames, ticks, perSecond }: Sound, pack: (frames: readonly Buffer[], sequence: number, timestamp: number) => readonly Buffer[], together = 1): Pick<Case, 'job' | 'odd'> {
  let sequence = 0;
  let at = 0;
  return {
    job: { source: { audio: true } },
    odd: {
      after: [...sdp, 'a=control:trackID=2'],
      answer: (asked) => (asked.method === 'SETUP' && asked.uri.endsWith('2') ? reply(asked.cseq, '200 OK', ['Session: 77', 'Transport: RTP/AVP/TCP;unicast;interleaved=2-3']) : null),
      around: (index) => {
        const out: Buffer[] = [];
        while (at + together <= frames.length && at + together <= ((index + 1) / 25) * perSecond) {
          const packets = pack(frames.slice(at, at + together), sequence, 7000 + at * ticks);
          sequence += packets.length;
          out.push(...packets.map((packet) => interleaved(2, packet)));
          at += together;
        }
        return Buffer.concat(out);
      },
    },
  };
}

const framesOf = (codec: 'aac' | 'pcmu', seconds = 3): Buffer[] => {
  const { units, memory } = makeStream({ codec: 'h264', seconds, startUs: 0, audio: codec });
  return units.filter(({ track }) => track === 'audio').map(({ start, length }) => memory.subarray(start, start + length));
};
const aacFrames = framesOf('aac');
const ulaw = Buffer.concat(framesOf('pcmu'));
const cut = (bytes: Buffer, size: number): Buffer[] => Array.from({ length: Math.floor(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
const aacSdp = (rtpmap = '16000/1', config = '1408'): string[] => ['m=audio 0 RTP/AVP 97', `a=rtpmap:97 mpeg4-generic/${rtpmap}`, `a=fmtp:97 streamtype=5;profile-level-id=15;mode=AAC-hbr;config=${config};SizeLength=13;IndexLength=3;IndexDeltaLength=3;Profile=1`];
const auHeaders = (frames: readonly Buffer[]): Buffer => {
  const head = Buffer.alloc(2 + 2 * frames.length);
  head.writeUInt16BE(16 * frames.length, 0);
  frames.forEach((frame, i) => head.writeUInt16BE(frame.length << 3, 2 + 2 * i));
  return head;
};
const aac = (frames: readonly Buffer[], sequence: number, timestamp: number): readonly Buffer[] => [rtpOf(0x80 | 97, sequence, timestamp, Buffer.concat([auHeaders(frames), ...frames]))];
const halves = (frames: readonly Buffer[], sequence: number, timestamp: number): readonly Buffer[] => {
  const [frame = Buffer.alloc(0)] = frames;
  const head = auHeaders(frames);
  const half = frame.length >> 1;
  return [rtpOf(97, sequence, timestamp, Buffer.concat([head, frame.subarray(0, half)])), rtpOf(0x80 | 97, sequence + 1, timestamp, Buffer.concat([head, frame.subarray(half)]))];
};
const plain = (frames: readonly Buffer[], sequence: number, timestamp: number): readonly Buffer[] => [rtpOf(sequence === 0 ? 0x80 : 0, sequence, timestamp, Buffer.concat(frames))];
const heard = (count: number): NonNullable<Case['also']> => ({ segments, clip }) => {
  const packets = segments.reduce((sum, { sound: n }) => sum + n, 0);
  expect(packets).toBeGreaterThanOrEqual(count - 3);
  expect(packets).toBeLessThanOrEqual(count);
  for (const seconds of [clip?.soundSeconds ?? 0, segments.reduce((sum, { soundSeconds }) => sum + soundSeconds, 0)]) expect(Math.abs(seconds - 3)).toBeLessThan(0.35);
};

export const withSound: readonly Case[] = [
  { name: 'AAC, a frame a packet', ...sound({ sdp: aacSdp(), frames: aacFrames, ticks: 1024, perSecond: 15.625 }, aac), also: heard(46) },
  { name: 'AAC, three frames a packet', ...sound({ sdp: aacSdp(), frames: aacFrames, ticks: 1024, perSecond: 15.625 }, aac, 3), also: heard(45) },
  { name: 'AAC, half a frame a packet', ...sound({ sdp: aacSdp(), frames: aacFrames, ticks: 1024, perSecond: 15.625 }, halves), also: heard(46) },
  { name: 'HE-AAC, three frames a packet', ...sound({ sdp: aacSdp('32000/1', '2C0A8800'), frames: aacFrames, ticks: 2048, perSecond: 15.625 }, aac, 3), also: heard(45) },
  { name: 'AAC in ticks of 90 kHz', ...sound({ sdp: aacSdp('90000/1'), frames: aacFrames, ticks: 5760, perSecond: 15.625 }, aac), also: heard(46) },
  { name: 'AAC in ticks of 90 kHz that are not told', ...sound({ sdp: aacSdp(), frames: aacFrames, ticks: 5760, perSecond: 15.625 }, aac, 2), also: heard(46) },
  { name: 'G.711 of 64 ms', ...sound({ sdp: ['m=audio 0 RTP/AVP 0'], frames: cut(ulaw, 512), ticks: 512, perSecond: 15.625 }, plain), also: heard(46) },
  { name: 'G.711 of 16 kHz in 20 ms', ...sound({ sdp: ['m=audio 0 RTP/AVP 0', 'a=rtpmap:0 PCMU/16000'], frames: cut(Buffer.concat([ulaw, ulaw]), 320), ticks: 320, perSecond: 50 }, plain), also: heard(150) },
  { name: 'G.711 in stereo', ...sound({ sdp: ['m=audio 0 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000/2'], frames: cut(Buffer.concat([ulaw, ulaw]), 640), ticks: 320, perSecond: 25 }, plain), also: heard(75) },
  { name: 'G.711 whose time stands still', ...sound({ sdp: ['m=audio 0 RTP/AVP 0'], frames: cut(ulaw, 320), ticks: 0, perSecond: 25 }, plain), also: heard(75) },
  { name: 'G.711 in ticks of 90 kHz', ...sound({ sdp: ['m=audio 0 RTP/AVP 0'], frames: cut(ulaw, 320), ticks: 3600, perSecond: 25 }, plain), also: heard(75) },
  { name: 'G.711 in milliseconds', ...sound({ sdp: ['m=audio 0 RTP/AVP 0'], frames: cut(ulaw, 320), ticks: 40, perSecond: 25 }, plain), also: heard(75) },
  { name: 'G.726 in front of the picture', job: { source: { audio: true } }, odd: { before: ['m=audio 0 RTP/AVP 98', 'a=rtpmap:98 G726-32/8000', 'a=control:trackID=2'] }, also: ({ logs, status }) => { expect(status.stream?.audio).toBeNull(); expect(logs.join('\n')).toMatch(/G726-32.*cannot be recorded/); } },
];
