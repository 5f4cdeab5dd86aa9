/** One RTSP session (RFC 2326): from the dial to PLAY, kept alive until it is closed. */
import type { Cancel, Timers } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { CameraSource } from '../contract.ts';
import { KnownLogin } from './auth.ts';
import { RtspConnection } from './connection.ts';
import { Dialogue, Redirected, refusal } from './dialogue.ts';
import { asCameraFailure, CameraFailure } from './failure.ts';
import { header, type RtspResponse } from './message.ts';
import { parseSdp, type StreamDescription } from './sdp.ts';
import { setupTracks, type TrackEvents, type TrackKind, type Tracks } from './setup.ts';
import { asSent, baseUrl, parseRtspUrl, resolveControl } from './url.ts';

export interface SessionEvents extends TrackEvents {
  /** The stream's description, before any packet. */
  described(description: StreamDescription): void;
  /** The session ended by itself after it had begun to play; called at most once. */
  closed(failure: CameraFailure): void;
}

export interface SessionPorts {
  readonly timers: Timers;
  readonly random: Random;
  /** Shared by all sessions of the thread. */
  readonly readBuffer: Buffer;
  /** `User-Agent` of every request. */
  readonly userAgent: string;
  /** What earlier sessions of this camera learnt about its log-in. */
  readonly login?: KnownLogin;
  /** Time-outs in milliseconds. */
  readonly connectMs: number;
  readonly answerMs: number;
}

export interface RtspSession {
  readonly description: StreamDescription;
  readonly transport: 'tcp' | 'udp';
  /** The camera wants a sign of life at least this often; requests are sent by the session itself. */
  readonly keepAliveMs: number;
  /** Packets that UDP delivered out of order. */
  reordered(): number;
  /** Address that packets of the picture came from, and were not taken; null: none did. */
  stranger(): string | null;
  /** Sends an RTCP packet for a track. */
  sendRtcp(track: TrackKind, packet: Buffer): void;
  /** Ends it politely (TEARDOWN). No event follows. */
  close(): void;
}

const MAX_REDIRECTS = 3;

/** A session that is being opened; `close` also ends one that is not open yet. */
export interface OpeningSession {
  readonly opened: Promise<RtspSession>;
  close(): void;
}

/** Rejects with a `CameraFailure`. */
export function openSession(source: CameraSource, events: SessionEvents, ports: SessionPorts): OpeningSession {
  const state: { attempt: Attempt | null; closed: boolean } = { attempt: null, closed: false };
  const open = async (): Promise<RtspSession> => {
    let at: CameraSource = { ...source, url: asSent(source.url) };
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      const attempt = new Attempt(at, events, ports);
      state.attempt = attempt;
      try {
        return await attempt.play();
      } catch (error) {
        attempt.close();
        if (state.closed) throw new CameraFailure('camera.lost', 'The session was closed by us.');
        if (!(error instanceof Redirected)) throw asCameraFailure(error);
        at = follow(at, error.location);
      }
    }
    throw new CameraFailure('camera.protocol', `The camera redirects more than ${MAX_REDIRECTS} times.`);
  };
  return {
    opened: open(),
    close() {
      state.closed = true;
      state.attempt?.close();
    },
  };
}

/** Credentials belong to one host: they are never carried to another. */
function follow(from: CameraSource, location: string): CameraSource {
  const to = parseRtspUrl(location);
  if (to === null) throw new CameraFailure('camera.protocol', 'The camera redirects to something that is no RTSP address.');
  if (to.host.toLowerCase() === parseRtspUrl(from.url)?.host.toLowerCase()) return { ...from, url: to.url };
  return { url: to.url, transport: from.transport, audio: from.audio };
}

class Attempt {
  readonly #source: CameraSource;
  readonly #events: SessionEvents;
  readonly #ports: SessionPorts;
  #connection: RtspConnection | null = null;
  #dialogue: Dialogue | null = null;
  #tracks: Tracks | null = null;
  #session: { readonly id: string; readonly url: string } | null = null;
  #cancelKeepAlive: Cancel = () => undefined;
  #playing = false;
  #over = false;

  constructor(source: CameraSource, events: SessionEvents, ports: SessionPorts) {
    this.#source = source;
    this.#events = events;
    this.#ports = ports;
  }

