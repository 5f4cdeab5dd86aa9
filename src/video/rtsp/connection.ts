/** One TCP connection to a camera: requests with time-outs, interleaved packets, the camera's own requests. */
import { connect, type Socket } from 'node:net';
import type { Cancel, Timers } from '../../platform/clock.ts';
import { CameraFailure } from './failure.ts';
import { Framer } from './framer.ts';
import { formatRequest, formatResponse, header, type RtspMessage, type RtspRequest, type RtspResponse } from './message.ts';

export interface ConnectionEvents {
  /** Packet on an interleaved channel, valid only during the call. */
  packet(channel: number, bytes: Buffer, start: number, end: number): void;
  isKnownChannel(channel: number): boolean;
  /** The camera asked us to go elsewhere (RFC 2326 §10.10). */
  redirected(): void;
  /** Called once; `null` when we closed it ourselves. */
  closed(failure: CameraFailure | null): void;
}

export interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  /** Who we are, so that a camera's own log tells who holds its sessions. */
  readonly userAgent: string;
  readonly timers: Timers;
  readonly connectMs: number;
  readonly answerMs: number;
  readonly events: ConnectionEvents;
  /** Bytes arrive here; shared by all connections of a thread, because libuv reads and calls back in one go. */
  readonly readBuffer: Buffer;
}

/** So much of an answer that is no RTSP is told; enough to see what answers. */
const foreignShown = 40;
/** What we say is short: a camera that leaves so much of it unread is none that can be talked to. */
const MOST_UNREAD_BYTES = 1 << 20;

interface Waiting {
  readonly cseq: number;
  readonly cancel: Cancel;
  resolve(response: RtspResponse): void;
  reject(failure: CameraFailure): void;
}

