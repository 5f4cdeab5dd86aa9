/**
 * A camera out of a script: raw RTSP over TCP, pictures made by ffmpeg, answers and packets as odd as
 * the test wants them. Sends its pictures once, at the pace of their times, then keeps silent.
 */
import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import type { TestStream } from '../../store/streams.ts';
import { Packer, type PacketShape, type Picture } from './packets.ts';

export interface Asked {
  readonly method: string;
  readonly uri: string;
  readonly cseq: string;
  readonly text: string;
}

export interface Oddity {
  readonly codec?: 'h264' | 'h265';
  readonly pictures: readonly Picture[];
  readonly shape?: PacketShape;
  /** Where parameter sets are told; `pictures` hold them in band already. */
  readonly sets?: 'in band' | 'sdp' | 'both';
  /** Whose parameter sets are described; the first picture's unless told. */
  readonly described?: Picture;
  /** Further parameters of the format, each behind a semicolon. */
  readonly fmtp?: string;
  /** The description as it goes out, made of the usual one. */
  readonly sdp?: (usual: string) => string;
  /** Interleaved channel of RTP, whatever was asked for. */
  readonly channel?: number;
  /** Further lines of SDP, in front of the video's and behind them. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  /** What it answers instead; null: as usual. */
  readonly answer?: (asked: Asked, usual: string, socket: Socket) => string | null;
  /** Other bytes around the packets of a picture (other tracks, RTCP, nonsense). */
  readonly around?: (index: number) => Buffer;
  /** TCP writes of so many bytes each. */
  readonly cut?: number;
  /** Nothing leaves before so many milliseconds have passed: then all that is due, at once. */
  readonly lateMs?: number;
  /** Pictures sent before PLAY is answered. */
  readonly early?: number;
  /** Makes other packets of those of a picture. */
  readonly mangle?: (packets: readonly Buffer[], index: number) => readonly Buffer[];
}

export interface HostileCamera {
  readonly url: string;
  readonly asked: readonly Asked[];
  readonly done: Promise<void>;
}

export async function hostileCamera(oddity: Oddity): Promise<HostileCamera> {
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  let finished: () => void = () => undefined;
  let played = false;
  const done = new Promise<void>((resolve) => (finished = resolve));
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1').replace(/\$[^]{3}/g, (found) => found);
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        // Receiver reports lie between requests.
        const request = text.slice(0, end).replace(/^[^]*?(?=[A-Z_]{4,20} (?:rtsp:|\*))/, '');
        text = text.slice(end + 4);
        const [method = '', uri = ''] = request.split(' ');
        const one = { method, uri, cseq: /CSeq: (\d+)/.exec(request)?.[1] ?? '', text: request };
        asked.push(one);
        const usual = answerOf(one, oddity);
        const answer = oddity.answer?.(one, usual, socket) ?? usual;
        if (method === 'PLAY' && / 200 /.test(answer.slice(0, 20)) && !played) {
          played = true;
          void play(socket, oddity, answer).then(finished);
        }
        else if (answer !== '') socket.write(answer, 'latin1');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `rtsp://127.0.0.1:${(server.address() as { port: number }).port}/live`, asked, done };
}

async function play(socket: Socket, oddity: Oddity, answer: string): Promise<void> {
  const { shape = {}, codec = 'h264', channel = 0, early = 0, sets = 'in band' } = oddity;
  const pictures = sets === 'sdp' ? withoutSets(oddity.pictures, codec) : oddity.pictures;
  const packer = new Packer(codec, shape);
  const startedMs = performance.now();
  if (early === 0) socket.write(answer, 'latin1');
  // Sent in decoding order, when the last picture to be shown before it is due.
  let dueTicks = 0;
  for (const [index, picture] of pictures.entries()) {
    dueTicks = Math.max(dueTicks, picture.ticks);
    const waitMs = startedMs + Math.max(dueTicks / 90, oddity.lateMs ?? 0) - performance.now();
    if (waitMs > 0) await pause(waitMs);
    if (socket.destroyed) return;
    const usual = packer.picture(picture, index);
    const packets = (oddity.mangle?.(usual, index) ?? usual).map((packet) => interleaved(channel, packet));
    await write(socket, Buffer.concat([...packets, oddity.around?.(index) ?? Buffer.alloc(0)]), oddity.cut);
    if (index + 1 === early) socket.write(answer, 'latin1');
  }
}

