import type { VideoKind } from './nal.ts';

/**
 * The stamp that every simulated frame carries: a user-data-unregistered SEI message (H.264 D.1.7,
 * H.265 D.2.7) whose UUID is this and whose payload is plain text. Text needs no emulation
 * prevention, and a person can read it in a hex dump.
 */
export const STAMP_UUID = Uint8Array.from([
  0x5d, 0x1a, 0x73, 0xc4, 0x8e, 0x2f, 0x4b, 0x96, 0xa7, 0x31, 0xd2, 0x6b, 0xf8, 0x54, 0xe9, 0x1c,
]);

export interface Stamp {
  readonly camera: number;
  /** floor(UTC seconds × 25): the same for all cameras at one moment. */
  readonly frame: number;
  /** Capture time, microseconds since 1970. */
  readonly timeUs: number;
}

const pattern = /^cam (\d+) frame (\d+) us (\d+)/;

/** The whole SEI NAL unit, without start code. */
export function stampNal(kind: VideoKind, stamp: Stamp): Buffer {
  const text = Buffer.from(
    `cam ${String(stamp.camera).padStart(4, '0')} frame ${String(stamp.frame).padStart(14, '0')} us ${String(stamp.timeUs).padStart(17, '0')}`,
    'latin1',
  );
  const header = kind === 'h264' ? [0x06] : [39 << 1, 1];
  return Buffer.concat([Buffer.from([...header, 5, STAMP_UUID.length + text.length]), STAMP_UUID, text, Buffer.from([0x80])]);
}

/** Reads the stamp out of an SEI payload of type 5 (UUID included), or null if it is somebody else's. */
export function readStamp(payload: Uint8Array): Stamp | null {
  if (payload.length < STAMP_UUID.length || STAMP_UUID.some((byte, at) => payload[at] !== byte)) return null;
  const found = pattern.exec(Buffer.from(payload.subarray(STAMP_UUID.length)).toString('latin1'));
  return found ? { camera: Number(found[1]), frame: Number(found[2]), timeUs: Number(found[3]) } : null;
}
