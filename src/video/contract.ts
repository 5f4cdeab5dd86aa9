/**
 * The contract between the rooms of the video engine, and its two doors:
 * `Recording` (write side) and `FootageReader` (read side).
 *
 * Data path: RTSP socket → depacketiser writes into the camera's ring memory (the only copy) →
 * fragment writer hands slices of the ring to `writev` → segment file. No Buffer is allocated per
 * frame, no synchronous file call is made (measured.md, lessons 1 and 2).
 */
import type { CameraKey, Span, TimeUs, UnitRow } from '../core/units.ts';

export type VideoCodec = 'h264' | 'h265';
export type AudioCodec = 'aac' | 'pcmu' | 'pcma';

/** Everything a decoder needs before the first unit; a new version starts at a key frame. */
export interface StreamConfig {
  /** Rises by one with every change within the life of a camera's session object. */
  readonly version: number;
  readonly video: {
    readonly codec: VideoCodec;
    /** H.264: SPS, PPS…; H.265: VPS, SPS, PPS…; raw NAL units without start code or length. */
    readonly parameterSets: readonly Uint8Array[];
    readonly width: number;
    readonly height: number;
    /** RTP and media ticks per second (90 000). */
    readonly clockRate: number;
  };
  readonly audio?: {
    readonly codec: AudioCodec;
    readonly clockRate: number;
    readonly channels: number;
    /** AudioSpecificConfig (ISO 14496-3) for AAC. */
    readonly config?: Uint8Array;
  };
}

/**
 * One access unit lying in ring memory. Video bytes are NAL units, each behind a 4-byte big-endian
 * length (ISO 14496-15), parameter sets and SEI in band kept, access unit delimiters dropped.
 */
export interface RingUnit extends UnitRow {
  readonly start: number;
  readonly length: number;
  /**
   * Rises when `rtpTime` starts anew: after a reconnect, when the camera's RTP clock jumps, or when
   * the host's wall clock steps; always on a video key frame. `rtpTime` may be compared within one
   * epoch only (audio and video have clocks of their own anyway: `timeUs` joins them). Streams with
   * B-frames: units come in decoding order, `rtpTime` is presentation time and may step back a little.
   */
  readonly epoch: number;
}

/** Units for one fragment. `memory` must not be overwritten before the append is settled. */
export interface UnitBatch {
  readonly config: StreamConfig;
  readonly memory: Buffer;
  /**
   * In arrival order, audio and video mixed. At most 250 ms of them, a video key frame first; while
   * catching up (pre-roll after a take-over, a slow disk) several seconds and groups of pictures.
   */
  readonly units: readonly RingUnit[];
}

/** How far one writer is. `durableUs` moves with each finished `fdatasync`, about every second. */
export interface WriterProgress {
  readonly newestWrittenUs: TimeUs;
  readonly durableUs: TimeUs;
  /** Bytes written since the writer was made. */
  readonly bytes: number;
}

/** Writes one camera's batches to segment files; made by `store/`, driven by the camera's session. */
export interface CameraWriter {
  /** Makes what the first append will need (today's folder) while the camera is still being dialled. Never rejects. */
  prepare?(): Promise<void>;
  /**
   * Appends one batch in fragments of at most 250 ms. Starts a new segment when the current one is ≥ 60 s old (≥ 120 s without an IDR) and the batch
   * begins with a key frame, when `config.version` changed, or on a key frame whose `epoch` is
   * new; within a batch too. The first batch ever must begin with a video key frame.
   * Rejects with a `StoreError` (disk full, path missing …) and leaves the file decodable; the
   * caller goes on with the next key frame.
   */
  append(batch: UnitBatch): Promise<void>;
  /** How far this writer is; for `CameraStatus.recording`. Zeros before the first append. */
  progress(): WriterProgress;
  /** Finishes and indexes the open segment; resolves when it is durable. */
  close(): Promise<void>;
}

/** Where one camera's stream comes from. Credentials are never logged and never put into an error. */
export interface CameraSource {
  /** `rtsp://host[:port]/path`, without credentials. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** `auto`: TCP interleaved first, UDP when the camera answers 461. */
  readonly transport: 'auto' | 'tcp' | 'udp';
  /** Recorded only when true (off by default: law). */
  readonly audio: boolean;
}