async function write(socket: Socket, bytes: Buffer, cut = bytes.length): Promise<void> {
  for (let at = 0; at < bytes.length; at += cut) {
    socket.write(bytes.subarray(at, at + cut));
    if (cut < bytes.length) await new Promise((resolve) => setImmediate(resolve));
  }
}

export function interleaved(channel: number, packet: Buffer): Buffer {
  const head = Buffer.from([0x24, channel, 0, 0]);
  head.writeUInt16BE(packet.length, 2);
  return Buffer.concat([head, packet]);
}

export const reply = (cseq: string, status: string, headers: readonly string[] = [], body = ''): string =>
  [`RTSP/1.0 ${status}`, `CSeq: ${cseq}`, ...headers, ...(body ? [`Content-Length: ${body.length}`] : []), '', body].join('\r\n');

function answerOf({ method, cseq }: Asked, oddity: Oddity): string {
  const channel = oddity.channel ?? 0;
  if (method === 'DESCRIBE') return reply(cseq, '200 OK', ['Content-Type: application/sdp'], (oddity.sdp ?? ((usual) => usual))(sdpOf(oddity)));
  if (method === 'SETUP') return reply(cseq, '200 OK', ['Session: 77;timeout=60', `Transport: RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}`]);
  return reply(cseq, '200 OK', ['Session: 77', 'Public: OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER']);
}

function sdpOf({ codec = 'h264', fmtp: more = '', sets = 'in band', pictures, described = pictures[0], before = [], after = [] }: Oddity): string {
  const base64 = (types: readonly number[]): string =>
    (described?.nals ?? []).filter((nal) => types.includes(typeOf(nal, codec))).map((nal) => nal.toString('base64')).join(',');
  const sprop = codec === 'h264' ? `;sprop-parameter-sets=${base64([7, 8])}` : `;sprop-vps=${base64([32])};sprop-sps=${base64([33])};sprop-pps=${base64([34])}`;
  const fmtp = `a=fmtp:96 packetization-mode=1${more}${sets === 'in band' ? '' : sprop}`;
  return ['v=0', 'o=- 0 0 IN IP4 0.0.0.0', 's=x', 't=0 0', ...before, 'm=video 0 RTP/AVP 96', `a=rtpmap:96 ${codec.toUpperCase()}/90000`, fmtp, 'a=control:trackID=1', ...after, ''].join('\r\n');
}

export const typeOf = (nal: Buffer, codec: 'h264' | 'h265'): number => (codec === 'h264' ? (nal[0] ?? 0) & 31 : ((nal[0] ?? 0) >> 1) & 63);

/** What ffmpeg coded, picture by picture. */
export function picturesOf({ units, memory }: TestStream): Picture[] {
  const video = units.filter((unit) => unit.track === 'video');
  const first = Math.min(...video.map((unit) => unit.rtpTime));
  return video.map((unit) => ({ nals: nalsOf(memory.subarray(unit.start, unit.start + unit.length)), key: unit.key, ticks: unit.rtpTime - first }));
}

/** Without parameter sets in band. */
export const withoutSets = (pictures: readonly Picture[], codec: 'h264' | 'h265'): Picture[] =>
  pictures.map((picture) => ({ ...picture, nals: picture.nals.filter((nal) => !(codec === 'h264' ? [7, 8] : [32, 33, 34]).includes(typeOf(nal, codec))) }));

function nalsOf(unit: Buffer): Buffer[] {
  const nals: Buffer[] = [];
  for (let at = 0; at < unit.length; at += 4 + unit.readUInt32BE(at)) nals.push(unit.subarray(at + 4, at + 4 + unit.readUInt32BE(at)));
  return nals;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
