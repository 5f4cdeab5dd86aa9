/** The front of a segment file: `ftyp` + `moov` + a `uuid` box that tells whose footage this is. */
import type { CameraKey, TimeUs } from '../../core/units.ts';
import { unpackConfig, packConfig } from './packed-config.ts';
import type { StreamConfig } from '../contract.ts';
import { box, u16 } from './box.ts';
import { initSegment } from './movie.ts';

const HEAD_UUID = Buffer.from('2be1a7f8094c4d3c9e6f71c0a85d3e12', 'hex');
/** A head is never longer; a file whose head is, was not written by us. */
export const MAX_HEAD = 64 * 1024;

export interface SegmentHead {
  readonly camera: CameraKey;
  /** Media time zero. */
  readonly baseUs: TimeUs;
  readonly config: StreamConfig;
  /** Run of times (RingUnit.epoch): between files of different ones a clock was set, or a session ended. */
  readonly epoch?: number;
}

export function segmentHead(head: SegmentHead): Buffer {
  const about = Buffer.from(JSON.stringify({ format: 1, ...head.camera, baseUs: head.baseUs, ...(head.epoch === undefined ? {} : { epoch: head.epoch }) }));
  return Buffer.concat([
    initSegment(head.config, true),
    box('uuid', HEAD_UUID, u16(about.length), about, packConfig(head.config)),
  ]);
}

/** Reads the head from the first bytes of a file; null if it is torn or not ours. */
export function readSegmentHead(bytes: Buffer): { readonly head: SegmentHead; readonly length: number } | null {
  let at = 0;
  while (at + 24 <= bytes.length) {
    const size = bytes.readUInt32BE(at);
    if (size < 8 || at + size > bytes.length) return null;
    if (bytes.toString('latin1', at + 4, at + 8) === 'uuid' && HEAD_UUID.equals(bytes.subarray(at + 8, at + 24))) {
      const head = parseHead(bytes.subarray(at + 24, at + size));
      return head === null ? null : { head, length: at + size };
    }
    at += size;
  }
  return null;
}

function parseHead(body: Buffer): SegmentHead | null {
  try {
    const length = body.readUInt16BE(0);
    const about = JSON.parse(body.toString('utf8', 2, 2 + length)) as Record<string, unknown>;
    const { serverId, cameraId, baseUs, format, epoch } = about;
    if (format !== 1 || typeof serverId !== 'string' || typeof cameraId !== 'string' || typeof baseUs !== 'number')
      return null;
    // Copied: the config outlives the buffer it was read into.
    const config = unpackConfig(Uint8Array.from(body.subarray(2 + length)));
    return { camera: { serverId, cameraId }, baseUs, config, ...(typeof epoch === 'number' ? { epoch } : {}) };
  } catch {
    // Torn or foreign bytes: the caller treats the file as damaged.
    return null;
  }
}
