/** What one session delivers: packets into the ring, RTCP read and answered, the stream measured. */
import type { TimeUs } from '../../core/units.ts';
import type { StreamConfig } from '../contract.ts';
import { AudioReceiver } from '../ring/audio-receiver.ts';
import { CameraClock } from '../ring/camera-clock.ts';
import type { HostClock } from '../ring/host-clock.ts';
import type { Ring } from '../ring/ring.ts';
import type { StreamTime } from '../ring/stream-time.ts';
import { VideoReceiver } from '../ring/video-receiver.ts';
import type { ConfigMaker } from '../rtsp/parameter-sets.ts';
import { findSenderReport, receiverReport, saysGoodbye } from '../rtsp/rtp.ts';
import type { AudioDescription, StreamDescription } from '../rtsp/sdp.ts';
import type { RtspSession } from '../rtsp/session.ts';
import type { TrackKind } from '../rtsp/setup.ts';
import type { StreamMeter } from './meter.ts';
import type { FramePace } from './silence.ts';

/** What outlives a session: one per camera. */
export interface StreamHome {
  readonly ring: Ring;
  readonly time: StreamTime;
  readonly configs: ConfigMaker;
  readonly meter: StreamMeter;
  readonly pace: FramePace;
  readonly host: HostClock;
}

interface LastReport {
  readonly lsr: number;
  readonly atUs: number;
}

export class Stream {
  newestFrameUs: TimeUs | null = null;
  /** Monotonic time of the newest frame kept, milliseconds. */
  newestFrameMs: number | null = null;
  /** Monotonic time of the newest video packet, microseconds; null before the first. */
  newestPacketUs: number | null = null;
  /** Monotonic time of the newest sender report of any track, milliseconds. */
  newestReportMs: number | null = null;
  /** When the source of the picture last said goodbye; null: it never did. */
  #goodbyeUs: number | null = null;
  readonly clock = new CameraClock();
  readonly video: VideoReceiver;
  readonly #home: StreamHome;
  readonly #audio: AudioReceiver | null;
  readonly #reports = new Map<TrackKind, LastReport>();

  constructor(home: StreamHome, description: StreamDescription) {
    if (description.video === null) throw new TypeError('A stream needs video.');
    this.#home = home;
    const { ring, time, configs, meter, pace } = home;
    time.session(description.video.clockRate, description.audio?.clockRate ?? null);
    meter.interrupted();
    pace.session();
    this.video = new VideoReceiver({
      description: description.video,
      audio: audioConfig(description.audio),
      ring,
      configs,
      time,
      kept: (key, timeUs, bytes) => {
        meter.frame(key, timeUs, bytes);
        this.newestFrameUs = timeUs;
        this.newestFrameMs = home.host.monotonicUs() / 1000;
        pace.frame(this.newestFrameMs);
      },
    });
    this.#audio =
      description.audio === null
        ? null
        : new AudioReceiver({ description: description.audio, ring, time, config: () => this.video.config });
  }

  rtp(track: TrackKind, bytes: Buffer, start: number, end: number): void {
    const nowUs = this.#home.host.monotonicUs();
    if (track === 'video') {
      this.newestPacketUs = nowUs;
      this.video.packet(bytes, start, end, nowUs);
    } else this.#audio?.packet(bytes, start, end, nowUs);
  }

  /** The source of the picture said that its stream is over, and has sent nothing since. */
  get isOver(): boolean {
    return this.#goodbyeUs !== null && (this.newestPacketUs ?? 0) < this.#goodbyeUs;
  }

  rtcp(track: TrackKind, bytes: Buffer, start: number, end: number): void {
    if (track === 'video' && this.video.rtp.received > 0 && saysGoodbye(bytes, start, end, this.video.rtp.ssrc)) this.#goodbyeUs = this.#home.host.monotonicUs();
    const report = findSenderReport(bytes, start, end);
    if (report === null) return;
    const { host } = this.#home;
    const nowUs = host.monotonicUs();
    this.#reports.set(track, { lsr: report.lsr, atUs: nowUs });
    this.newestReportMs = nowUs / 1000;
    if (track !== 'video') return;
    const offsetMs = Math.round((report.ntpUs - nowUs - host.offsetUs) / 1000);
    if (this.clock.report(offsetMs, nowUs / 1000, host.steps)) this.#home.time.mark();
  }

  /** Receiver reports: a sign of life that some cameras wait for. */
  report(session: RtspSession, ssrc: number): void {
    const receivers = [['video', this.video.rtp], ['audio', this.#audio?.rtp]] as const;
    for (const [track, receiver] of receivers) {
      if (receiver === undefined || receiver.received === 0) continue;
      const last = this.#reports.get(track);
      const delay = last === undefined ? 0 : Math.round(((this.#home.host.monotonicUs() - last.atUs) * 65_536) / 1e6);
      session.sendRtcp(track, receiverReport(ssrc, receiver, last?.lsr ?? 0, delay));
    }
  }

  get packetsLost(): number {
    return this.video.rtp.lost + (this.#audio?.rtp.lost ?? 0);
  }

  get packetsReordered(): number {
    return this.video.rtp.reordered + (this.#audio?.rtp.reordered ?? 0);
  }

  end(): void {
    this.video.end();
  }
}

function audioConfig(audio: AudioDescription | null): StreamConfig['audio'] | undefined {
  if (audio === null) return undefined;
  const { codec, clockRate, channels, config } = audio;
  return config === null ? { codec, clockRate, channels } : { codec, clockRate, channels, config };
}
