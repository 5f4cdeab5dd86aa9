/** SETUP of the tracks (RFC 2326 §10.4, §12.39): interleaved TCP, or pairs of UDP ports. */
import { isIP, isIPv6 } from 'node:net';
import type { Timers } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { Dialogue } from './dialogue.ts';
import { CameraFailure } from './failure.ts';
import { header, type RtspResponse } from './message.ts';
import type { StreamDescription } from './sdp.ts';
import { openUdpPair, type UdpPair, type UdpRemote } from './udp.ts';
import { resolveControl } from './url.ts';

export type TrackKind = 'video' | 'audio';

/** Packets of a track; `bytes[start, end)` is valid only during the call. */
export interface TrackEvents {
  rtp(track: TrackKind, bytes: Buffer, start: number, end: number): void;
  rtcp(track: TrackKind, bytes: Buffer, start: number, end: number): void;
}

export interface SetupOptions {
  readonly dialogue: Dialogue;
  readonly description: StreamDescription;
  readonly base: string;
  readonly timers: Timers;
  readonly random: Random;
  readonly transport: 'auto' | 'tcp' | 'udp';
  readonly remoteAddress: string;
  readonly events: TrackEvents;
  sendOnChannel(channel: number, packet: Buffer): void;
  /** Reading a packet failed: the session must end. Over TCP the connection sees to that itself. */
  failed(error: unknown): void;
  /** The tracks, before any SETUP: packets may come before the answer to PLAY. */
  created(tracks: Tracks): void;
}

export interface SetupResult {
  readonly tracks: Tracks;
  readonly sessionId: string;
  readonly timeoutSeconds: number;
  /** The camera's answer where it did not grant its sound. */
  readonly soundRefused: string | null;
}

/** Where the packets of the tracks come in. */
export class Tracks {
  transport: 'tcp' | 'udp' = 'tcp';
  /** Packets that came, of any track. */
  received = 0;
  readonly #events: TrackEvents;
  readonly #sendOnChannel: (channel: number, packet: Buffer) => void;
  /** Track of each interleaved channel; RTCP on `rtcpChannels`. */
  readonly #rtpChannels = new Map<number, TrackKind>();
  readonly #rtcpChannels = new Map<number, TrackKind>();
  readonly #pairs = new Map<TrackKind, UdpPair>();
  #videoChannel = -1;

  constructor(options: Pick<SetupOptions, 'events' | 'sendOnChannel'>) {
    this.#events = options.events;
    this.#sendOnChannel = options.sendOnChannel;
  }

  packet(channel: number, bytes: Buffer, start: number, end: number): void {
    this.received += 1;
    if (channel === this.#videoChannel) {
      this.#events.rtp('video', bytes, start, end);
      return;
    }
    const rtp = this.#rtpChannels.get(channel);
    if (rtp !== undefined) {
      this.#events.rtp(rtp, bytes, start, end);
      return;
    }
    const rtcp = this.#rtcpChannels.get(channel);
    if (rtcp !== undefined) this.#events.rtcp(rtcp, bytes, start, end);
  }

  isKnownChannel(channel: number): boolean {
    return this.#rtpChannels.has(channel) || this.#rtcpChannels.has(channel);
  }

  addChannels(track: TrackKind, rtp: number, rtcp: number): void {
    this.#rtpChannels.set(rtp, track);
    this.#rtcpChannels.set(rtcp, track);
    if (track === 'video') this.#videoChannel = rtp;
  }

  addPair(track: TrackKind, pair: UdpPair): void {
    this.transport = 'udp';
    // Asked for once more: the ports of before are of no use.
    this.#pairs.get(track)?.close();
    this.#pairs.set(track, pair);
  }

