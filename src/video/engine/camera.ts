/** One camera's life: dial, receive, judge by the newest frame, dial again; written or only remembered. */
import type { Cancel, Clock, Timers } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { CameraJob, CameraReason, CameraState, CameraStatus, CameraWriter, StreamConfig } from '../contract.ts';
import type { HostClock } from '../ring/host-clock.ts';
import { Ring } from '../ring/ring.ts';
import { StreamTime } from '../ring/stream-time.ts';
import { KnownLogin } from '../rtsp/auth.ts';
import { asCameraFailure, CameraFailure } from '../rtsp/failure.ts';
import { ConfigMaker } from '../rtsp/parameter-sets.ts';
import { type OpeningSession, openSession, type RtspSession } from '../rtsp/session.ts';
import { StreamMeter } from './meter.ts';
import { noteOfClock, noteOfPacking, noteOfSound, reasonOfSize, stallReason, streamOver } from './reasons.ts';
import { FramePace } from './silence.ts';
import { freshRetry, GOOD_RUN_MS, planRetry, type RetryState } from './retry.ts';
import { Stream } from './stream.ts';
import { Writing } from './writing.ts';

export interface CameraPorts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly host: HostClock;
  readonly readBuffer: Buffer;
  readonly userAgent: string;
  makeWriter(job: CameraJob): CameraWriter;
  /** Something happened that others wait for (first frame on disk): tell statuses soon. */
  news(): void;
  log(level: 'info' | 'warn', text: string, job: CameraJob): void;
}

/** Receiver reports: to some cameras they, and not requests, are the sign of life. */
const REPORT_MS = 5000;
/** Key pictures of 4K cameras take 8 MB and more; without them such a camera would tell nothing by which its memory could be sized. */
const MOST_RING_BYTES = 32 << 20;
/** Said so long after the last picture that was too large. */
const TOO_LARGE_MS = 10_000;
const CONNECT_MS = 5000;
const ANSWER_MS = 8000;

export class Camera {
  job: CameraJob;
  readonly #ports: CameraPorts;
  readonly #ring: Ring;
  readonly #time: StreamTime;
  readonly #configs = new ConfigMaker();
  readonly #meter = new StreamMeter();
  readonly #pace = new FramePace();
  #opening: OpeningSession | null = null;
  #session: RtspSession | null = null;
  #stream: Stream | null = null;
  #writing: Writing | null = null;
  /** Runs of writing that are being finished. */
  #ending: Promise<void> = Promise.resolve();
  #state: CameraState = 'connecting';
  #sinceUs: number;
  #reason: CameraReason | null = null;
  /** Cause that was logged since it last streamed. */
  #logged: string | null = null;
  #retry: RetryState = freshRetry;
  #login = new KnownLogin();
  #cancelRetry: Cancel = () => undefined;
  #openedMs = 0;
  #reportedMs = 0;
  #newestFrameUs: number | null = null;
  #connects = 0;
  #lostBefore = 0;
  #reorderedBefore = 0;
  #writtenBefore = 0;
  #attempt = 0;
  readonly #notes: Record<'sound' | 'packing' | 'clock' | 'size', string | null> = { sound: null, packing: null, clock: null, size: null };
  readonly #tooLarge = { seen: 0, untilMs: 0 };
  #closed = false;

  constructor(job: CameraJob, ports: CameraPorts) {
    this.job = job;
    this.#ports = ports;
    this.#ring = new Ring({ bytes: job.ringBytes, audioBytes: audioBytes(job), prerollUs: job.prerollMs * 1000, mostBytes: MOST_RING_BYTES });
    this.#time = new StreamTime(ports.host);
    this.#sinceUs = this.#nowUs();
    this.#applyMode();
  }

