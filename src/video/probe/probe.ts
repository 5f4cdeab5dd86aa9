/** Looks at one camera for some seconds: what it sends, a still, and whether it allows a second session. */
import { type Clock, systemClock, systemTimers, type Timers } from '../../platform/clock.ts';
import { type Random, systemRandom } from '../../platform/random.ts';
import type { AudioCodec, CameraReason, CameraSource, VideoCodec } from '../contract.ts';
import { stallReason } from '../engine/reasons.ts';
import { FramePace } from '../engine/silence.ts';
import { Stream } from '../engine/stream.ts';
import { StreamMeter } from '../engine/meter.ts';
import { HostClock } from '../ring/host-clock.ts';
import { Ring } from '../ring/ring.ts';
import { StreamTime } from '../ring/stream-time.ts';
import { KnownLogin } from '../rtsp/auth.ts';
import { asCameraFailure, type CameraFailure } from '../rtsp/failure.ts';
import { ConfigMaker } from '../rtsp/parameter-sets.ts';
import { openSession, type RtspSession, type SessionPorts } from '../rtsp/session.ts';
import { stillOf } from './still.ts';

/** What a camera showed; fields are null when it did not come to that, and `reason` tells why. */
export interface CameraProbe {
  readonly reason: CameraReason | null;
  readonly transport: 'tcp' | 'udp' | null;
  readonly codec: VideoCodec | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly framesPerSecond: number | null;
  /** Highest rate over any second of the look. */
  readonly peakBitsPerSecond: number | null;
  /** Longest distance between key frames; null if no second one came. */
  readonly gopMs: number | null;
  /** What the camera offers, recorded or not. */
  readonly audio: AudioCodec | null;
  /** Camera clock minus host clock, if the camera told its time. */
  readonly clockOffsetMs: number | null;
  /** Fragmented MP4 with the first key frame alone: any browser with the codec shows it. */
  readonly still: Uint8Array | null;
  /** Whether a further client may watch: a hot standby needs it. */
  readonly secondSession: 'allowed' | 'refused' | 'not tried';
}

export interface ProbeOptions {
  /** Longest look; shorter when two groups of pictures and five seconds have passed. */
  readonly seconds?: number;
  readonly clock?: Clock;
  readonly timers?: Timers;
  readonly random?: Random;
}

const RING_BYTES = 24 << 20;
const FIRST_FRAME_MS = 10_000;
const LEAST_MS = 5000;

export async function probeCamera(source: CameraSource, options: ProbeOptions = {}): Promise<CameraProbe> {
  const { clock = systemClock, timers = systemTimers, random = systemRandom, seconds = 12 } = options;
  const look = new Look(clock, { timers, random, readBuffer: Buffer.allocUnsafe(64 * 1024), userAgent: 'Understudy test', login: new KnownLogin(), connectMs: 5000, answerMs: 8000 });
  try {
    await look.open({ ...source, audio: true });
    await look.watch(seconds * 1000);
  } catch (error) {
    look.fail(asCameraFailure(error));
  }
  // The first session is still open: only so the second one is a second one.
  const secondSession: CameraProbe['secondSession'] = look.hasFrames ? await trySecond(source, look.ports) : 'not tried';
  const result = { ...(await look.result()), secondSession };
  look.close();
  return result;
}

/** Plays for a moment; a camera that accepts and then throws out is one that refuses. */
async function trySecond(source: CameraSource, ports: SessionPorts): Promise<'allowed' | 'refused'> {
  let packets = 0;
  let broke = false;
  const opening = openSession(
    { ...source, audio: false },
    { described: () => undefined, rtp: () => (packets += 1), rtcp: () => undefined, closed: () => (broke = true) },
    { ...ports, readBuffer: Buffer.allocUnsafe(64 * 1024) },
  );
  try {
    await opening.opened;
    for (let waited = 0; waited < 3000 && packets === 0 && !broke; waited += 100) await pause(ports.timers, 100);
    return packets > 0 && !broke ? 'allowed' : 'refused';
  } catch (error) {
    asCameraFailure(error);
    return 'refused';
  } finally {
    opening.close();
  }
}

class Look {
  readonly ports: SessionPorts;
  readonly #clock: Clock;
  readonly #host: HostClock;
  readonly #ring = new Ring({ bytes: RING_BYTES, audioBytes: 1 << 20, prerollUs: 60_000_000 });
  readonly #meter = new StreamMeter();
  #stream: Stream | null = null;
  #session: RtspSession | null = null;
  #failure: CameraFailure | null = null;
  #audio: AudioCodec | null = null;
  #closeSession: () => void = () => undefined;

  constructor(clock: Clock, ports: SessionPorts) {
    this.#clock = clock;
    this.#host = new HostClock(clock);
    this.ports = ports;
  }

  get hasFrames(): boolean {
    return (this.#stream?.newestFrameUs ?? null) !== null;
  }

  async open(source: CameraSource): Promise<void> {
    const opening = openSession(
      source,
      {
        described: (description) => {
          this.#audio = description.audio?.codec ?? null;
          const home = { ring: this.#ring, time: new StreamTime(this.#host), configs: new ConfigMaker(), meter: this.#meter, pace: new FramePace(), host: this.#host };
          this.#stream = new Stream(home, description);
        },
        rtp: (track, bytes, start, end) => this.#stream?.rtp(track, bytes, start, end),
        rtcp: (track, bytes, start, end) => this.#stream?.rtcp(track, bytes, start, end),
        closed: (failure) => this.fail(failure),
      },
      this.ports,
    );
    this.#closeSession = () => opening.close();
    this.#session = await opening.opened;
  }

  async watch(longestMs: number): Promise<void> {
    const from = this.#clock.monotonicMs();
    for (;;) {
      await pause(this.ports.timers, 100);
      const passed = this.#clock.monotonicMs() - from;
      this.#meter.tick(this.#clock.monotonicMs());
      const seenEnough = this.hasFrames && this.#meter.gopMs > 0 && passed >= Math.max(LEAST_MS, 2 * this.#meter.gopMs);
      if (this.#failure !== null || seenEnough || passed >= longestMs) return;
      if (!this.hasFrames && passed >= FIRST_FRAME_MS) return;
    }
  }

  fail(failure: CameraFailure): void {
    this.#failure ??= failure;
  }

  async result(): Promise<Omit<CameraProbe, 'secondSession'>> {
    const stream = this.#stream;
    const config = stream?.video.config ?? null;
    const meter = this.#meter;
    const silent = stallReason(stream?.video.lacking ?? 'packets');
    const failure = this.#failure === null ? null : { code: this.#failure.code, text: this.#failure.message };
    return {
      reason: failure ?? (this.hasFrames ? null : silent),
      transport: this.#session?.transport ?? null,
      codec: config?.video.codec ?? null,
      width: config?.video.width ?? null,
      height: config?.video.height ?? null,
      framesPerSecond: this.hasFrames ? meter.framesPerSecond : null,
      peakBitsPerSecond: this.hasFrames ? meter.peakBitsPerSecond : null,
      gopMs: meter.gopMs > 0 ? meter.gopMs : null,
      audio: this.#audio,
      clockOffsetMs: stream?.clock.offsetMs ?? null,
      still: await stillOf(this.#ring),
    };
  }

  close(): void {
    this.#closeSession();
    this.#stream?.end();
  }
}

function pause(timers: Timers, ms: number): Promise<void> {
  return new Promise((resolve) => {
    timers.after(ms, resolve);
  });
}
