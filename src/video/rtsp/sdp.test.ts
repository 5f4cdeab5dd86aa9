import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noteOfPacking, stallReason } from '../engine/reasons.ts';
import { parseSdp } from './sdp.ts';
import { baseUrl, parseRtspUrl, resolveControl } from './url.ts';

const sdp = `v=0\r
o=- 1 1 IN IP4 0.0.0.0\r
s=x\r
a=control:*\r
m=video 0 RTP/AVP 96\r
a=rtpmap:96 H264/90000\r
a=fmtp:96 packetization-mode=1; profile-level-id=640029; sprop-parameter-sets=Z2QAKQ==,aO48gA==\r
a=control:trackID=1\r
m=audio 0 RTP/AVP 0 97\r
a=rtpmap:97 MPEG4-GENERIC/48000/2\r
a=fmtp:97 mode=AAC-hbr;config=1190;SizeLength=13;IndexLength=3\r
a=control:trackID=2\r
`;

describe('parseSdp', () => {
  it('finds video, its parameter sets and controls', () => {
    const { control, video } = parseSdp(sdp);
    expect(control).toBe('*');
    expect(video).toMatchObject({ codec: 'h264', payloadType: 96, clockRate: 90_000, control: 'trackID=1' });
    expect(video?.parameterSets.map((s) => s.toString('hex'))).toEqual(['67640029', '68ee3c80']);
  });

  it('takes the first audio it can record, also without rtpmap', () => {
    expect(parseSdp(sdp).audio).toMatchObject({ codec: 'pcmu', payloadType: 0, clockRate: 8000, channels: 1 });
    expect(parseSdp(sdp.replace('AVP 0 97', 'AVP 97')).audio).toMatchObject({ codec: 'aac', clockRate: 48_000, channels: 2, sizeBits: 13, indexBits: 3 });
  });

  it('reads H.265 in VPS, SPS, PPS order', () => {
    const h265 = 'm=video 0 RTP/AVP 98\na=rtpmap:98 H265/90000\na=fmtp:98 sprop-pps=RAHA; sprop-sps=QgEB; sprop-vps=QAEM';
    expect(parseSdp(h265).video?.parameterSets.map((s) => s[0])).toEqual([0x40, 0x42, 0x44]);
  });

  it('knows where H.265 payloads hold decoding order numbers', () => {
    const described = (more: string): boolean | undefined => parseSdp(`m=video 0 RTP/AVP 98\na=rtpmap:98 H265/90000\na=fmtp:98 profile-id=1${more}`).video?.numbered;
    expect([described(''), described(';sprop-max-don-diff=0'), described(';sprop-max-don-diff=2'), described(';sprop-depack-buf-nalus=1')]).toEqual([false, false, true, true]);
  });

  it('makes up the usual configuration of AAC that a camera leaves out, where it can be known', () => {
    const aac = (rate: string, more = ''): string | undefined => parseSdp(`m=audio 0 RTP/AVP 97\na=rtpmap:97 mpeg4-generic/${rate}\na=fmtp:97 sizelength=13${more}`).audio?.config?.toString('hex');
    expect([aac('48000/2'), aac('16000/1'), aac('44100'), aac('8000/1', ';mode=AAC-hbr;config=')]).toEqual(['1190', '1408', '1208', '1588']);
    expect([aac('90000/2'), aac('48000/2', ';mode=CELP-cbr')]).toEqual([undefined, undefined]);
  });

  it('takes no loudspeaker for a microphone where there is none, whoever is meant by sending', () => {
    const video = (direction: string): string => `m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\n${direction}`;
    const sound = (direction: string): string => `m=audio 0 RTP/AVP 0\na=control:${direction}\na=${direction}\n`;
    expect(parseSdp(video('a=recvonly\n') + sound('sendonly'))).toMatchObject({ audio: null, offeredAudio: [] });
    expect(parseSdp(video('') + sound('sendonly')).audio).toBeNull();
    expect(parseSdp(video('a=sendonly\n') + sound('recvonly') + sound('sendonly')).audio?.control).toBe('sendonly');
    expect(parseSdp(video('a=sendonly\n') + sound('recvonly')).audio).toBeNull();
    expect(parseSdp(video('') + sound('recvonly')).audio?.codec).toBe('pcmu');
  });

  it('is not kept busy by hundreds of tracks, formats and lines, and takes none for what no file can hold', () => {
    const video = 'm=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\na=control:v\n';
    const before = process.cpuUsage(); // not by the clock: others may be using this machine
    expect(parseSdp(`${'m=audio 0 RTP/AVP 99\na=rtpmap:99 opus/48000\n'.repeat(200)}${video}`).video?.control).toBe('v');
    parseSdp(`m=video 0 RTP/AVP ${'96 '.repeat(150_000)}\n${'a=x\n'.repeat(150_000)}`);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000);
    const rates = (told: string): unknown => [parseSdp(video.replace('/90000', told)).video?.clockRate, parseSdp(`m=audio 0 RTP/AVP 97\na=rtpmap:97 PCMU${told}`).audio?.clockRate];
    expect(rates('/4294967296')).toEqual([90_000, undefined]);
    expect(rates(`/${'9'.repeat(400)}`)).toEqual([90_000, undefined]);
    const channels = (told: string): number | undefined => parseSdp(`m=audio 0 RTP/AVP 97\na=rtpmap:97 PCMU/8000/${told}`).audio?.channels;
    expect(['0', '2', '65537'].map(channels)).toEqual([1, 2, undefined]);
  });

  it('takes the microphone, not the loudspeaker', () => {
    const both = 'm=audio 0 RTP/AVP 0\na=control:speaker\na=sendonly\nm=audio 0 RTP/AVP 8\na=control:microphone\na=recvonly\n';
    expect(parseSdp(both).audio?.control).toBe('microphone');
  });

  it('names what was offered when nothing fits', () => {
    expect(parseSdp('m=video 0 RTP/AVP 26\n')).toMatchObject({ video: null, offered: ['JPEG'] });
    expect(parseSdp('m=video 0 RTP/AVP 97\na=rtpmap:97 MP4V-ES/90000').offered).toEqual(['MP4V-ES']);
  });

  it('tells of video whose keys it does not take, and takes it where none are told', () => {
    const secure = (more: string): ReturnType<typeof parseSdp> => parseSdp(`m=video 0 RTP/SAVP 96\na=rtpmap:96 H264/90000\n${more}`);
    expect(secure('a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x')).toMatchObject({ video: null, offered: ['H264 encrypted by SRTP'] });
    expect(secure('').video?.codec).toBe('h264');
  });

  it('never throws', () => {
    const line = fc.oneof(fc.string(), fc.constantFrom('m=video', 'm=video 0 x 96', 'a=rtpmap:96 H264', 'a=fmtp:96 ;;=', 'a=control:', 'm=audio 0 x 97', 'a=rtpmap:97 mpeg4-generic/0'));
    fc.assert(fc.property(fc.array(line), (lines) => void parseSdp(lines.join('\n'))));
  });
});