  /** Dials. Resolves when the handshake is over, well or not. */
  async open(): Promise<void> {
    const attempt = ++this.#attempt;
    this.#become('connecting', this.#reason);
    this.#connects += 1;
    const { timers, random, readBuffer, userAgent } = this.#ports;
    const opening = openSession(
      this.job.source,
      {
        described: (description) => {
          if (attempt !== this.#attempt) return;
          this.#endStream();
          this.#note('sound', noteOfSound(description));
          this.#note('packing', noteOfPacking(description));
          const { host } = this.#ports;
          this.#stream = new Stream({ ring: this.#ring, time: this.#time, configs: this.#configs, meter: this.#meter, pace: this.#pace, host }, description);
        },
        rtp: (track, bytes, start, end) => {
          if (attempt === this.#attempt) this.#stream?.rtp(track, bytes, start, end);
        },
        rtcp: (track, bytes, start, end) => {
          if (attempt === this.#attempt) this.#stream?.rtcp(track, bytes, start, end);
        },
        closed: (failure) => {
          if (attempt === this.#attempt) this.#failed(failure);
        },
      },
      { timers, random, readBuffer, userAgent, login: this.#login, connectMs: CONNECT_MS, answerMs: ANSWER_MS },
    );
    this.#opening = opening;
    try {
      const session = await opening.opened;
      if (attempt !== this.#attempt) session.close();
      else {
        this.#session = session;
        this.#openedMs = this.#nowMs();
      }
    } catch (error) {
      if (attempt === this.#attempt) this.#failed(asCameraFailure(error));
    }
  }

  /** New settings with the same place in memory. Answers whether the camera must be dialled anew. */
  update(job: CameraJob): boolean {
    const before = this.job;
    this.job = job;
    this.#ring.prerollUs = job.prerollMs * 1000;
    this.#ring.grow(job.ringBytes, audioBytes(job));
    if (job.storePath !== before.storePath) this.#stopWriting();
    this.#applyMode();
    if (sameSource(before, job)) return false;
    this.#disconnect();
    this.#retry = freshRetry;
    this.#login = new KnownLogin();
    return true;
  }

  /** Called every few milliseconds. */
  pump(): void {
    this.#writing?.pump();
  }

  /** What it sends while it only stands by; null before that is known. */
  get standingBy(): StreamConfig | null {
    return this.job.mode === 'standby' ? (this.#stream?.video.config ?? null) : null;
  }

  /** As `Ring.tail`. */
  tail(from: number | null): ReturnType<Ring['tail']> {
    return this.#ring.tail(from);
  }

  /** Called at least four times a second: judges by the newest frame. */
  tick(): void {
    const now = this.#nowMs();
    this.#meter.tick(now);
    const stream = this.#stream;
    if (this.#session === null || stream === null) return;
    if (stream.clock.trust !== 'untold') this.#note('clock', noteOfClock(stream.clock));
    this.#newestFrameUs = stream.newestFrameUs ?? this.#newestFrameUs;
    const silence = (sinceMs: number | null): number => now - Math.max(sinceMs ?? 0, this.#openedMs);
    const frameless = silence(stream.newestFrameMs);
    const packets = stream.newestPacketUs;
    const { stalledMs, silentMs, noPictureMs } = this.#pace.limits(stream.newestReportMs === null ? null : now - stream.newestReportMs, stream.isOver);
    const sizes = [this.#ring.tooLarge.bytes, this.#ring.memory.length] as const;
    const why = (): ReturnType<typeof stallReason> => stream.isOver ? streamOver : stallReason(packets !== null && silence(packets / 1000) < stalledMs ? stream.video.lacking : 'packets', this.#session?.stranger(), sizes);
    const tooLarge = this.#isTooLarge(now) ? reasonOfSize(...sizes) : null;
    this.#note('size', tooLarge?.text ?? null);
    if (stream.newestFrameMs !== null && frameless < stalledMs) {
      this.#become('streaming', tooLarge);
      if (now - this.#openedMs > GOOD_RUN_MS) this.#retry = freshRetry;
    } else if (frameless >= stalledMs) this.#become('stalled', why());
    if (silence(packets === null ? null : packets / 1000) >= silentMs || frameless >= noPictureMs) {
      this.#pace.gaveUp();
      const { code, text } = why();
      this.#failed(new CameraFailure(code, `${text} The camera is dialled anew.`));
    } else if (now - this.#reportedMs >= Math.min(REPORT_MS, this.#session.keepAliveMs)) {
      this.#reportedMs = now;
      stream.report(this.#session, 0x55_44_53_59);
    }
  }

  #isTooLarge(nowMs: number): boolean {
    const { count } = this.#ring.tooLarge;
    if (count > this.#tooLarge.seen) this.#tooLarge.untilMs = nowMs + TOO_LARGE_MS;
    this.#tooLarge.seen = count;
    return nowMs < this.#tooLarge.untilMs;
  }

  status(): CameraStatus {
    const { serverId, cameraId, mode } = this.job;
    const stream = this.#stream;
    const config = stream?.video.config ?? null;
    const span = this.job.prerollMs > 0 ? this.#ring.span() : null;
    const { framesPerSecond, bitsPerSecond, peakBitsPerSecond, gopMs, frames } = this.#meter;
    return {
      serverId,
      cameraId,
      mode,
      state: this.#state,
      sinceUs: this.#sinceUs,
      reason: this.#reason,
      newestFrameUs: stream?.newestFrameUs ?? this.#newestFrameUs,
      recording: this.#writing?.status() ?? null,
      writeError: this.#writing?.error ?? null,
      writeErrorSinceUs: this.#writing?.errorSinceUs ?? null,
      preroll: span === null ? null : { span, bytes: this.#ring.bytesKept },
      stream:
        config === null
          ? null
          : {
              codec: config.video.codec,
              width: config.video.width,
              height: config.video.height,
              audio: config.audio?.codec ?? null,
              framesPerSecond,
              bitsPerSecond,
              peakBitsPerSecond,
              gopMs,
            },
      clockOffsetMs: stream?.clock.offsetMs ?? null,
      clockTrust: stream?.clock.trust ?? 'untold',
      counters: {
        frames,
        framesWritten: this.#writtenBefore + (this.#writing?.framesWritten ?? 0),
        framesDropped: this.#ring.dropped,
        packetsLost: this.#lostBefore + (stream?.packetsLost ?? 0),
        packetsReordered: this.#reorderedBefore + (stream?.packetsReordered ?? 0) + (this.#session?.reordered() ?? 0),
        connects: this.#connects,
      },
    };
  }

  /** Lets the camera go: session closed, what waits written, segment durable. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#disconnect();
    this.#stopWriting();
    await this.#ending;
  }

  #applyMode(): void {
    if (this.job.mode === 'standby') this.#stopWriting();
    else void this.#ending.then(() => this.#startWriting());
  }

  /** Only when the run before has ended: both read the same ring. */
  #startWriting(): void {
    const { job } = this;
    if (job.mode !== 'record' || this.#closed) return;
    this.#writing ??= new Writing({
      ring: this.#ring,
      nowMs: () => this.#nowMs(),
      wallUs: () => this.#nowUs(),
      makeWriter: () => this.#ports.makeWriter(job),
      started: () => this.#ports.news(),
    });
  }

  #stopWriting(): void {
    const writing = this.#writing;
    if (writing === null) return;
    this.#writing = null;
    this.#ending = this.#ending
      .then(() => writing.stop())
      .then(() => {
        this.#writtenBefore += writing.framesWritten;
      });
  }

  #failed(failure: CameraFailure): void {
    const plan = planRetry(this.#retry, failure.retry, this.#nowMs(), this.#ports.random.unit());
    this.#retry = plan.state;
    this.#disconnect();
    const again = plan.paused ? 'Not tried again for 30 min or until its settings change.' : `Next try in ${(plan.waitMs / 1000).toFixed(1)} s.`;
    const reason = { code: failure.code, text: `${failure.message} ${again}` };
    // Once per cause: a camera that is away for a night must not fill the log.
    if (this.#logged !== reason.code) this.#ports.log('warn', reason.text, this.job);
    this.#logged = reason.code;
    this.#become(plan.paused ? 'paused' : 'retrying', reason);
    this.#cancelRetry = this.#ports.timers.after(plan.waitMs, () => void this.open());
  }

  /** What the reason of a state does not tell for long is said in the log, once per cause. */
  #note(about: 'sound' | 'packing' | 'clock' | 'size', text: string | null): void {
    const key = text?.replaceAll(/\d+/g, '') ?? null;
    if (text !== null && key !== this.#notes[about]) this.#ports.log('warn', text, this.job);
    this.#notes[about] = key;
  }

  #disconnect(): void {
    this.#attempt += 1;
    this.#cancelRetry();
    this.#opening?.close();
    this.#opening = null;
    this.#endStream();
    this.#session = null;
  }

  #endStream(): void {
    const stream = this.#stream;
    if (stream === null) return;
    this.#stream = null;
    stream.end();
    this.#newestFrameUs = stream.newestFrameUs ?? this.#newestFrameUs;
    this.#lostBefore += stream.packetsLost;
    this.#reorderedBefore += stream.packetsReordered + (this.#session?.reordered() ?? 0);
  }

  /** Dialling and waiting take turns while a camera is away: `since` tells how long it has been so. */
  #become(state: CameraState, reason: CameraReason | null): void {
    const away = (s: CameraState): boolean => s === 'connecting' || s === 'retrying';
    if (state !== this.#state && !(away(state) && away(this.#state))) this.#sinceUs = this.#nowUs();
    this.#state = state;
    this.#reason = reason;
    if (reason === null && state === 'streaming') this.#logged = null;
  }

  #nowMs(): number {
    return this.#ports.clock.monotonicMs();
  }

  #nowUs(): number {
    return Math.round(this.#ports.clock.wallMs() * 1000);
  }
}

function audioBytes(job: CameraJob): number {
  return job.source.audio ? Math.floor(job.ringBytes / 10) : 0;
}

function sameSource(a: CameraJob, b: CameraJob): boolean {
  const x = a.source;
  const y = b.source;
  return x.url === y.url && x.username === y.username && x.password === y.password && x.transport === y.transport && x.audio === y.audio;
}