export class RtspConnection {
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  readonly #framer: Framer;
  #cseq = 0;
  #waiting: Waiting | null = null;
  #closed = false;
  #failure: CameraFailure | null = null;
  /** How its words begin as long as none of them was RTSP; null once one was. */
  #foreign: string | null = '';
  #cancelConnect: Cancel = () => undefined;
  #connected: { resolve(): void; reject(failure: CameraFailure): void } | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#framer = new Framer({
      packet: (channel, bytes, start, end) => options.events.packet(channel, bytes, start, end),
      isKnownChannel: (channel) => options.events.isKnownChannel(channel),
      message: (message) => this.#message(message),
    });
    this.#socket = connect({
      host: options.host,
      port: options.port,
      noDelay: true,
      onread: {
        buffer: options.readBuffer,
        callback: (length, bytes) => {
          this.#read(bytes as Buffer, length);
          return true;
        },
      },
    });
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#fail(socketFailure(error, options)));
    this.#socket.on('end', () => this.#fail(new CameraFailure('camera.lost', 'The camera closed the connection.')));
    this.#socket.on('close', () => this.#fail(new CameraFailure('camera.lost', 'The connection to the camera was closed.')));
  }

  /** Resolves when the TCP connection stands. */
  connected(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) {
        reject(this.#failure);
        return;
      }
      const { host, port, connectMs, timers } = this.#options;
      this.#connected = { resolve, reject };
      this.#cancelConnect = timers.after(connectMs, () =>
        this.#fail(new CameraFailure('camera.unreachable', `${host}:${port} did not answer within ${connectMs / 1000} s.`)),
      );
      this.#socket.once('connect', () => {
        this.#cancelConnect();
        this.#connected = null;
        resolve();
      });
    });
  }

  get localAddress(): string | undefined {
    return this.#socket.localAddress;
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  /**
   * Sends one request and waits for its answer. One at a time: many cameras cannot do more.
   * `bearable` says whether an answer that never comes may be borne: it is rejected then, and the
   * connection goes on.
   */
  request(method: string, uri: string, headers: readonly (readonly [string, string])[], bearable: () => boolean = () => false): Promise<RtspResponse> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(this.#failure ?? new CameraFailure('camera.lost', 'The connection is closed.'));
        return;
      }
      const cseq = ++this.#cseq;
      const seconds = this.#options.answerMs / 1000;
      const cancel = this.#options.timers.after(this.#options.answerMs, () => {
        const failure = new CameraFailure('camera.unreachable', `The camera did not answer ${method} within ${seconds} s.`);
        if (!bearable()) this.#fail(failure);
        else {
          this.#waiting = null;
          reject(failure);
        }
      });
      this.#waiting = { cseq, cancel, resolve, reject };
      this.#write(Buffer.from(formatRequest(method, uri, [['CSeq', String(cseq)], ['User-Agent', this.#options.userAgent], ...headers]), 'latin1'));
    });
  }

  /** Sends a request whose answer nobody needs (TEARDOWN before closing). */
  send(method: string, uri: string, headers: readonly (readonly [string, string])[]): void {
    if (!this.#closed) this.#write(Buffer.from(formatRequest(method, uri, [['CSeq', String(++this.#cseq)], ...headers]), 'latin1'));
  }

  /** Sends one packet on an interleaved channel. */
  sendPacket(channel: number, packet: Buffer): void {
    if (this.#closed) return;
    const framed = Buffer.allocUnsafe(4 + packet.length);
    framed[0] = 0x24;
    framed[1] = channel;
    framed.writeUInt16BE(packet.length, 2);
    packet.copy(framed, 4);
    this.#write(framed);
  }

  #write(bytes: Buffer): void {
    if (this.#closed) return;
    if (this.#socket.writableLength > MOST_UNREAD_BYTES) this.#fail(new CameraFailure('camera.lost', 'The camera does not read what it is told.'));
    else this.#socket.write(bytes);
  }

  /** Ends the connection without a failure. */
  close(): void {
    this.#end(null);
  }

  #read(bytes: Buffer, length: number): void {
    if (this.#closed) return;
    if (this.#foreign !== null && this.#foreign.length < foreignShown) this.#foreign += bytes.toString('latin1', 0, Math.min(length, foreignShown));
    try {
      this.#framer.push(bytes, 0, length);
    } catch (error) {
      // Whatever a camera sends may end its own session, never the thread with its neighbours.
      const text = error instanceof Error ? error.message : String(error);
      this.#fail(new CameraFailure('camera.protocol', `The camera does not keep to RTSP: ${text}`));
    }
  }

  #message(message: RtspMessage): void {
    this.#foreign = null;
    if (message.kind === 'request') {
      this.#answer(message);
      return;
    }
    const waiting = this.#waiting;
    const cseq = Number.parseInt(header(message, 'cseq') ?? '', 10);
    // A missing CSeq is taken for the one request under way; an older one is a late answer.
    if (waiting === null || message.status < 200 || (Number.isInteger(cseq) && cseq < waiting.cseq)) return;
    this.#waiting = null;
    waiting.cancel();
    waiting.resolve(message);
  }

  #answer(request: RtspRequest): void {
    const known = ['OPTIONS', 'GET_PARAMETER', 'SET_PARAMETER', 'ANNOUNCE', 'REDIRECT', 'TEARDOWN'].includes(request.method);
    const cseq = header(request, 'cseq');
    this.#write(Buffer.from(known ? formatResponse(200, 'OK', cseq) : formatResponse(501, 'Not Implemented', cseq), 'latin1'));
    if (request.method === 'REDIRECT') this.#options.events.redirected();
    if (request.method === 'TEARDOWN') this.#fail(new CameraFailure('camera.lost', 'The camera ended the session.'));
  }

  #fail(cause: CameraFailure): void {
    const failure = this.#foreign === null || this.#foreign === '' ? cause : this.#noRtsp(this.#foreign);
    this.#failure ??= failure;
    this.#end(failure);
  }

  /** It spoke, but never RTSP: a web server, another port of the camera, another device. That says more than how it ended. */
  #noRtsp(words: string): CameraFailure {
    const begin = words.replaceAll(/[^\x20-\x7e]+/g, ' ').trim().slice(0, foreignShown);
    const said = begin === '' ? '' : ` It begins with "${begin}".`;
    return new CameraFailure('camera.protocol', `What answers at ${this.#options.host}:${this.#options.port} does not speak RTSP.${said}`, 'other', 'Check the port in the address; RTSP mostly has 554.');
  }

  #end(failure: CameraFailure | null): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelConnect();
    const reason = failure ?? new CameraFailure('camera.lost', 'The connection was closed by us.');
    this.#connected?.reject(reason);
    this.#waiting?.cancel();
    this.#waiting?.reject(reason);
    this.#waiting = null;
    // Ours: let TEARDOWN leave before the socket goes. A failure: away at once.
    if (failure === null) this.#socket.destroySoon();
    else this.#socket.destroy();
    this.#options.events.closed(failure);
  }
}

function socketFailure(error: NodeJS.ErrnoException, at: { readonly host: string; readonly port: number }): CameraFailure {
  const where = `${at.host}:${at.port}`;
  switch (error.code) {
    case 'ECONNREFUSED':
      return new CameraFailure('camera.unreachable', `${where} refuses the connection.`, 'busy', 'Check the address and that the camera runs.');
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new CameraFailure('camera.unreachable', `The name ${at.host} cannot be resolved.`, 'other', 'Check the address.');
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return new CameraFailure('camera.unreachable', `There is no way to ${where} (${error.code}).`);
    default:
      return new CameraFailure('camera.lost', `The connection to ${where} broke (${error.code ?? error.message}).`);
  }
}