/** What the engine shall do with one camera. `apply` is declarative: a missing camera is let go. */
export interface CameraJob extends CameraKey {
  readonly source: CameraSource;
  /**
   * `standby`: session open, pre-roll kept in memory, nothing written (hot standby).
   * `record`: written to disk; if the camera was in standby, from the oldest key frame of its ring.
   */
  readonly mode: 'standby' | 'record';
  /** Pre-roll to keep in memory. 0 for cold standby and for recorders: a small ring that only absorbs disk delays. */
  readonly prerollMs: number;
  /** Ceiling of the ring in bytes. */
  readonly ringBytes: number;
  /** Root; segments lie under `<storePath>/<serverId>/<cameraId>/`. */
  readonly storePath: string;
  /** 1 = first. Order of opening. */
  readonly priority: number;
}

export type CameraState =
  | 'connecting' // dialling, or RTSP handshake under way
  | 'streaming' // frames come
  | 'stalled' // session is open, newest frame older than 5 s (where pictures come every few seconds: than its pace allows)
  | 'retrying' // waiting for the next attempt
  | 'paused'; // refused twice with 401: waits 30 min or for new settings

/** Why a camera is in its state. `code` is one of contract/errors.ts. */
export interface CameraReason {
  readonly code: string;
  readonly text: string;
}

/** A snapshot of one camera, at most one second old. Times of frames are arrival times on this host. */
export interface CameraStatus extends CameraKey {
  readonly state: CameraState;
  readonly sinceUs: TimeUs;
  readonly reason: CameraReason | null;
  readonly mode: 'standby' | 'record';
  readonly newestFrameUs: TimeUs | null;
  /** Null while nothing is being written. */
  readonly recording: {
    /** Time of the first frame of this run of writing (may lie before the command: pre-roll). */
    readonly firstFrameUs: TimeUs;
    /** Newest frame handed to the operating system (`write` returned). */
    readonly newestWrittenUs: TimeUs;
    /** Newest frame known to survive a power-off (after `fdatasync`). */
    readonly durableUs: TimeUs;
    /** When everything that lay in memory as writing was ordered (the pre-roll) had been written; null: not yet. */
    readonly caughtUpUs?: TimeUs | null;
    readonly bytes: number;
  } | null;
  readonly writeError: CameraReason | null;
  /** Since when there is a `writeError`, whichever. */
  readonly writeErrorSinceUs?: TimeUs | null;
  readonly preroll: { readonly span: Span; readonly bytes: number } | null;
  readonly stream: {
    readonly codec: VideoCodec;
    readonly width: number;
    readonly height: number;
    readonly audio: AudioCodec | null;
    readonly framesPerSecond: number;
    readonly bitsPerSecond: number;
    readonly peakBitsPerSecond: number;
    /** Longest seen distance between key frames. */
    readonly gopMs: number;
  } | null;
  /** Camera clock (RTCP sender report) minus host clock; shown, never obeyed. */
  readonly clockOffsetMs: number | null;
  /** `believed` within 5 s of the host's clock, else `ignored` (never set, far off); `untold` without reports. */
  readonly clockTrust?: 'untold' | 'believed' | 'ignored';
  readonly counters: {
    readonly frames: number;
    readonly framesWritten: number;
    readonly framesDropped: number;
    readonly packetsLost: number;
    readonly packetsReordered: number;
    readonly connects: number;
  };
}

/** The write side's door. Real form: `engine.ts` (worker threads). The simulated world has its own. */
export interface Recording {
  /** Makes the wanted cameras the running ones. Resolves when the workers have taken the orders, not when frames flow. */
  apply(jobs: readonly CameraJob[]): Promise<void>;
  /** Newest snapshot of every camera. */
  statuses(): readonly CameraStatus[];
  /** Called after each round of new snapshots: about every 250 ms, and at once when a camera's first frame is on disk. */
  onStatuses(listener: (all: readonly CameraStatus[]) => void): () => void;
  /**
   * What a camera sends, from memory, from its newest key frame on: also in standby, where nothing is
   * written. Ends with `signal`, with a reader too slow, or when the camera's thread ends.
   */
  watch?(camera: CameraKey, signal: AbortSignal): AsyncIterable<FootageBatch>;
  /** Finishes all segments; resolves when durable. */
  close(): Promise<void>;
}

/** One unit read back from disk, its own bytes attached. */
export interface FootageUnit extends UnitRow {
  /** Video: length-prefixed NAL units; audio: one raw frame. */
  readonly data: Uint8Array;
}

/** Units that share one `StreamConfig`, in decoding order. */
export interface FootageBatch {
  readonly config: StreamConfig;
  readonly units: readonly FootageUnit[];
}

