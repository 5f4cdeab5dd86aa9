import { expect, test } from 'vitest';
import { loadClip } from './clips.ts';
import { noFaults, reachable } from './faults.ts';
import { cameraClockMs, senderReport } from './rtcp.ts';
import { chooseTransport, printReply, RtspParser, type Incoming } from './rtsp.ts';
import { describe } from './sdp.ts';
import { aLaw, muLaw, soundOf } from './sound.ts';

test('requests and interleaved frames are cut apart wherever the stream is torn', () => {
  const stream = Buffer.concat([
    Buffer.from('OPTIONS rtsp://h/cam/1 RTSP/1.0\r\nCSeq: 1\r\n\r\n'),
    Buffer.from([0x24, 1, 0, 2, 0x0d, 0x0a]),
    Buffer.from('SET_PARAMETER rtsp://h/cam/1 RTSP/1.0\r\nCSeq: 2\r\nContent-Length: 3\r\n\r\nabc'),
    Buffer.from('PLAY rtsp://h/cam/1 RTSP/1.0\r\ncseq:3\r\n\r\n'),
  ]);
  const summary = (all: readonly Incoming[]): string[] =>
    all.map((one) => (one.kind === 'request' ? `${one.request.method} ${one.request.headers.get('cseq')}` : one.kind));
  const expected = ['OPTIONS 1', 'interleaved', 'SET_PARAMETER 2', 'PLAY 3'];
  for (let at = 1; at < stream.length; at++) {
    const parser = new RtspParser();
    expect(summary([...parser.push(stream.subarray(0, at)), ...parser.push(stream.subarray(at))])).toEqual(expected);
  }
});

test('what is no RTSP is garbage', () => {
  expect(new RtspParser().push(Buffer.from('GET / HTTP/1.1\r\n\r\n'))).toEqual([{ kind: 'garbage' }]);
  expect(new RtspParser().push(Buffer.alloc(20_000, 0x41))).toEqual([{ kind: 'garbage' }]);
});

test('a reply names its length in bytes', () => {
  expect(printReply('4', { status: 200, body: 'ü' })).toBe('RTSP/1.0 200 OK\r\nCSeq: 4\r\nContent-Length: 2\r\n\r\nü');
});

test('the first transport that the camera speaks is chosen', () => {
  const both = 'RTP/AVP;unicast;client_port=5000-5001,RTP/AVP/TCP;unicast;interleaved=2-3';
  expect(chooseTransport(both, 'both', 0)).toEqual({ kind: 'udp', rtp: 5000, rtcp: 5001 });
  expect(chooseTransport(both, 'tcp', 0)).toEqual({ kind: 'tcp', rtp: 2, rtcp: 3 });
  expect(chooseTransport('RTP/AVP/TCP;unicast', 'both', 1)).toEqual({ kind: 'tcp', rtp: 2, rtcp: 3 });
  expect(chooseTransport('RTP/AVP/TCP;unicast;interleaved=0-1', 'udp', 0)).toBeNull();
  expect(chooseTransport('RTP/AVP;multicast;client_port=5000-5001', 'both', 0)).toBeNull();
  expect(chooseTransport('RTP/AVP;unicast;client_port=70000-70001', 'both', 0)).toBeNull();
});

test('SDP names codec, parameter sets and tracks', () => {
  const h264 = describe(3, '127.0.0.1', loadClip('yard', 'h264'), soundOf('aac'), true);
  expect(h264).toMatch(/m=video 0 RTP\/AVP 96\r\na=rtpmap:96 H264\/90000\r\na=fmtp:96 packetization-mode=1;profile-level-id=4D[0-9A-F]{4};sprop-parameter-sets=Z[^,]+,a[^\r]+\r\n/);
  expect(h264).toMatch(/m=audio 0 RTP\/AVP 97\r\na=rtpmap:97 MPEG4-GENERIC\/16000\/1\r\n.*config=1408\r\na=control:trackID=1/);
  const h265 = describe(3, '127.0.0.1', loadClip('yard', 'h265'), null, true);
  expect(h265).toMatch(/a=fmtp:96 sprop-vps=[^;]+;sprop-sps=[^;]+;sprop-pps=/);
  expect(h265).not.toMatch(/m=audio/);
  expect(describe(3, '127.0.0.1', loadClip('yard', 'h265'), null, false)).not.toMatch(/sprop/);
});

test('a sender report carries NTP time and counters (RFC 3550 6.4.1)', () => {
  const report = senderReport(1500, { ssrc: 0xdeadbeef, rtpTime: 42, packets: 3, octets: 999 });
  expect(report.readUInt32BE(4)).toBe(0xdeadbeef);
  expect(report.readUInt32BE(8)).toBe(2_208_988_801);
  expect(report.readUInt32BE(12)).toBe(2 ** 31);
  expect([report.readUInt32BE(16), report.readUInt32BE(20), report.readUInt32BE(24)]).toEqual([42, 3, 999]);
  expect(report.length).toBe(28 + (report.readUInt16BE(30) + 1) * 4);
});

test('camera clocks are wrong in the way they were told', () => {
  const at = 1_790_000_050_000;
  const start = 1_790_000_000_000;
  expect(cameraClockMs({ clock: 'right' }, at, start)).toBe(at);
  expect(cameraClockMs({ clock: 'absent' }, at, start)).toBeNull();
  expect(cameraClockMs({ clock: '1970' }, at, start)).toBe(50_000);
  expect(cameraClockMs({ clock: 'offset', ms: -3000 }, at, start)).toBe(at - 3000);
  expect(cameraClockMs({ clock: 'drifting', ppm: 200 }, at, start)).toBe(at + 10);
  const jumping = { clock: 'jumping', ms: 7000, everyMs: 20_000 } as const;
  expect([0, 20_000, 40_000].map((ms) => cameraClockMs(jumping, start + ms, start)! - start - ms)).toEqual([0, 7000, 0]);
});

test('reachability goes by address and by agent', () => {
  const faults = (allow: string[] | null, deny: string[]): ReturnType<typeof noFaults> => ({ ...noFaults(''), clients: { allow, deny, how: 'reset' } });
  expect(reachable(faults(null, []), '127.0.0.1', '')).toBe(true);
  expect(reachable(faults(null, ['127.0.0.2']), '127.0.0.2', '')).toBe(false);
  expect(reachable(faults(['127.0.0.2'], []), '127.0.0.1', '')).toBe(false);
  expect(reachable(faults(null, ['agent:Failover']), '127.0.0.1', 'Failover/1')).toBe(false);
  expect(reachable(faults(null, ['agent:Failover']), '127.0.0.1', 'Recorder/1')).toBe(true);
});

test('G.711 codes are those of ITU-T G.711', () => {
  expect([0, -1, 8, 32_767, -32_768].map(muLaw)).toEqual([0xff, 0x7f, 0xfe, 0x80, 0x00]);
  expect([0, -1, 16, 32_767, -32_768].map(aLaw)).toEqual([0xd5, 0x55, 0xd4, 0xaa, 0x2a]);
});
