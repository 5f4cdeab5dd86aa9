import { connect, type Socket } from 'node:net';
import { stampsOfAnnexB } from '../../sim/cameras/count.ts';
import { nalRole } from '../../sim/cameras/nal.ts';
import type { Stamp } from '../../sim/cameras/stamp.ts';

/** A bare RTSP client over TCP, for tests of the simulated cameras only: no retries, no log-in of its own. */

export interface Reply {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface Packet {
  readonly sequence: number;
  readonly time: number;
  readonly ssrc: number;
  readonly marker: boolean;
  readonly payload: Buffer;
}

/** One access unit put together again. */
export interface Unit {
  readonly stamp: Stamp | undefined;
  readonly nals: readonly Buffer[];
  /** Slices only, as hex. */
  readonly slices: string;
}

export class TestClient {
  readonly packets: Packet[] = [];
  /** What came on the RTCP channel of the video. */
  readonly reports: Buffer[] = [];
  /** Resolves with the error code, or 'end'. */
  readonly ended: Promise<string>;
  readonly socket: Socket;
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  #pending = Buffer.alloc(0);
  #replies: ((reply: Reply) => void)[] = [];
  #sequence = 0;
  #session = '';

  constructor(url: string, options: { readonly localAddress?: string; readonly headers?: Readonly<Record<string, string>> } = {}) {
    this.#url = url;
    this.#headers = options.headers ?? {};
    const { hostname, port } = new URL(url);
    this.socket = connect({ host: hostname, port: Number(port), localAddress: options.localAddress });
    this.ended = new Promise((resolve) => {
      this.socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
      this.socket.on('close', () => resolve('end'));
    });
    this.socket.on('data', (bytes) => this.#read(bytes));
  }

  /** Rejects if no reply comes within `waitMs`, or the connection ends. */
  request(method: string, headers: Readonly<Record<string, string>> = {}, path = '', waitMs = 2000): Promise<Reply> {
    const all = { ...this.#headers, ...headers, ...(this.#session ? { Session: this.#session } : {}) };
    const lines = [`${method} ${this.#url}${path} RTSP/1.0`, `CSeq: ${++this.#sequence}`, ...Object.entries(all).map(([name, value]) => `${name}: ${value}`)];
    this.socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no reply')), waitMs);
      this.#replies.push((reply) => {
        clearTimeout(timer);
        this.#session = reply.headers.get('session')?.split(';')[0] ?? this.#session;
        resolve(reply);
      });
      void this.ended.then((why) => {
        clearTimeout(timer);
        reject(new Error(why));
      });
    });
  }

  /** DESCRIBE, SETUP of the video, PLAY; throws with the status of the first that is refused. */
  async play(): Promise<void> {
    for (const [method, headers, path] of [
      ['DESCRIBE', {}, ''],
      ['SETUP', { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' }, '/trackID=0'],
      ['PLAY', {}, ''],
    ] as const) {
      const { status } = await this.request(method, headers, path);
      if (status !== 200) throw new Error(`${method} ${status}`);
    }
  }

  /** Whole access units from the packets so far (H.264). */
  units(): Unit[] {
    const units: Unit[] = [];
    let nals: Buffer[] = [];
    for (const { payload, marker } of this.packets) {
      addNals(payload, nals);
      if (!marker) continue;
      const stream = Buffer.concat(nals.flatMap((nal) => [Buffer.from([0, 0, 1]), nal]));
      const slices = nals.filter((nal) => ['slice', 'key slice'].includes(nalRole('h264', nal)));
      units.push({ stamp: stampsOfAnnexB(stream, 'h264')[0], nals, slices: slices.map((nal) => nal.toString('hex')).join() });
      nals = [];
    }
    return units;
  }

  close(): void {
    this.socket.destroy();
  }

  #read(bytes: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, bytes]);
    for (;;) {
      const { length } = this.#pending;
      if (length < 4) return;
      if (this.#pending[0] === 0x24) {
        const end = 4 + this.#pending.readUInt16BE(2);
        if (length < end) return;
        this.#media(this.#pending[1]!, this.#pending.subarray(4, end));
        this.#pending = this.#pending.subarray(end);
        continue;
      }
      const head = this.#pending.indexOf('\r\n\r\n');
      if (head < 0) return;
      const [first = '', ...lines] = this.#pending.toString('latin1', 0, head).split('\r\n');
      const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
      const end = head + 4 + Number(headers.get('content-length') ?? 0);
      if (length < end) return;
      const body = this.#pending.toString('utf8', head + 4, end);
      this.#pending = this.#pending.subarray(end);
      this.#replies.shift()?.({ status: Number(first.split(' ')[1]), headers, body });
    }
  }

  #media(channel: number, data: Buffer): void {
    if (channel !== 0) return void this.reports.push(data);
    this.packets.push({
      sequence: data.readUInt16BE(2),
      time: data.readUInt32BE(4),
      ssrc: data.readUInt32BE(8),
      marker: (data[1]! & 0x80) !== 0,
      payload: data.subarray(12),
    });
  }
}

/** RFC 6184: STAP-A, FU-A and single NAL units. */
function addNals(payload: Buffer, nals: Buffer[]): void {
  const type = payload[0]! & 0x1f;
  if (type === 24) {
    for (let at = 1; at < payload.length; at += 2 + payload.readUInt16BE(at)) nals.push(payload.subarray(at + 2, at + 2 + payload.readUInt16BE(at)));
  } else if (type === 28 && payload[1]! & 0x80) nals.push(Buffer.concat([Buffer.from([(payload[0]! & 0xe0) | (payload[1]! & 0x1f)]), payload.subarray(2)]));
  else if (type === 28) nals.push(Buffer.concat([nals.pop() ?? Buffer.alloc(0), payload.subarray(2)]));
  else nals.push(payload);
}
