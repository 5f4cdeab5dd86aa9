/** Odd cameras, played by a script over a real socket. */
import { createSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { systemTimers } from '../../platform/clock.ts';
import { systemRandom } from '../../platform/random.ts';
import { stallReason } from '../engine/reasons.ts';
import type { CameraSource } from '../contract.ts';
import { KnownLogin } from './auth.ts';
import type { CameraFailure } from './failure.ts';
import { openSession, type RtspSession } from './session.ts';

const SDP = 'v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID=1\r\n';

interface Asked {
  readonly method: string;
  readonly uri: string;
  readonly cseq: string;
  readonly text: string;
}

type Script = (asked: Asked, socket: Socket, usual: string) => string | Buffer | null;

/** A camera that answers as usual where the script gives null. */
async function camera(script: Script = () => null): Promise<{ url: string; asked: Asked[]; sockets: Socket[] }> {
  const asked: Asked[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const request = text.slice(0, end);
        text = text.slice(end + 4);
        const [method = '', uri = ''] = request.split(' ');
        const one = { method, uri, cseq: /CSeq: (\d+)/.exec(request)?.[1] ?? '', text: request };
        asked.push(one);
        const usual = usually(one);
        const answer = script(one, socket, usual) ?? usual;
        if (answer.length > 0) socket.write(answer);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `rtsp://127.0.0.1:${(server.address() as { port: number }).port}/live`, asked, sockets };
}

const reply = (cseq: string, status: string, headers: readonly string[] = [], body = ''): string =>
  [`RTSP/1.0 ${status}`, `CSeq: ${cseq}`, ...headers, ...(body ? [`Content-Length: ${body.length}`] : []), '', body].join('\r\n');

function usually({ method, cseq }: Asked): string {
  if (method === 'DESCRIBE') return reply(cseq, '200 OK', ['Content-Type: application/sdp'], SDP);
  if (method === 'SETUP') return reply(cseq, '200 OK', ['Session: 77;timeout=60', 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1']);
  return reply(cseq, '200 OK', ['Public: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER']);
}

interface Opened {
  readonly session: Promise<RtspSession>;
  readonly packets: string[];
  readonly closed: CameraFailure[];
}

function open(url: string, more: Partial<CameraSource> = {}, answerMs = 2000, login = new KnownLogin()): Opened {
  const packets: string[] = [];
  const closed: CameraFailure[] = [];
  const opening = openSession(
    { url, transport: 'auto', audio: false, ...more },
    {
      described: () => undefined,
      rtp: (track, bytes, start, end) => packets.push(`${track} ${bytes.toString('latin1', start, end)}`),
      rtcp: () => undefined,
      closed: (failure) => closed.push(failure),
    },
    { timers: systemTimers, random: systemRandom, readBuffer: Buffer.alloc(65_536), userAgent: 'Understudy test', login, connectMs: 1000, answerMs },
  );
  opening.opened.catch(() => undefined);
  onTestFinished(() => opening.close());
  return { session: opening.opened, packets, closed };
}

const methods = (asked: readonly Asked[]): string[] => asked.map((a) => a.method);
const withLogin = { username: 'user', password: 'secret' };

it('asks in order, and says good-bye', async () => {
  const { url, asked } = await camera();
  const session = await open(url).session;
  expect(asked.every((a) => a.text.includes('User-Agent: Understudy test'))).toBe(true);
  expect(asked.map((a) => `${a.method} ${a.uri.replace(/:\d+/, '')}`)).toEqual([
    'OPTIONS rtsp://127.0.0.1/live', 'DESCRIBE rtsp://127.0.0.1/live', 'SETUP rtsp://127.0.0.1/live/trackID=1', 'PLAY rtsp://127.0.0.1/live',
  ]);
  session.close();
  await expect.poll(() => methods(asked).at(-1)).toBe('TEARDOWN');
  expect(asked.at(-1)?.text).toContain('Session: 77');
});

it('bears missing CSeq, LF line ends, packets before the answer to PLAY and within its header', async () => {
  const { url } = await camera((asked, socket, usual) => {
    if (asked.method === 'PLAY') {
      socket.write(Buffer.from('$\x00\x00\x02hi'));
      socket.write(Buffer.from(`RTSP/1.0 200 OK\r\n$\x00\x00\x02yoCSeq: ${asked.cseq}\r\n\r\n$\x00\x00\x03end$\x07\x00\x01x`));
      return '';
    }
    return usual.replace(/CSeq.*\r\n/, '').replaceAll('\r\n', '\n').replace(/Content-Length: \d+/, `Content-Length: ${SDP.replaceAll('\r\n', '\n').length}`);
  });
  const { session, packets } = open(url);
  await session;
  await expect.poll(() => packets).toEqual(['video hi', 'video yo', 'video end']);
});

it('answers a request of the camera', async () => {
  const heard: string[] = [];
  const { url, sockets } = await camera();
  await open(url).session;
  sockets[0]?.on('data', (bytes) => heard.push(bytes.toString('latin1')));
  sockets[0]?.write('OPTIONS * RTSP/1.0\r\nCSeq: 900\r\n\r\nWHATEVER * RTSP/1.0\r\nCSeq: 901\r\n\r\n');
  await expect.poll(() => heard.join('')).toContain('501 Not Implemented\r\nCSeq: 901');
  expect(heard.join('')).toContain('200 OK\r\nCSeq: 900');
});

it('sends credentials only when asked, once, and gives up when they are refused', async () => {
  const { url, asked } = await camera((a) => (a.method === 'OPTIONS' ? null : reply(a.cseq, '401 Unauthorized', ['WWW-Authenticate: Digest realm="r", nonce="n1"'])));
  const failure = await open(url, withLogin).session.catch((error: CameraFailure) => error);
  expect(failure).toMatchObject({ code: 'camera.unauthorized', retry: 'unauthorized' });
  expect(methods(asked)).toEqual(['OPTIONS', 'DESCRIBE', 'DESCRIBE']);
  expect(asked.map((a) => a.text.includes('Authorization'))).toEqual([false, false, true]);
  expect(JSON.stringify(failure)).not.toContain('secret');
});

/** Offers what it is told, and accepts one algorithm only. */
const digestCamera = (offered: readonly string[], right: (authorization: string) => boolean) => camera((a) => {
  const given = /Authorization: (.*)/.exec(a.text)?.[1];
  return a.method === 'OPTIONS' || (given !== undefined && right(given)) ? null : reply(a.cseq, '401 Unauthorized', offered.map((one) => `WWW-Authenticate: ${one}`));
});
const answers = (asked: readonly Asked[]): string[] => asked.flatMap((a) => /Authorization: (Basic)|algorithm=([\w-]+)/.exec(a.text)?.slice(1).filter((found) => found !== undefined) ?? []);
const bothDigests = ['Basic realm="r"', 'Digest realm="r", nonce="n", algorithm=MD5', 'Digest realm="r", nonce="n", algorithm=SHA-256'];

it('answers by MD5 where SHA-256 is refused and both are offered, and remembers it', async () => {
  const { url, asked } = await digestCamera(bothDigests, (given) => given.includes('algorithm=MD5'));
  const login = new KnownLogin();
  await open(url, withLogin, 2000, login).session;
  expect(answers(asked)).toEqual(['SHA-256', 'MD5', 'MD5', 'MD5']);
  asked.length = 0;
  await open(url, withLogin, 2000, login).session;
  expect(answers(asked)).toEqual(['MD5', 'MD5', 'MD5']);
});

it('sends a wrong password once more by the weaker digest, never by Basic', async () => {
  const both = await digestCamera(bothDigests, (given) => given.startsWith('Basic'));
  await expect(open(both.url, withLogin).session).rejects.toMatchObject({ code: 'camera.unauthorized', retry: 'unauthorized' });
  expect(answers(both.asked)).toEqual(['SHA-256', 'MD5']);
  const one = await digestCamera(bothDigests.toSpliced(1, 1), (given) => given.startsWith('Basic'));
  await expect(open(one.url, withLogin).session).rejects.toMatchObject({ code: 'camera.unauthorized', retry: 'unauthorized' });
  expect(answers(one.asked)).toEqual(['SHA-256']);
});

it('takes no answer of a camera that is busy for its acceptance of SHA-256', async () => {
  let sessions = 0;
  const { url, asked } = await camera((a) => {
    const given = /Authorization: (.*)/.exec(a.text)?.[1];
    if (a.method === 'OPTIONS' || given?.includes('algorithm=MD5')) return null;
    return given !== undefined && ++sessions === 1 ? reply(a.cseq, '453 Not Enough Bandwidth') : reply(a.cseq, '401 Unauthorized', bothDigests.map((one) => `WWW-Authenticate: ${one}`));
  });
  const login = new KnownLogin();
  await expect(open(url, withLogin, 2000, login).session).rejects.toMatchObject({ code: 'camera.refused' });
  await open(url, withLogin, 2000, login).session;
  expect(answers(asked)).toEqual(['SHA-256', 'SHA-256', 'MD5', 'MD5', 'MD5']);
});

it('tries MD5 on a camera that accepted SHA-256 before its firmware changed', async () => {
  let right = 'SHA-256';
  const { url, asked } = await digestCamera(bothDigests, (given) => given.includes(`algorithm=${right}`));
  const login = new KnownLogin();
  await open(url, withLogin, 2000, login).session;
  expect(answers(asked)).toEqual(['SHA-256', 'SHA-256', 'SHA-256']);
  right = 'MD5';
  asked.length = 0;
  await open(url, withLogin, 2000, login).session;
  await open(url, withLogin, 2000, login).session;
  expect(answers(asked)).toEqual(['SHA-256', 'MD5', 'MD5', 'MD5', 'MD5', 'MD5', 'MD5']);
});

it.each([true, false])('sends one answer a dial, by turns, where both digests were refused (accepted before: %s)', async (before) => {
  let password = before;
  const { url, asked } = await digestCamera(bothDigests, () => password);
  const login = new KnownLogin();
  if (before) await open(url, withLogin, 2000, login).session;
  password = false;
  asked.length = 0;
  for (let dial = 0; dial < 4; dial += 1) await expect(open(url, withLogin, 2000, login).session).rejects.toMatchObject({ code: 'camera.unauthorized', retry: 'unauthorized' });
  expect(answers(asked)).toEqual(['SHA-256', 'MD5', 'SHA-256', 'MD5', 'SHA-256']);
  password = true;
  asked.length = 0;
  await open(url, withLogin, 2000, login).session;
  expect([answers(asked), login.refused]).toEqual([['MD5', 'MD5', 'MD5'], null]);
});

it('takes SHA-256 where nothing else is left', async () => {
  const login = new KnownLogin();
  login.accepted = 'MD5';
  const stronger = await digestCamera(bothDigests.slice(2), (given) => given.includes('SHA-256'));
  await open(stronger.url, withLogin, 2000, login).session;
  expect(login.accepted).toBe('SHA-256');
});

it('takes a stale nonce for no refusal, also in the middle of a session', async () => {
  let nonce = 1;
  const { url, asked } = await camera((a) => {
    const used = /nonce="n(\d)"/.exec(a.text)?.[1];
    if (a.method === 'SETUP' && nonce === 1) nonce = 2;
    if (a.method === 'PLAY' && nonce === 2) nonce = 3;
    if (used === String(nonce)) return null;
    // The second time without saying stale, as some cameras do.
    return reply(a.cseq, '401 Unauthorized', [`WWW-Authenticate: Digest realm="r", nonce="n${nonce}"${nonce === 2 ? ', stale=true' : ''}`]);
  });
  await open(url, withLogin).session;
  expect(methods(asked)).toEqual(['OPTIONS', 'OPTIONS', 'DESCRIBE', 'SETUP', 'SETUP', 'PLAY', 'PLAY']);
});

it('follows a redirect to the same host with credentials, to another without', async () => {
  const target = await camera((a) => (a.text.includes('Authorization') ? null : reply(a.cseq, '401 Unauthorized', ['WWW-Authenticate: Basic realm="r"'])));
  const moved = (to: string) => camera((a) => (a.method === 'DESCRIBE' ? reply(a.cseq, '302 Moved', [`Location: ${to}`]) : null));
  const same = await moved(target.url);
  await open(same.url, withLogin).session;
  expect(target.asked.some((a) => a.text.includes('Authorization: Basic'))).toBe(true);
  target.asked.length = 0;
  const other = await moved(target.url.replace('127.0.0.1', 'localhost'));
  await expect(open(other.url, withLogin).session).rejects.toMatchObject({ code: 'camera.unauthorized' });
  expect(target.asked.some((a) => a.text.includes('Authorization'))).toBe(false);
  const loop = await camera((a): string | null => (a.method === 'DESCRIBE' ? reply(a.cseq, '301 Moved', [`Location: ${loop.url}`]) : null));
  await expect(open(loop.url).session).rejects.toMatchObject({ code: 'camera.protocol' });
});

it('goes over to UDP when the camera refuses interleaving, and only then', async () => {
  const refusing = await camera((a) => (a.method === 'SETUP' ? (a.text.includes('TCP') ? reply(a.cseq, '461 Unsupported Transport') : reply(a.cseq, '200 OK', ['Session: 5', 'Transport: RTP/AVP;unicast;client_port=1-2;server_port=7-8'])) : null));
  expect((await open(refusing.url).session).transport).toBe('udp');
  expect(refusing.asked.filter((a) => a.method === 'SETUP')[1]?.text).toMatch(/client_port=(\d*[02468])-\d+/);
  await expect(open(refusing.url, { transport: 'tcp' }).session).rejects.toMatchObject({ code: 'camera.protocol' });
});

it.each(['400 Bad Request', '406 Not Acceptable', '501 Not Implemented', '551 Option not supported'])('goes over to UDP when the camera says %s to interleaving', async (status) => {
  const { url } = await camera((a) => (a.method === 'SETUP' ? (a.text.includes('TCP') ? reply(a.cseq, status) : reply(a.cseq, '200 OK', ['Session: 5', 'Transport: RTP/AVP;unicast;server_port=7-8'])) : null));
  expect((await open(url).session).transport).toBe('udp');
  await expect(open(url, { transport: 'tcp' }).session).rejects.toMatchObject({ code: 'camera.protocol', message: expect.stringContaining(status.slice(0, 3)) });
});

it.each(['', ';source=192.0.2.7', ';source=camera.local', ';source="127.0.0.1"', ';source=0.0.0.0'])('takes packets of the camera over UDP, whatever source it tells: %j', async (source) => {
  const sender = createSocket('udp4');
  onTestFinished(() => void sender.close());
  await new Promise<void>((resolve) => sender.bind(0, '127.0.0.1', resolve));
  const { url, asked } = await camera((a) => (a.method === 'SETUP' ? reply(a.cseq, '200 OK', ['Session: 5', `Transport: RTP/AVP;unicast;server_port=${sender.address().port}${source}`]) : null));
  const { session, packets } = open(url, { transport: 'udp' });
  await session;
  sender.send(Buffer.from('800000010000000000000001aa', 'hex'), Number(/client_port=(\d+)/.exec(asked.find((a) => a.method === 'SETUP')?.text ?? '')?.[1]), '127.0.0.1');
  await expect.poll(() => packets).toHaveLength(1);
});

it.each([
  ['453 Not Enough Bandwidth', 'camera.refused', 'busy'],
  ['503 Service Unavailable', 'camera.refused', 'busy'],
  ['404 Not Found', 'camera.not-found', 'other'],
  ['403 Forbidden', 'camera.unauthorized', 'other'],
  ['500 Oops', 'camera.refused', 'other'],
  ['400 Bad', 'camera.protocol', 'other'],
])('understands %s', async (status, code, retry) => {
  const { url } = await camera((a) => (a.method === 'DESCRIBE' ? reply(a.cseq, status) : null));
  await expect(open(url).session).rejects.toMatchObject({ code, retry });
});

it('names a codec that cannot be recorded', async () => {
  const { url } = await camera((a) => (a.method === 'DESCRIBE' ? reply(a.cseq, '200 OK', [], 'm=video 0 RTP/AVP 26\r\n') : null));
  await expect(open(url).session).rejects.toMatchObject({ code: 'camera.codec', message: expect.stringContaining('JPEG') });
});

it('gives up on silence, on nonsense and on a connection that ends', async () => {
  const silent = await camera((a) => (a.method === 'DESCRIBE' ? '' : null));
  await expect(open(silent.url, {}, 200).session).rejects.toMatchObject({ code: 'camera.unreachable' });
  const noise = await camera((a) => (a.method === 'DESCRIBE' ? Buffer.alloc(2 << 20, 0x80) : null));
  await expect(open(noise.url).session).rejects.toMatchObject({ code: 'camera.protocol' });
  const ending = await camera((a, socket) => {
    if (a.method !== 'DESCRIBE') return null;
    socket.end();
    return '';
  });
  await expect(open(ending.url).session).rejects.toMatchObject({ code: 'camera.lost' });
  await expect(open('rtsp://127.0.0.1:9/').session).rejects.toMatchObject({ code: 'camera.unreachable', retry: 'busy' });
});

it('tells once that a playing session ended', async () => {
  const { url, sockets } = await camera();
  const { session, closed } = open(url);
  await session;
  sockets[0]?.destroy();
  await expect.poll(() => closed.map((f) => f.code)).toEqual(['camera.lost']);
});

it('tries PLAY without Range when the camera refuses it', async () => {
  const { url, asked } = await camera((a) => (a.method === 'PLAY' && a.text.includes('Range') ? reply(a.cseq, '457 Invalid Range') : null));
  await open(url).session;
  expect(methods(asked).filter((m) => m === 'PLAY')).toHaveLength(2);
});

it.each(['tcp', 'udp'] as const)('ends its own session when reading a packet fails over %s', async (transport) => {
  const sender = createSocket('udp4');
  onTestFinished(() => void sender.close());
  await new Promise<void>((resolve) => sender.bind(0, '127.0.0.1', resolve));
  const { url, asked, sockets } = await camera((a) =>
    a.method === 'SETUP' && transport === 'udp' ? reply(a.cseq, '200 OK', ['Session: 5', `Transport: RTP/AVP;unicast;server_port=${sender.address().port}`]) : null,
  );
  const closed: CameraFailure[] = [];
  const opening = openSession(
    { url, transport, audio: false },
    {
      described: () => undefined,
      rtp: () => {
        throw new RangeError('a defect');
      },
      rtcp: () => undefined,
      closed: (failure) => closed.push(failure),
    },
    { timers: systemTimers, random: systemRandom, readBuffer: Buffer.alloc(65_536), userAgent: 'test', connectMs: 1000, answerMs: 2000 },
  );
  onTestFinished(() => opening.close());
  await opening.opened;
  const packet = Buffer.from('800000010000000000000001aa', 'hex');
  if (transport === 'tcp') sockets[0]?.write(Buffer.concat([Buffer.from([0x24, 0, 0, packet.length]), packet]));
  else sender.send(packet, Number(/client_port=(\d+)/.exec(asked.find((a) => a.method === 'SETUP')?.text ?? '')?.[1]), '127.0.0.1');
  await expect.poll(() => closed.map((f) => f.message)).toEqual([expect.stringContaining('a defect')]);
});

/** `timeout=1`: signs of life every second. */
const shortLived = (asked: Asked): string | null => (asked.method === 'SETUP' ? reply(asked.cseq, '200 OK', ['Session: 77;timeout=1', 'Transport: RTP/AVP/TCP;unicast;interleaved=0-1']) : null);

it.each(['454 Session Not Found', '501 Not Implemented'])('asks OPTIONS where GET_PARAMETER is answered with %s', async (status) => {
  const { url, asked } = await camera((a) => (a.method === 'GET_PARAMETER' ? reply(a.cseq, status) : shortLived(a)));
  const { session, closed } = open(url);
  await session;
  await expect.poll(() => methods(asked).slice(4), { timeout: 10_000 }).toEqual(['GET_PARAMETER', 'OPTIONS']);
  expect(closed).toEqual([]);
});

it('ends a session that the camera does not know any more', async () => {
  const { url } = await camera((a) => (a.method === 'GET_PARAMETER' || (a.method === 'OPTIONS' && a.text.includes('Session')) ? reply(a.cseq, '454 Session Not Found') : shortLived(a)));
  const { session, closed } = open(url);
  await session;
  await expect.poll(() => closed.map((f) => f.message), { timeout: 10_000 }).toEqual([expect.stringContaining('does not know our session')]);
});

it.each([true, false])('bears unanswered signs of life while packets come (%s)', async (packetsCome) => {
  const { url, asked, sockets } = await camera((a) => (a.method === 'GET_PARAMETER' || (a.method === 'OPTIONS' && a.text.includes('Session')) ? '' : shortLived(a)));
  const { session, closed } = open(url, {}, 300);
  await session;
  const timer = setInterval(() => packetsCome && sockets[0]?.write(Buffer.from('$\x00\x00\x02hi')), 50);
  onTestFinished(() => clearInterval(timer));
  if (packetsCome) {
    await expect.poll(() => methods(asked).filter((m) => m === 'OPTIONS').length, { timeout: 10_000 }).toBeGreaterThanOrEqual(3);
    expect(closed).toEqual([]);
  } else await expect.poll(() => closed.map((f) => f.code), { timeout: 10_000 }).toEqual(['camera.unreachable']);
});

const sdpWith = (control: string, session = ''): string => `v=0\r\n${session}m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n${control}`;

it.each([
  ['a=control:trackID=1\r\n', 'a=control:*\r\n', [], '/live?user=1', '/live?user=1/trackID=1', '/live?user=1'],
  ['a=control:trackID=1\r\n', '', ['Content-Base: rtsp://$/base/'], '/live', '/base/trackID=1', '/base/'],
  ['a=control:trackID=1\r\n', '', ['content-base:'], '/live', '/live/trackID=1', '/live'],
  ['a=control:trackID=1\r\n', 'a=control:rtsp://$/all?x=2\r\n', ['Content-Base: /base/'], '/live', '/base/trackID=1', '/all?x=2'],
  ['a=control:rtsp://$/live/video?profile=1\r\n', '', [], '/live', '/live/video?profile=1', '/live'],
  ['a=control:/live/track1\r\n', '', [], '/live', '/live/track1', '/live'],
  ['', '', [], '/live', '/live', '/live'],
] as const)('finds the tracks of %j, whole %j, %j', async (control, session, headers, asks, setup, play) => {
  const { url, asked } = await camera((a) => {
    const host = new URL(a.uri.replace('rtsp', 'http')).host;
    return a.method === 'DESCRIBE' ? reply(a.cseq, '200 OK', headers.map((line) => line.replace('$', host)), sdpWith(control, session).replaceAll('$', host)) : null;
  });
  await open(url.replace('/live', asks)).session;
  const paths = asked.map((a) => `${a.method} ${a.uri.replace(/^rtsp:\/\/[^/]+/, '')}`);
  expect(paths.slice(2)).toEqual([`SETUP ${setup}`, `PLAY ${play}`]);
});

it('looks for a track below the stream when it is not below the host', async () => {
  const { url, asked } = await camera((a) => {
    if (a.method === 'DESCRIBE') return reply(a.cseq, '200 OK', [], sdpWith('a=control:/trackID=1\r\n'));
    return a.method === 'SETUP' && !a.uri.includes('/live/') ? reply(a.cseq, '404 Not Found') : null;
  });
  await open(url).session;
  expect(asked.filter((a) => a.method === 'SETUP').map((a) => a.uri.replace(/^rtsp:\/\/[^/]+/, ''))).toEqual(['/trackID=1', '/live/trackID=1']);
});

it('takes folded and oddly written headers, session ids with parameters, and channels of the camera\'s choice', async () => {
  const { url, asked } = await camera((a) => {
    if (a.method !== 'SETUP') return null;
    return `RTSP/1.0 200 OK\r\ncseq:${a.cseq}\r\nsession:   ABC-123_x.+$ ; timeout = 30\r\nTRANSPORT: RTP/AVP/TCP;unicast;\r\n\tinterleaved=8;ssrc=1234\r\n\r\n`;
  });
  const { session, packets } = open(url);
  expect((await session).keepAliveMs).toBe(12_000);
  expect(asked.at(-1)?.text).toContain('Session: ABC-123_x.+$\r\n');
  expect(packets).toEqual([]);
});

it('goes over to UDP when the camera grants that instead of TCP, or says so when it may not', async () => {
  const { url, asked } = await camera((a) => (a.method === 'SETUP' ? reply(a.cseq, '200 OK', ['Session: 5', 'Transport: RTP/AVP;unicast;client_port=1-2;server_port=7-8']) : null));
  expect((await open(url).session).transport).toBe('udp');
  expect(asked.filter((a) => a.method === 'SETUP')).toHaveLength(2);
  await expect(open(url, { transport: 'tcp' }).session).rejects.toMatchObject({ code: 'camera.protocol', message: expect.stringContaining('transport') });
});

it('gives up a camera that asks and asks, and does not read the answers', async () => {
  const { url, sockets } = await camera();
  const { session, closed } = open(url);
  await session;
  const [socket] = sockets;
  socket?.pause();
  const many = Buffer.from('OPTIONS * RTSP/1.0\r\nCSeq: 900\r\n\r\n'.repeat(20_000));
  const ask = (): void => {
    if (closed.length === 0) socket?.write(many, () => setImmediate(ask));
  };
  ask();
  await expect.poll(() => closed.map((f) => f.message), { timeout: 15_000 }).toEqual([expect.stringContaining('does not read')]);
});

it('answers what a camera asks and announces, bodies included, and goes on', async () => {
  const heard: string[] = [];
  const { url, sockets } = await camera();
  const { session, packets, closed } = open(url);
  await session;
  sockets[0]?.on('data', (bytes) => heard.push(bytes.toString('latin1')));
  sockets[0]?.write('ANNOUNCE rtsp://x/live RTSP/1.0\r\nCSeq: 5\r\nContent-Type: application/sdp\r\nContent-Length: 4\r\n\r\n$v=0SET_PARAMETER * RTSP/1.0\r\nCSeq: 6\r\n\r\n');
  sockets[0]?.write(Buffer.from('$\x00\x00\x02hi'));
  await expect.poll(() => heard.join('')).toContain('200 OK\r\nCSeq: 6');
  await expect.poll(() => packets).toEqual(['video hi']);
  expect(closed).toEqual([]);
});

it('says which log-in the camera wants when it knows none of them, and does not try', async () => {
  const { url, asked } = await camera((a) => (a.method === 'DESCRIBE' ? reply(a.cseq, '401 Unauthorized', ['WWW-Authenticate: Digest realm="r", nonce="n", qop="auth-conf"', 'WWW-Authenticate: NTLM']) : null));
  await expect(open(url, withLogin).session).rejects.toMatchObject({ code: 'camera.unauthorized', message: expect.stringMatching(/Digest, NTLM.*not known/) });
  expect(methods(asked)).toEqual(['OPTIONS', 'DESCRIBE']);
});

it.each([
  ['v=0\r\nm=audio 0 RTP/AVP 0\r\n', /no video/],
  ['v=0\r\nm=video 0 RTP/AVP 96 97\r\na=rtpmap:96 MP4V-ES/90000\r\na=rtpmap:97 AV1/90000\r\n', /MP4V-ES, AV1/],
  ['', /no video/],
])('says what the camera offers where that is no recordable video: %j', async (sdp, said) => {
  const { url } = await camera((a) => (a.method === 'DESCRIBE' ? reply(a.cseq, '200 OK', [], sdp) : null));
  await expect(open(url).session).rejects.toMatchObject({ code: 'camera.codec', message: expect.stringMatching(said) });
});

it.each([['SETUP', '453 Not Enough Bandwidth', 'busy'], ['SETUP', '454 Session Not Found', 'other'], ['PLAY', '503 Service Unavailable', 'busy'], ['PLAY', '455 Method Not Valid in This State', 'other']])(
  'tries again after %s was answered with %s', async (method, status, retry) => {
    const { url } = await camera((a) => (a.method === method ? reply(a.cseq, status) : null));
    await expect(open(url).session).rejects.toMatchObject({ code: retry === 'busy' ? 'camera.refused' : 'camera.protocol', retry, message: expect.stringContaining(status) });
  },
);

it('tells where packets come from that it does not take', async () => {
  const sender = createSocket('udp4');
  onTestFinished(() => void sender.close());
  await new Promise<void>((resolve) => sender.bind(0, '127.0.0.2', resolve));
  const { url, asked } = await camera((a) => (a.method === 'SETUP' ? reply(a.cseq, '200 OK', ['Session: 5', 'Transport: RTP/AVP;unicast;server_port=7-8']) : null));
  const { session, packets } = open(url, { transport: 'udp' });
  const opened = await session;
  const stranger = (): string | null => opened.stranger();
  expect(stranger()).toBeNull();
  sender.send(Buffer.from('800000010000000000000001aa', 'hex'), Number(/client_port=(\d+)/.exec(asked.find((a) => a.method === 'SETUP')?.text ?? '')?.[1]), '127.0.0.1');
  await expect.poll(stranger).toBe('127.0.0.2');
  expect([packets, stallReason('packets', stranger()).text]).toEqual([[], expect.stringContaining('Packets come from 127.0.0.2')]);
});

it.each(['0', '0-0', '70000-70001'])('bears a camera that sends by UDP and tells %s for its port', async (told) => {
  const sender = createSocket('udp4');
  onTestFinished(() => void sender.close());
  await new Promise<void>((resolve) => sender.bind(0, '127.0.0.1', resolve));
  const { url, asked } = await camera((a) => (a.method === 'SETUP' ? reply(a.cseq, '200 OK', ['Session: 5', `Transport: RTP/AVP;unicast;server_port=${told}`]) : null));
  const { session, packets } = open(url, { transport: 'udp' });
  (await session).sendRtcp('video', Buffer.from('80c9000100000000', 'hex'));
  sender.send(Buffer.from('800000010000000000000001aa', 'hex'), Number(/client_port=(\d+)/.exec(asked.find((a) => a.method === 'SETUP')?.text ?? '')?.[1]), '127.0.0.1');
  await expect.poll(() => packets).toHaveLength(1);
});

it.each([
  ['tcp', 'RTP/AVP;multicast;destination=239.1.1.1;port=5000-5001;ttl=1', /461 Granted UDP/],
  ['udp', 'RTP/AVP;multicast;destination=239.1.1.1;port=5000-5001;ttl=1', /461 Granted multicast/],
  ['udp', 'RTP/AVP/TCP;unicast;interleaved=0-1', /461 Granted TCP/],
] as const)('says so when it asked for %s and was granted %s', async (transport, granted, said) => {
  const { url } = await camera((a) => (a.method === 'SETUP' ? reply(a.cseq, '200 OK', ['Session: 5', `Transport: ${granted}`]) : null));
  await expect(open(url, { transport }).session).rejects.toMatchObject({ code: 'camera.protocol', message: expect.stringMatching(said) });
});

it('keeps picture and sound apart where the camera names the same channels for both', async () => {
  const sdp = `${SDP}m=audio 0 RTP/AVP 0\r\na=control:trackID=2\r\n`;
  const { url, sockets } = await camera((a) => (a.method === 'DESCRIBE' ? reply(a.cseq, '200 OK', [], sdp) : null));
  const { session, packets } = open(url, { audio: true });
  await session;
  sockets[0]?.write(Buffer.from('$\x00\x00\x02hi$\x02\x00\x02la'));
  await expect.poll(() => packets).toEqual(['video hi', 'audio la']);
});

it('asks for the very bytes of a path, whoever wrote it', async () => {
  const { url, asked } = await camera((a) => (a.method === 'DESCRIBE' ? Buffer.from(reply(a.cseq, '200 OK', [], '').replace('\r\n\r\n', `\r\nContent-Length: ${SDP.length}\r\n\r\n${SDP.replace('trackID', 'zür門')}`)) : null));
  await open(`${url}/küche/門`).session;
  const bytes = asked.map(({ uri }) => Buffer.from(uri, 'latin1').toString('utf8').replace(/^.*:\d+/, ''));
  expect(bytes).toEqual(['/live/küche/門', '/live/küche/門', '/live/küche/門/zür門=1', '/live/küche/門']);
});

it('sends no byte of a description that is none of an address', async () => {
  const { url, asked } = await camera((a) => (a.method === 'DESCRIBE' ? reply(a.cseq, '200 OK', [], `${SDP.trimEnd()}\0\0`) : null));
  await open(url).session;
  expect(asked[2]?.uri.endsWith('/live/trackID=1')).toBe(true);
});

it('asks for the profile with feedback where nothing else is granted', async () => {
  const { url, asked } = await camera((a) => {
    if (a.method === 'DESCRIBE') return reply(a.cseq, '200 OK', [], SDP.replace('RTP/AVP', 'RTP/AVPF'));
    return a.method === 'SETUP' && !a.text.includes('RTP/AVPF/TCP') ? reply(a.cseq, '461 Unsupported Transport') : null;
  });
  expect((await open(url).session).transport).toBe('tcp');
  expect(methods(asked)).toEqual(['OPTIONS', 'DESCRIBE', 'SETUP', 'SETUP', 'PLAY']);
});

it.each([withLogin, {}])('goes on where OPTIONS is refused without a challenge', async (login) => {
  const { url } = await camera((a) => {
    if (a.method === 'OPTIONS') return reply(a.cseq, '401 Unauthorized');
    return 'username' in login && !a.text.includes('Authorization') ? reply(a.cseq, '401 Unauthorized', ['WWW-Authenticate: Basic realm="r"']) : null;
  });
  await open(url, login).session;
});

it.each([
  ['a web server', 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n', 'It begins with "HTTP/1.1 400 Bad Request Connection: cl".'],
  ['bytes without sense', Buffer.from([0x15, 3, 1, 0, 2, 2, 70]), 'does not speak RTSP.'],
])('%s at the address is named as what it is, not as a camera that was lost', async (_, words, told) => {
  const { url } = await camera((_asked, socket) => {
    socket.end(words);
    return '';
  });
  await expect(open(url).session).rejects.toMatchObject({ code: 'camera.protocol', message: expect.stringContaining(told) });
});
