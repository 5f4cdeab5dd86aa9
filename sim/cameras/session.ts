import { cameraClockMs } from './rtcp.ts';
import type { CameraFaults } from './faults.ts';
import type { PacketRun } from './packets.ts';
import type { Surroundings } from './surroundings.ts';
import type { Track } from './track.ts';

const REPORT_EVERY_MS = 5000;
/** A client that leaves so many bytes unfetched loses whole frames. */
const BACKLOG_LIMIT = 4_000_000;

/** Counted over all sessions of a camera since its start. */
export interface CameraCounters {
  sessionsOpened: number;
  refusedLogins: number;
  refusedSessions: number;
  framesSent: number;
  /** Because a client did not read fast enough. */
  framesDropped: number;
  packetsDropped: number;
  packetsReordered: number;
}

export type TrackName = 'video' | 'audio';

/** One RTSP session of one camera: its tracks and when they began. */
export class Session {
  readonly id: string;
  readonly tracks = new Map<TrackName, Track>();
  /** Where the client is; for faults by client. */
  readonly address: string;
  readonly userAgent: string;
  /** Closes the connection it came by with a reset. */
  readonly kill: () => void;
  /** First frame to send; null until PLAY. */
  firstFrame: number | null = null;
  /** First audio packet to send. */
  firstSound = 0;
  lastSignMs: number;
  readonly #surroundings: Surroundings;
  readonly #counters: CameraCounters;
  readonly #startedMs: number;
  #nextReportMs = 0;
  #counted = 0;
  #held: Buffer | null = null;

  constructor(from: {
    readonly id: string;
    readonly address: string;
    readonly userAgent: string;
    readonly kill: () => void;
    readonly surroundings: Surroundings;
    readonly counters: CameraCounters;
    readonly startedMs: number;
  }) {
    this.id = from.id;
    this.address = from.address;
    this.userAgent = from.userAgent;
    this.kill = from.kill;
    this.#surroundings = from.surroundings;
    this.#counters = from.counters;
    this.#startedMs = from.startedMs;
    this.lastSignMs = from.surroundings.nowMs();
  }

  /** `ticks`: capture time on the track's clock since 1970. */
  send(name: TrackName, runs: readonly PacketRun[], ticks: number, faults: CameraFaults): void {
    const track = this.tracks.get(name);
    if (!track) return;
    if (track.backlog() > BACKLOG_LIMIT) {
      let packets = 0;
      for (const run of runs) packets += run.starts.length;
      track.skip(packets);
      this.#counters.framesDropped++;
      return;
    }
    const lossy = faults.drop.share > 0 || faults.drop.every > 0 || faults.reorderEvery > 0;
    track.send(runs, ticks, lossy ? (packet) => this.#pick(packet, faults) : null);
    if (name === 'video') this.#counters.framesSent++;
  }

  /** Sends sender reports when they are due: at once after PLAY, then every 5 s. */
  report(faults: CameraFaults, nowMs: number): void {
    if (nowMs < this.#nextReportMs) return;
    this.#nextReportMs = nowMs + REPORT_EVERY_MS;
    const clockMs = cameraClockMs(faults.rtcp, nowMs, this.#startedMs);
    if (clockMs !== null) for (const track of this.tracks.values()) track.report(clockMs, nowMs);
  }

  #pick(packet: Buffer, faults: CameraFaults): readonly Buffer[] {
    this.#counted++;
    const { share, every } = faults.drop;
    if (this.#surroundings.random() < share || (every > 0 && this.#counted % every === 0)) {
      this.#counters.packetsDropped++;
      return [];
    }
    if (this.#held) {
      const late = this.#held;
      this.#held = null;
      return [packet, late];
    }
    if (faults.reorderEvery > 0 && this.#counted % faults.reorderEvery === 0) {
      this.#held = Buffer.from(packet);
      this.#counters.packetsReordered++;
      return [];
    }
    return [packet];
  }
}