  reordered(): number {
    let sum = 0;
    for (const pair of this.#pairs.values()) sum += pair.reordered;
    return sum;
  }

  get stranger(): string | null {
    return this.#pairs.get('video')?.stranger ?? null;
  }

  sendRtcp(track: TrackKind, packet: Buffer): void {
    const pair = this.#pairs.get(track);
    if (pair) pair.sendRtcp(packet);
    for (const [channel, of] of this.#rtcpChannels) if (of === track) this.#sendOnChannel(channel, packet);
  }

  close(): void {
    for (const pair of this.#pairs.values()) pair.close();
    this.#pairs.clear();
  }
}

/** 461 by the rules; some firmware says that it does not understand, allow or implement what it cannot interleave. */
function refusesTransport(status: number, first: boolean): boolean {
  return status === 461 || (first && [400, 405, 406, 412, 451, 501, 551].includes(status));
}

/** Sets up video, and audio if the description still has one. */
export async function setupTracks(options: SetupOptions): Promise<SetupResult> {
  const tracks = new Tracks(options);
  options.created(tracks);
  const { video, audio } = options.description;
  let transport: 'tcp' | 'udp' = options.transport === 'udp' ? 'udp' : 'tcp';
  let session: { id: string; timeoutSeconds: number } | null = null;
  let channel = 0;
  let soundRefused: string | null = null;
  for (const [kind, media] of [['video', video], ['audio', audio]] as const) {
    if (media === null) continue;
    let url = resolveControl(options.base, media.control);
    let profile: TrackSetup['profile'] = 'AVP';
    const ask = (): Promise<RtspResponse> => setupOne(options, tracks, { kind, url, payloadType: media.payloadType, profile, transport, channel, sessionId: session?.id ?? null });
    let response = await ask();
    if (response.status === 461 && media.feedback === true) {
      // Hardly any camera minds which of the two profiles is asked for; those that do mean what they described.
      profile = 'AVPF';
      response = await ask();
    }
    if (refusesTransport(response.status, session === null) && transport === 'tcp' && options.transport === 'auto') {
      transport = 'udp';
      response = await ask();
    }
    if (response.status === 404 && media.control?.startsWith('/')) {
      // `/trackID=1`: by the rules it is below the host, for some cameras it is below the stream.
      url = options.base.replace(/\/$/, '') + media.control;
      response = await ask();
    }
    if (response.status >= 300) {
      // A camera that cannot give its sound must not cost its picture.
      if (kind === 'audio') {
        soundRefused = `${response.status} ${response.reason}`;
        continue;
      }
      throw setupRefused(response);
    }
    session ??= readSession(response);
    channel += 2;
  }
  if (session === null) throw new CameraFailure('camera.protocol', 'The camera gave no session id.');
  return { tracks, sessionId: session.id, timeoutSeconds: session.timeoutSeconds, soundRefused };
}

interface TrackSetup {
  readonly kind: TrackKind;
  readonly url: string;
  readonly payloadType: number;
  readonly profile: 'AVP' | 'AVPF';
  readonly transport: 'tcp' | 'udp';
  readonly channel: number;
  readonly sessionId: string | null;
}

async function setupOne(options: SetupOptions, tracks: Tracks, track: TrackSetup): Promise<RtspResponse> {
  const session: readonly (readonly [string, string])[] = track.sessionId === null ? [] : [['Session', track.sessionId]];
  const { kind, channel } = track;
  if (track.transport === 'tcp') {
    const wish = `RTP/${track.profile}/TCP;unicast;interleaved=${channel}-${channel + 1}`;
    const response = await options.dialogue.ask('SETUP', track.url, [['Transport', wish], ...session]);
    if (response.status < 300) {
      const granted = header(response, 'transport') ?? '';
      // Asked for TCP, some grant UDP without a word: the same as a refusal.
      if (!/TCP|interleaved/i.test(granted) && /port\s*=|multicast/i.test(granted)) return { ...response, status: 461, reason: 'Granted UDP instead' };
      const given = /interleaved\s*=\s*(\d+)(?:\s*-\s*(\d+))?/i.exec(granted);
      // Channels that another track has are no answer: some always name the first ones, and use what was asked for.
      // One that no packet can name is none either.
      const mine = given !== null && Number(given[1]) < 255 && !tracks.isKnownChannel(Number(given[1]));
      const rtp = mine ? Number(given[1]) : channel;
      tracks.addChannels(kind, rtp, mine && given[2] !== undefined ? Number(given[2]) : rtp + 1);
    }
    return response;
  }
  const pair = await openUdpPair({
    family: isIPv6(options.remoteAddress) && !options.remoteAddress.startsWith('::ffff:') ? 6 : 4,
    timers: options.timers,
    payloadType: track.payloadType,
    events: {
      rtp: (bytes, start, end) => {
        tracks.received += 1;
        guarded(options, () => options.events.rtp(kind, bytes, start, end));
      },
      rtcp: (bytes, start, end) => guarded(options, () => options.events.rtcp(kind, bytes, start, end)),
    },
  });
  tracks.addPair(kind, pair);
  const wish = `RTP/${track.profile};unicast;client_port=${pair.rtpPort}-${pair.rtpPort + 1}`;
  const response = await options.dialogue.ask('SETUP', track.url, [['Transport', wish], ...session]);
  if (response.status >= 300) return response;
  const granted = header(response, 'transport') ?? '';
  if (/interleaved|multicast/i.test(granted)) return { ...response, status: 461, reason: `Granted ${/interleaved/i.test(granted) ? 'TCP' : 'multicast'} instead` };
  pair.aim(readRemote(granted, options.remoteAddress));
  return response;
}

/** Whatever a camera sends may end its own session, never the thread with its neighbours. */
function guarded(options: SetupOptions, read: () => void): void {
  try {
    read();
  } catch (error) {
    options.failed(error);
  }
}

function readRemote(transport: string, host: string): UdpRemote {
  const ports = /server_port\s*=\s*(\d+)(?:\s*-\s*(\d+))?/i.exec(transport);
  const source = /source\s*=\s*"?\[?([^;,\s"\]]+)/i.exec(transport)?.[1] ?? '';
  // Cameras behind several addresses may send from another one. A name, or an unspecified address, says
  // nothing; one that is wrong (behind an address translation) must not keep out what comes from the camera.
  const told = isIP(source) !== 0 && source !== '0.0.0.0' && source !== '::' && source !== host;
  const rtpPort = port(ports?.[1]);
  return { addresses: told ? [source, host] : [host], rtpPort, rtcpPort: port(ports?.[2] ?? (rtpPort === null ? 0 : rtpPort + 1)) };
}

/** Null where nothing can be sent to: some cameras tell port 0, and send all the same. */
function port(told: string | number | undefined): number | null {
  const number = Number(told);
  return number > 0 && number <= 0xffff ? number : null;
}

function readSession(response: RtspResponse): { id: string; timeoutSeconds: number } | null {
  const value = header(response, 'session');
  if (value === null) return null;
  const timeout = /timeout\s*=\s*(\d+)/i.exec(value);
  return { id: (value.split(';')[0] ?? '').trim(), timeoutSeconds: timeout ? Number(timeout[1]) : 60 };
}

function setupRefused(response: RtspResponse): CameraFailure {
  const said = `The camera answered ${response.status} ${response.reason} to SETUP.`;
  if (response.status === 453 || response.status === 503)
    return new CameraFailure('camera.refused', `${said} Probably all its sessions are in use.`, 'busy');
  if (response.status === 461)
    return new CameraFailure('camera.protocol', `${said} It does not offer this transport.`, 'other', 'Set the transport to auto.');
  return new CameraFailure('camera.protocol', said);
}