  async play(): Promise<RtspSession> {
    const address = parseRtspUrl(this.#source.url);
    if (address === null) throw new CameraFailure('camera.not-found', 'The address is not of the form rtsp://host[:port]/path.', 'other', 'Correct the address of this camera.');
    const { timers, readBuffer, userAgent, connectMs, answerMs, random, login = new KnownLogin() } = this.#ports;
    const connection = new RtspConnection({
      ...address, timers, readBuffer, userAgent, connectMs, answerMs,
      events: {
        packet: (channel, bytes, start, end) => this.#tracks?.packet(channel, bytes, start, end),
        isKnownChannel: (channel) => this.#tracks?.isKnownChannel(channel) ?? false,
        redirected: () => this.#lost(new CameraFailure('camera.lost', 'The camera asked to be dialled anew.')),
        closed: (failure) => failure !== null && this.#lost(failure),
      },
    });
    this.#connection = connection;
    await connection.connected();
    const dialogue = new Dialogue(connection, this.#source, () => Buffer.from(random.bytes(8)).toString('hex'), login);
    this.#dialogue = dialogue;

    const options = await dialogue.ask('OPTIONS', address.url);
    const described = await dialogue.demand('DESCRIBE', address.url, [['Accept', 'application/sdp']]);
    const offered = readDescription(described, this.#source.audio);
    const base = baseUrl(address.url, header(described, 'content-base'), header(described, 'content-location'));
    const aggregate = resolveControl(base, offered.control);
    const setup = await setupTracks({
      dialogue, description: offered, base, timers, random,
      transport: this.#source.transport,
      remoteAddress: connection.remoteAddress ?? address.host,
      events: this.#events,
      sendOnChannel: (channel, packet) => connection.sendPacket(channel, packet),
      failed: (error) => this.#lost(asCameraFailure(error)),
      created: (tracks) => { this.#tracks = tracks; },
    });
    this.#session = { id: setup.sessionId, url: aggregate };
    // A track without sound in a file would be waited for by players.
    const description = setup.soundRefused === null ? offered : { ...offered, audio: null, soundRefused: setup.soundRefused };
    this.#events.described(description);
    await this.#start(dialogue, aggregate, setup.sessionId);
    if (this.#over) throw new CameraFailure('camera.lost', 'The connection to the camera was closed.');
    this.#playing = true;
    const keepAliveMs = Math.min(30, Math.max(1, setup.timeoutSeconds * 0.4)) * 1000;
    this.#keepAlive(keepAliveMs, supports(options, 'GET_PARAMETER'));
    return this.#opened(description, setup.tracks, keepAliveMs);
  }

  /** Some live cameras refuse any Range (457), others want one. */
  async #start(dialogue: Dialogue, url: string, sessionId: string): Promise<void> {
    const answer = await dialogue.ask('PLAY', url, [['Session', sessionId], ['Range', 'npt=0.000-']]);
    if (answer.status === 457) await dialogue.demand('PLAY', url, [['Session', sessionId]]);
    else if (answer.status >= 300) throw refusal('PLAY', answer);
  }

  close(): void {
    if (this.#session !== null) this.#dialogue?.send('TEARDOWN', this.#session.url, [['Session', this.#session.id]]);
    this.#end();
    this.#connection?.close();
  }

  #opened(description: StreamDescription, tracks: Tracks, keepAliveMs: number): RtspSession {
    return {
      description,
      transport: tracks.transport,
      keepAliveMs,
      reordered: () => tracks.reordered(),
      stranger: () => tracks.stranger,
      sendRtcp: (track, packet) => tracks.sendRtcp(track, packet),
      close: () => this.close(),
    };
  }

  #lost(failure: CameraFailure): void {
    const tell = this.#playing && !this.#over;
    this.#end();
    this.#connection?.close();
    if (tell) this.#events.closed(failure);
  }

  #end(): void {
    this.#over = true;
    this.#session = null;
    this.#cancelKeepAlive();
    this.#tracks?.close();
  }

  /**
   * Asks well within the camera's time-out. Cameras that refuse one request get the other; those that
   * answer neither are borne while their packets come. Silence to both ends the session.
   */
  #keepAlive(everyMs: number, getParameter: boolean): void {
    let method = getParameter ? 'GET_PARAMETER' : 'OPTIONS';
    let asking = false;
    const beat = async (): Promise<void> => {
      const session = this.#session;
      if (asking || session === null || this.#dialogue === null) return;
      asking = true;
      const before = this.#tracks?.received;
      const packetsCome = (): boolean => this.#tracks?.received !== before;
      try {
        const answer = await this.#dialogue.ask(method, session.url, [['Session', session.id]], packetsCome);
        // Some do not know GET_PARAMETER and say that it is the session.
        if (answer.status === 454 && method === 'OPTIONS') throw new CameraFailure('camera.lost', 'The camera does not know our session any more.');
        if (answer.status >= 400) method = 'OPTIONS';
      } catch (error) {
        const failure = error instanceof Redirected ? new CameraFailure('camera.lost', 'The camera asked to be dialled anew.') : asCameraFailure(error);
        if (failure.code === 'camera.unreachable' && packetsCome()) method = 'OPTIONS';
        else this.#lost(failure);
      }
      asking = false;
    };
    this.#cancelKeepAlive = this.#ports.timers.every(everyMs, () => void beat());
  }
}

function readDescription(response: RtspResponse, wantAudio: boolean): StreamDescription {
  const description = parseSdp(response.body.toString('latin1'));
  if (description.video === null) {
    const offered = description.offered.length > 0 ? `only ${description.offered.join(', ').slice(0, 100)}` : 'no video';
    throw new CameraFailure('camera.codec', `The camera offers ${offered}; H.264 or H.265 is needed.`, 'other', 'Choose another stream or codec on the camera.');
  }
  return wantAudio ? description : { ...description, audio: null, offeredAudio: [] };
}

function supports(response: RtspResponse, method: string): boolean {
  return (response.headers.get('public') ?? []).join(',').toUpperCase().includes(method);
}
