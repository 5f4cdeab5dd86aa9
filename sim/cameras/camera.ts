import { Doorkeeper, type AuthRules } from './auth.ts';
import { loadClip } from './clips.ts';
import { noFaults, reachable, type CameraFaults, type FaultAction } from './faults.ts';
import { FRAME_MS, FRAMES_PER_SECOND, type CameraOptions } from './options.ts';
import { PacketBuilder } from './packets.ts';
import { Pictures, VIDEO_PAYLOAD_TYPE, VIDEO_TICKS_PER_SECOND } from './pictures.ts';
import { Session, type CameraCounters } from './session.ts';
import { soundOf, type Sound } from './sound.ts';
import { stampNal } from './stamp.ts';
import { random32, type Surroundings } from './surroundings.ts';

const scenes = ['yard', 'gate', 'dock', 'hall'] as const;

/** Finds or makes the shared pictures of a clip. */
export type PictureSource = (clip: string, options: CameraOptions) => Pictures;

/** Pictures shared by all cameras that show the same. */
export function pictureCache(): PictureSource {
  const known = new Map<string, Pictures>();
  return (clip, options) => {
    const { codec, bitrate, padding, distinctLoops, mtu } = options;
    const key = JSON.stringify([clip, codec, bitrate, padding, distinctLoops, mtu]);
    let pictures = known.get(key);
    if (!pictures) known.set(key, (pictures = new Pictures(loadClip(clip, codec), { bitrate, padding, distinctLoops, mtu })));
    return pictures;
  };
}

/** One simulated camera: what it shows, what is wrong with it, who watches it. */
export class Camera {
  readonly number: number;
  readonly options: CameraOptions;
  readonly sound: Sound | null;
  readonly doorkeeper = new Doorkeeper();
  readonly sessions = new Map<string, Session>();
  readonly counters: CameraCounters = {
    sessionsOpened: 0,
    refusedLogins: 0,
    refusedSessions: 0,
    framesSent: 0,
    framesDropped: 0,
    packetsDropped: 0,
    packetsReordered: 0,
  };
  readonly surroundings: Surroundings;
  readonly startedMs: number;
  faults: CameraFaults;
  readonly #encodings: { readonly first: Pictures; readonly second: Pictures };
  #sending: 'first' | 'second' = 'first';
  /** When the places of broken sessions become free. */
  #ghosts: number[] = [];

  constructor(number: number, options: CameraOptions, source: PictureSource, surroundings: Surroundings) {
    this.number = number;
    this.options = options;
    this.surroundings = surroundings;
    this.startedMs = surroundings.nowMs();
    this.faults = noFaults(options.password);
    this.sound = options.audio === 'none' ? null : soundOf(options.audio);
    this.#encodings = { first: source(firstClip(number, options), options), second: source('second', options) };
  }

  /** What is being sent. */
  get pictures(): Pictures {
    return this.#encodings[this.#sending];
  }

  /** The encoding that a new session should be told about. */
  get upcoming(): Pictures {
    return this.#encodings[this.faults.parameterSets];
  }

  get authRules(): AuthRules {
    const { auth, user, qop, nonceMs } = this.options;
    return { schemes: auth, user, password: this.faults.password, realm: 'Simulated camera', qop, nonceMs };
  }

  /** Is there room for another session? */
  full(): boolean {
    const { limit } = this.faults.sessions;
    const now = this.surroundings.nowMs();
    this.#ghosts = this.#ghosts.filter((until) => until > now);
    return limit > 0 && this.sessions.size + this.#ghosts.length >= limit;
  }

  open(client: { readonly address: string; readonly userAgent: string; readonly kill: () => void }): Session {
    const id = random32(this.surroundings).toString(16).padStart(8, '0').toUpperCase();
    const { surroundings, counters, startedMs } = this;
    const session = new Session({ id, ...client, surroundings, counters, startedMs });
    this.sessions.set(id, session);
    this.counters.sessionsOpened++;
    return session;
  }

  /** `broken`: without TEARDOWN; the camera may not have noticed yet. */
  close(session: Session, broken: boolean): void {
    if (!this.sessions.delete(session.id)) return;
    const { ghostMs } = this.faults.sessions;
    if (broken && ghostMs > 0) this.#ghosts.push(this.surroundings.nowMs() + ghostMs);
  }

  /** Starts the streams; the first frame is the next one, or the next key frame. */
  play(session: Session): void {
    let frame = Math.floor(this.surroundings.nowMs() / FRAME_MS) + 1;
    if (this.options.startAt === 'key') while (!this.upcoming.isKey(frame)) frame++;
    session.firstFrame ??= frame;
    if (this.sound) session.firstSound ||= Math.ceil(((frame * FRAME_MS) / 1000) * (this.sound.clockRate / this.sound.samples));
  }

  /** Capture time of a frame on the RTP clock, before the session's random offset. */
  videoTicks(frame: number): number {
    return frame * (VIDEO_TICKS_PER_SECOND / FRAMES_PER_SECOND);
  }

  sendFrame(frame: number): void {
    if (this.#sending !== this.faults.parameterSets && this.upcoming.isKey(frame)) this.#sending = this.faults.parameterSets;
    if (this.sessions.size === 0 || this.faults.stall || this.faults.mute) return;
    const { head, body } = this.pictures.at(frame);
    const builder = new PacketBuilder(VIDEO_PAYLOAD_TYPE);
    builder.add(false, stampNal(this.options.codec, { camera: this.number, frame, timeUs: frame * FRAME_MS * 1000 }));
    const stamp = builder.done();
    const runs = head ? [head, stamp, body] : [stamp, body];
    const now = this.surroundings.nowMs();
    for (const session of this.sessions.values()) {
      if (session.firstFrame === null || frame < session.firstFrame) continue;
      session.report(this.faults, now);
      session.send('video', runs, this.videoTicks(frame), this.faults);
    }
  }

  sendSound(m: number): void {
    if (!this.sound || this.sessions.size === 0 || this.faults.stall || this.faults.mute) return;
    const runs = [this.sound.packet(m)];
    for (const session of this.sessions.values())
      if (session.firstFrame !== null && m >= session.firstSound) session.send('audio', runs, m * this.sound.samples, this.faults);
  }

  /** Ends sessions whose client is silent for longer than the session time-out. */
  expire(): void {
    const oldest = this.surroundings.nowMs() - this.options.timeoutS * 1000;
    for (const session of this.sessions.values())
      if (session.lastSignMs < oldest) {
        this.close(session, false);
        session.kill();
      }
  }

  change(change: Partial<CameraFaults>): void {
    this.faults = { ...this.faults, ...change };
    for (const session of this.sessions.values())
      if (!reachable(this.faults, session.address, session.userAgent)) this.#end(session);
  }

  act(action: FaultAction): void {
    if (action === 'heal') this.change(noFaults(this.options.password));
    for (const session of this.sessions.values()) {
      if (action === 'cut') this.#end(session);
      if (action === 'rtp-jump') for (const track of session.tracks.values()) track.jump(this.surroundings);
    }
  }

  #end(session: Session): void {
    this.close(session, true);
    session.kill();
  }
}

function firstClip(number: number, options: CameraOptions): string {
  if (options.gopSeconds === 5) return 'long-gop';
  if (options.codec === 'h265') return 'yard';
  return options.scene ?? scenes[(number - 1) % scenes.length]!;
}
