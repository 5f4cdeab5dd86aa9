/**
 * Units and plain data shared by every room.
 *
 * Times of footage are whole microseconds of the recording host's wall clock since 1970 (UTC) in a
 * plain number (safe until the year 2255). Durations in decisions are milliseconds.
 */

/** Microseconds since 1970-01-01T00:00:00Z on the host that recorded. */
export type TimeUs = number;
/** A duration or a monotonic reading in milliseconds. */
export type Millis = number;

/** A half-open span of footage `[fromUs, toUs)`. */
export interface Span {
  readonly fromUs: TimeUs;
  readonly toUs: TimeUs;
}

/** One camera of one monitored server; both ids are stable and safe as folder names. */
export interface CameraKey {
  readonly serverId: string;
  readonly cameraId: string;
}

/**
 * What the index keeps of one access unit (DESIGN §8, seams). Two sessions of one camera carry the
 * same access units, so `vclBytes` + `vclCrc` (length and CRC-32 of its VCL NAL units alone, because
 * servers may add parameter sets or SEI per session) name the same picture in both.
 */
export interface UnitRow {
  readonly track: 'video' | 'audio';
  /** RTP timestamp, unwrapped to a growing number within one epoch; ticks of `clockRate`. */
  readonly rtpTime: number;
  /** Arrival on the host's wall clock, smoothed by RTP timestamps. */
  readonly timeUs: TimeUs;
  /** Random access point (IDR / IRAP); always true for audio. */
  readonly key: boolean;
  /** Bytes of the VCL NAL units (video) or of the frame (audio). */
  readonly vclBytes: number;
  /** CRC-32 of the same bytes. */
  readonly vclCrc: number;
  /** True if packets or whole units are missing directly before this unit (a reconnect included). A new epoch alone is no gap. */
  readonly gapBefore: boolean;
}