describe('addresses', () => {
  it('drops credentials and keeps the query', () => {
    expect(parseRtspUrl('rtsp://u:p@cam:8554/a?b=1')).toEqual({ host: 'cam', port: 8554, url: 'rtsp://cam:8554/a?b=1' });
    expect(parseRtspUrl('rtsp://[::1]/')).toMatchObject({ host: '::1', port: 554 });
    expect(parseRtspUrl('http://cam/')).toBeNull();
    expect(parseRtspUrl('rtsp://cam:99999/')).toBeNull();
  });

  it('resolves controls as cameras mean them', () => {
    const base = baseUrl('rtsp://cam/live', 'rtsp://cam/live/', null);
    expect(resolveControl(base, 'trackID=1')).toBe('rtsp://cam/live/trackID=1');
    expect(resolveControl('rtsp://cam/live', 'trackID=1')).toBe('rtsp://cam/live/trackID=1');
    expect(resolveControl(base, '*')).toBe(base);
    expect(resolveControl(base, null)).toBe(base);
    expect(resolveControl(base, 'rtsp://cam/x/1')).toBe('rtsp://cam/x/1');
    expect(resolveControl(base, '/other/1')).toBe('rtsp://cam/other/1');
    expect(baseUrl('rtsp://cam/a', null, '/b/')).toBe('rtsp://cam/b/');
    expect(baseUrl('rtsp://cam/a', 'nonsense', null)).toBe('rtsp://cam/a');
  });
});

it('knows an interleaved stream, and says so at once', () => {
  expect(noteOfPacking(parseSdp(sdp))).toBeNull();
  expect(noteOfPacking(parseSdp(sdp.replace('packetization-mode=1', 'packetization-mode=2')))).toMatch(/packetization-mode 2 .*not supported.*mode 0 or 1/);
  expect(stallReason('plain packets')).toMatchObject({ code: 'camera.codec', text: expect.stringMatching(/packetization-mode 2 .*not supported.*mode 0 or 1/) });
});
