/**
 * Cameras whose RTSP server is one of the widespread ones, by what those are known to answer and to send, and
 * streams coded field by field; 20 s of each.
 */
import { describe, expect } from 'vitest';
import { type Asked, interleaved, reply } from './hostile/camera.ts';
import { fieldPictures } from './hostile/fields.ts';
import { type Case, testAll } from './hostile/record.ts';

const seconds = 20;
const methods = (asked: readonly Asked[]): string[] => asked.map(({ method }) => method);

/** Its last report and good-bye, as a file ends that is sent over and over. */
const goodbye = Buffer.from('80c80006000012340000000000000000000000000000000000000000' + '81cb000100001234', 'hex');

/** From picture `from` on another source, with numbers and times of its own. */
const beginAnew = (from: number) => (packets: readonly Buffer[], index: number): readonly Buffer[] =>
  index < from ? packets : packets.map((packet) => {
    const copy = Buffer.from(packet);
    copy.writeUInt16BE((copy.readUInt16BE(2) + 20_011) & 0xffff, 2);
    copy.writeUInt32BE((copy.readUInt32BE(4) + 3_000_000_000) >>> 0, 4);
    copy.writeUInt32BE(0xfeed, 8);
    return copy;
  });

const base = (uri: string): string => `${uri.replace(/\/$/, '')}/`;

const live555: Case = {
  name: 'the ways of live555, at the end of its file too',
  stream: { seconds, bFrames: 2 },
  odd: {
    sets: 'sdp',
    sdp: (usual) => usual.replace('t=0 0', 't=0 0\r\na=tool:LIVE555 Streaming Media v2020.03.06\r\na=type:broadcast\r\na=control:*\r\na=range:npt=0-\r\na=x-qt-text-nam:x').replace('m=video 0 RTP/AVP 96', 'm=video 0 RTP/AVP 96\r\nc=IN IP4 0.0.0.0\r\nb=AS:500').replace('trackID=1', 'track1'),
    answer: ({ method, uri, cseq, text }, usual) => {
      if (method === 'OPTIONS') return reply(cseq, '200 OK', ['Date: Sun, Nov 29 2026 13:00:00 GMT', 'Public: OPTIONS, DESCRIBE, SETUP, TEARDOWN, PLAY, PAUSE, GET_PARAMETER, SET_PARAMETER']);
      if (method === 'DESCRIBE') return usual.replace('\r\n\r\n', `\r\nContent-Base: ${base(uri)}\r\n\r\n`);
      if (method === 'SETUP') return reply(cseq, '200 OK', ['Transport: RTP/AVP/TCP;unicast;destination=127.0.0.1;source=127.0.0.1;interleaved=0-1', 'Session: 6F7A2D5B;timeout=5']);
      if (method === 'PLAY') return reply(cseq, '200 OK', ['Range: npt=0.000-', 'Session: 6F7A2D5B', `RTP-Info: url=${uri}track1`]);
      return method === 'GET_PARAMETER' ? reply(cseq, '405 Method Not Allowed', ['Allow: OPTIONS, DESCRIBE, SETUP, TEARDOWN, PLAY, PAUSE']) : reply(cseq, '200 OK', [`X-Seen: ${text.length}`]);
    },
    around: (index) => (index === 249 ? interleaved(1, goodbye) : Buffer.alloc(0)),
    mangle: beginAnew(250),
  },
  also: ({ asked, segments }) => {
    expect(asked.slice(1, 4).map(({ method, uri }) => `${method} ${uri.replace(/^.*:\d+/, '')}`)).toEqual(['DESCRIBE /live', 'SETUP /live/track1', 'PLAY /live/']);
    // Signs of life every 2 s: by the other request once the first was refused.
    expect(methods(asked).filter((method) => method === 'GET_PARAMETER')).toHaveLength(1);
    expect(methods(asked).filter((method) => method === 'OPTIONS').length).toBeGreaterThan(6);
    expect(segments).toHaveLength(2);
  },
};

const mediamtx: Case = {
  name: 'the ways of MediaMTX, with Opus beside the picture',
  stream: { seconds },
  job: { source: { audio: true } },
  odd: {
    sets: 'both',
    shape: { aggregateSets: true, mtu: 1200 },
    sdp: (usual) => usual.replace('t=0 0', 'c=IN IP4 0.0.0.0\r\nt=0 0\r\na=control:*').replace('trackID=1', 'trackID=0'),
    after: ['m=audio 0 RTP/AVP 97', 'a=rtpmap:97 opus/48000/2', 'a=fmtp:97 sprop-stereo=1', 'a=control:trackID=1'],
    answer: ({ method, uri, cseq, text }, usual) => {
      if (method === 'DESCRIBE') return usual.replace('\r\n\r\n', `\r\nContent-Base: ${base(uri)}\r\nServer: gortsplib\r\n\r\n`);
      return method === 'SETUP' && !text.includes('RTP/AVP/TCP') ? reply(cseq, '461 Unsupported Transport', ['Server: gortsplib']) : null;
    },
  },
  also: ({ asked, status, logs }) => {
    expect(asked.filter(({ method }) => method === 'SETUP').map(({ uri }) => uri.replace(/^.*:\d+/, ''))).toEqual(['/live/trackID=0']);
    expect(status.stream?.audio).toBeNull();
    expect(logs.join('\n')).toMatch(/Its sound \(opus\) cannot be recorded/);
  },
};

const backchannel: Case = {
  name: 'a loudspeaker (ONVIF back channel) and no microphone',
  stream: { seconds },
  job: { source: { audio: true } },
  odd: { after: ['m=audio 0 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000', 'a=control:trackID=5', 'a=sendonly'] },
  also: ({ asked, status, logs }) => {
    expect(methods(asked).filter((method) => method === 'SETUP')).toHaveLength(1);
    expect(status.stream?.audio).toBeNull();
    expect(logs.join('\n')).not.toMatch(/PCMU/);
  },
};

const fields = (ownTimes: boolean, marker: 'last' | 'every'): Case => ({
  name: `fields coded one by one, ${ownTimes ? 'each with its own time' : 'both under one time'}, a marker on the ${marker} of them`,
  stream: { seconds: 1 },
  change: () => fieldPictures(seconds, ownTimes),
  odd: { shape: { marker, mtu: 1000 } },
});

describe('a camera with', () => testAll([live555, mediamtx, backchannel, fields(false, 'last'), fields(false, 'every'), fields(true, 'last')]));