/** What is on disk of one camera. `exact`: from the index, no guess; `durableUntilUs`: synced to disk up to here. */
export interface CoverageAnswer {
  readonly spans: readonly Span[];
  /** What was recorded and deleted since, for room or by rule, as far as it is known. */
  readonly deleted?: readonly Span[];
  readonly exactness: 'exact' | 'approximate';
  readonly durableUntilUs: TimeUs | null;
}

/** A stretch of footage kept from deletion. Ids are given by whoever locks first and sync both ways. */
export interface EvidenceLock extends CameraKey, Span {
  readonly id: string;
  readonly reason: string;
  readonly lockedBy: string;
  readonly lockedAtUs: TimeUs;
}

/** The read side's door: one store path, also of a recorder that is dead. Includes segments still being written. */
export interface FootageReader {
  /** Whose footage lies here, without summing it up: answered at once however large the store is. */
  keys(): Promise<readonly CameraKey[]>;
  cameras(): Promise<readonly (CameraKey & { readonly span: Span; readonly bytes: number })[]>;
  coverage(camera: CameraKey, span: Span): Promise<CoverageAnswer>;
  /** Rows of the index without data, in time order, for seams. Never more than `limit` per page. */
  rows(camera: CameraKey, span: Span): AsyncIterable<readonly UnitRow[]>;
  /** Starts at the last key frame at or before `span.fromUs` (or the first after it), ends before `span.toUs`. */
  read(camera: CameraKey, span: Span): AsyncIterable<FootageBatch>;
  close(): Promise<void>;
}

/** Retention of one camera's footage. Locked footage is never deleted (I9). */
export interface RetentionRule extends CameraKey {
  /** Further keys of the same camera (what was fetched for it): one rule, one ceiling for all of them. */
  readonly also?: readonly CameraKey[];
  readonly maxAgeMs: number;
  /** Null: no ceiling of its own. */
  readonly maxBytes: number | null;
  readonly priority: number;
}

/** What a store tells by itself. `code` is stable; `text` is for people. */
export interface StoreEvent {
  readonly code:
    | 'store-missing' // the marker file is gone: not mounted; nothing is written
    | 'store-back'
    | 'disk-reserve' // less free than the reserve: deleting begins (announced before the first deletion)
    | 'disk-full' // nothing more may be deleted; writes fail
    | 'disk-ok'
    | 'footage-deleted' // by the disk-full policy (retention by rule is silent)
    | 'index-rebuilt'
    | 'store-trouble' // something failed that will be tried again
    | 'segments-recovered'; // unfinished segments of a crash were cut to their last whole fragment and indexed
  readonly text: string;
  readonly camera?: CameraKey;
  readonly bytes?: number;
}

/** One store path with its index thread; writers in worker threads report to it through message ports. */
export interface FootageStore extends FootageReader {
  /** As `read`, from `fromUs` on, going on as new footage is written, until `signal` is aborted. */
  follow(camera: CameraKey, fromUs: TimeUs, signal: AbortSignal): AsyncIterable<FootageBatch>;
  /** A port for one worker thread; pass it on with `transferList`, give it to `cameraWriter` there. */
  writerPort(): import('node:worker_threads').MessagePort;
  setRetention(rules: readonly RetentionRule[]): Promise<void>;
  lock(lock: EvidenceLock): Promise<void>;
  unlock(id: string): Promise<void>;
  locks(camera?: CameraKey): Promise<readonly EvidenceLock[]>;
  /** Deletes unlocked footage of the span (proven double, or copied back). Returns bytes freed. */
  drop(camera: CameraKey, span: Span): Promise<number>;
  /** Marks footage as proven double: kept while there is room, deleted first when there is not. */
  markDouble(camera: CameraKey, span: Span): Promise<void>;
  /** Tells what happened to the disk and what was deleted to make room, beforehand where possible. */
  onEvent(listener: (event: StoreEvent) => void): () => void;
  /** Makes the index anew from the segment files alone. */
  rebuild(): Promise<{ readonly segments: number; readonly units: number; readonly damaged: readonly string[] }>;
  /** State of the disk and the marker file; refreshed about every second. */
  health(): {
    /** `silent`: it has not answered for so long that whoever writes to it hangs. */
    readonly state: 'ok' | 'full' | 'missing' | 'read-only' | 'silent';
    readonly freeBytes: number;
    readonly totalBytes: number;
    readonly usedBytes: number;
    readonly text: string;
  };
}
