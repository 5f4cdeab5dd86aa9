import type { Camera } from './camera.ts';
import { reachable } from './faults.ts';
import { TcpOutlet, UdpOutlet, type Outlet } from './outlet.ts';
import { VIDEO_TICKS_PER_SECOND } from './pictures.ts';
import { chooseTransport, type RtspReply, type RtspRequest, type Transport } from './rtsp.ts';
import { describe } from './sdp.ts';
import type { Session, TrackName } from './session.ts';
import { Track } from './track.ts';
import type { UdpPair } from './udp.ts';
import type { Socket } from 'node:net';

/** The connection a request came by. */
export interface Client {
  readonly socket: Socket;
  readonly address: string;
  readonly udp: UdpPair;
  /** The address the client dialled. */
  readonly localAddress: string;
  /** Sessions opened by this connection, and whose they are. */
  readonly sessions: Map<Session, Camera>;
}

/** No answer at all, or the connection reset. */
export type Treatment = RtspReply | 'silence' | 'reset';

const tracks: readonly TrackName[] = ['video', 'audio'];

/** Answers one request to one camera, its faults included. `track`: from the URL, for SETUP. */
export function answer(camera: Camera, request: RtspRequest, track: number | null, client: Client): Treatment {
  const { faults } = camera;
  const running = [...client.sessions.values()].includes(camera);
  if (!reachable(faults, client.address, request.headers.get('user-agent') ?? ''))
    return faults.clients.how === 'mute' ? 'silence' : 'reset';
  if (faults.mute) return 'silence';
  if (faults.refuse === 'tcp' && !running) return 'reset';
  if (faults.refuse === '503' && !running) return { status: 503 };
  if (request.method === 'OPTIONS') return { status: 200, headers: [['Public', publicMethods(camera)]] };
  const refused = refuseLogin(camera, request);
  if (refused) return refused;
  if (faults.redirect !== null && !running) return { status: 302, headers: [['Location', faults.redirect]] };
  switch (request.method) {
    case 'DESCRIBE':
      return describeCamera(camera, request, client);
    case 'SETUP':
      return setup(camera, request, track ?? 0, client);
    case 'PLAY':
    case 'TEARDOWN':
    case 'GET_PARAMETER':
    case 'SET_PARAMETER':
      return withinSession(camera, request, client);
    default:
      return { status: 405, headers: [['Allow', publicMethods(camera)]] };
  }
}

function publicMethods(camera: Camera): string {
  const keepAlive = camera.options.getParameter ? 'GET_PARAMETER, ' : '';
  return `OPTIONS, DESCRIBE, SETUP, PLAY, ${keepAlive}SET_PARAMETER, TEARDOWN`;
}

function refuseLogin(camera: Camera, request: RtspRequest): RtspReply | null {
  const now = camera.surroundings.nowMs();
  const rules = camera.authRules;
  const header = request.headers.get('authorization');
  const verdict = camera.doorkeeper.judge(rules, request.method, header, now);
  if (verdict === 'in') return null;
  if (header !== undefined && verdict === 'unknown') camera.counters.refusedLogins++;
  const lines = camera.doorkeeper.challenges(rules, now, verdict === 'stale');
  return { status: 401, headers: lines.map((line) => ['WWW-Authenticate', line] as const) };
}

function describeCamera(camera: Camera, request: RtspRequest, client: Client): RtspReply {
  const body = describe(camera.number, client.localAddress, camera.upcoming.clip, camera.sound, camera.options.sdpParameterSets);
  return {
    status: 200,
    headers: [['Content-Base', `${request.url.replace(/\/$/, '')}/`], ['Content-Type', 'application/sdp']],
    body,
  };
}

function setup(camera: Camera, request: RtspRequest, trackNumber: number, client: Client): RtspReply {
  const name = tracks[trackNumber];
  if (!name || (name === 'audio' && !camera.sound)) return { status: 404 };
  const transport = chooseTransport(request.headers.get('transport') ?? '', camera.options.transport, trackNumber);
  if (!transport) return { status: 461 };
  const wanted = sessionId(request);
  let session = wanted === null ? null : camera.sessions.get(wanted);
  if (session === undefined) return { status: 454 };
  if (session === null) {
    if (camera.full()) {
      camera.counters.refusedSessions++;
      return { status: 453 };
    }
    const kill = (): void => void client.socket.resetAndDestroy();
    session = camera.open({ address: client.address, userAgent: request.headers.get('user-agent') ?? '', kill });
    client.sessions.set(session, camera);
  }
  const clockRate = name === 'video' ? VIDEO_TICKS_PER_SECOND : camera.sound!.clockRate;
  const media = { clockRate, ppm: camera.options.rtpPpm };
  const made = new Track(media, transport, outletFor(transport, client), camera.surroundings);
  session.tracks.set(name, made);
  return {
    status: 200,
    headers: [sessionHeader(camera, session), ['Transport', describeTransport(made, client)]],
  };
}

function outletFor(transport: Transport, client: Client): Outlet {
  if (transport.kind === 'tcp') return new TcpOutlet(client.socket, transport.rtcp);
  return new UdpOutlet(client.udp, {
    address: client.address,
    rtpPort: transport.rtp,
    rtcpPort: transport.rtcp,
  });
}

function describeTransport(track: Track, client: Client): string {
  const { kind, rtp, rtcp } = track.transport;
  const ssrc = `ssrc=${track.ssrc.toString(16).padStart(8, '0').toUpperCase()};mode="PLAY"`;
  if (kind === 'tcp') return `RTP/AVP/TCP;unicast;interleaved=${rtp}-${rtcp};${ssrc}`;
  const { rtpPort } = client.udp;
  return `RTP/AVP;unicast;client_port=${rtp}-${rtcp};server_port=${rtpPort}-${rtpPort + 1};${ssrc}`;
}

function withinSession(camera: Camera, request: RtspRequest, client: Client): RtspReply {
  const id = sessionId(request);
  if (request.method === 'GET_PARAMETER' && !camera.options.getParameter)
    return { status: 405, headers: [['Allow', publicMethods(camera)]] };
  // Without a session both are a mere "are you there" (RFC 2326 10.8).
  if (id === null && request.method.endsWith('_PARAMETER')) return { status: 200 };
  const session = id === null ? undefined : camera.sessions.get(id);
  if (!session) return { status: 454 };
  session.lastSignMs = camera.surroundings.nowMs();
  if (request.method === 'TEARDOWN') {
    camera.close(session, false);
    client.sessions.delete(session);
    return { status: 200, headers: [sessionHeader(camera, session)] };
  }
  if (request.method !== 'PLAY') return { status: 200, headers: [sessionHeader(camera, session)] };
  camera.play(session);
  const info = [...session.tracks].map(([name, track]) => {
    const ticks = name === 'video' ? camera.videoTicks(session.firstFrame!) : session.firstSound * camera.sound!.samples;
    const base = request.url.replace(/\/$/, '');
    return `url=${base}/trackID=${tracks.indexOf(name)};seq=${track.nextSequence};rtptime=${track.rtpTime(ticks)}`;
  });
  return {
    status: 200,
    headers: [sessionHeader(camera, session), ['Range', 'npt=now-'], ['RTP-Info', info.join(',')]],
  };
}

function sessionId(request: RtspRequest): string | null {
  return request.headers.get('session')?.split(';')[0]?.trim() ?? null;
}

function sessionHeader(camera: Camera, session: Session): readonly [string, string] {
  return ['Session', `${session.id};timeout=${camera.options.timeoutS}`];
}
