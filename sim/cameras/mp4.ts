import type { VideoKind } from './nal.ts';

/**
 * A reader of MP4 video samples of its own (ISO 14496-12), fragmented or not, so that an error of
 * the product's writer cannot cancel out with the same error in its reader. Tests only.
 */
export interface Mp4Video {
  readonly kind: VideoKind;
  /** Bytes of the length before each NAL unit. */
  readonly lengthBytes: number;
  /** In file order. A sample that the file's end cuts off is left out. */
  readonly samples: readonly Uint8Array[];
}

interface Box {
  readonly type: string;
  /** Offset in the file. */
  readonly at: number;
  readonly body: DataView;
}

interface TrackFacts {
  readonly id: number;
  readonly kind: VideoKind;
  readonly lengthBytes: number;
  readonly stbl: DataView;
  readonly defaultSize: number;
}

/** Throws an Error if the file has no H.264 or H.265 track. */
export function videoOfMp4(file: Uint8Array): Mp4Video {
  const top = boxes(new DataView(file.buffer, file.byteOffset, file.byteLength));
  const moov = top.find((box) => box.type === 'moov');
  const track = moov ? findVideoTrack(moov.body) : null;
  if (!track) throw new Error('The file has no H.264 or H.265 track, or its moov box is missing.');
  const samples = tableSamples(file, track.stbl);
  for (const moof of top) if (moof.type === 'moof') samples.push(...fragmentSamples(file, moof, track));
  return { kind: track.kind, lengthBytes: track.lengthBytes, samples };
}

/** Boxes of a container; a last one that is cut off is given as far as it goes. */
function boxes(view: DataView, from = 0): Box[] {
  const found: Box[] = [];
  for (let at = from; at + 8 <= view.byteLength; ) {
    let size = view.getUint32(at);
    let header = 8;
    if (size === 1 && at + 16 <= view.byteLength) {
      size = Number(view.getBigUint64(at + 8));
      header = 16;
    }
    if (size === 0) size = view.byteLength - at;
    if (size < header) break;
    const length = Math.min(size, view.byteLength - at) - header;
    if (length < 0) break;
    const type = String.fromCharCode(...[4, 5, 6, 7].map((i) => view.getUint8(at + i)));
    found.push({ type, at: view.byteOffset + at, body: new DataView(view.buffer, view.byteOffset + at + header, length) });
    at += size;
  }
  return found;
}

function child(view: DataView, ...path: readonly string[]): DataView | null {
  let inner: DataView | null = view;
  for (const type of path) inner = inner && (boxes(inner).find((box) => box.type === type)?.body ?? null);
  return inner;
}

function findVideoTrack(moov: DataView): TrackFacts | null {
  for (const trak of boxes(moov)) {
    const stbl = trak.type === 'trak' ? child(trak.body, 'mdia', 'minf', 'stbl') : null;
    const stsd = stbl && child(stbl, 'stsd');
    const entry = stsd && boxes(stsd, 8)[0];
    const kind = entry && kindOf(entry.type);
    if (!stbl || !entry || !kind) continue;
    const tkhd = child(trak.body, 'tkhd')!;
    const id = tkhd.getUint32(tkhd.getUint8(0) === 1 ? 20 : 12);
    // A visual sample entry has 78 bytes before its boxes.
    const config = boxes(entry.body, 78).find((box) => box.type === 'avcC' || box.type === 'hvcC')!.body;
    const lengthBytes = (config.getUint8(kind === 'h264' ? 4 : 21) & 3) + 1;
    const mvex = child(moov, 'mvex');
    const trex = mvex && boxes(mvex).find((box) => box.type === 'trex' && box.body.getUint32(4) === id);
    return { id, kind, lengthBytes, stbl, defaultSize: trex ? trex.body.getUint32(16) : 0 };
  }
  return null;
}

function kindOf(entry: string): VideoKind | null {
  if (entry === 'avc1' || entry === 'avc3') return 'h264';
  return entry === 'hvc1' || entry === 'hev1' ? 'h265' : null;
}

function fragmentSamples(file: Uint8Array, moof: Box, track: TrackFacts): Uint8Array[] {
  const samples: Uint8Array[] = [];
  for (const traf of boxes(moof.body)) {
    const tfhd = traf.type === 'traf' ? child(traf.body, 'tfhd') : null;
    if (!tfhd || tfhd.getUint32(4) !== track.id) continue;
    const flags = tfhd.getUint32(0) & 0xffffff;
    let at = 8;
    const base = flags & 0x1 ? Number(tfhd.getBigUint64(at)) : moof.at - file.byteOffset;
    at += (flags & 0x1 ? 8 : 0) + (flags & 0x2 ? 4 : 0) + (flags & 0x8 ? 4 : 0);
    const size = flags & 0x10 ? tfhd.getUint32(at) : track.defaultSize;
    let next = base;
    for (const trun of boxes(traf.body)) if (trun.type === 'trun') next = runSamples(file, trun.body, base, next, size, samples);
  }
  return samples;
}

/** Adds one run's samples; returns where the next run starts if it does not say. */
function runSamples(file: Uint8Array, trun: DataView, base: number, next: number, size: number, into: Uint8Array[]): number {
  const flags = trun.getUint32(0) & 0xffffff;
  const count = trun.getUint32(4);
  let at = 8;
  let offset = next;
  if (flags & 0x1) {
    offset = base + trun.getInt32(at);
    at += 4;
  }
  if (flags & 0x4) at += 4;
  for (let i = 0; i < count; i++) {
    if (flags & 0x100) at += 4;
    const length = flags & 0x200 ? trun.getUint32(at) : size;
    at += (flags & 0x200 ? 4 : 0) + (flags & 0x400 ? 4 : 0) + (flags & 0x800 ? 4 : 0);
    if (offset + length <= file.length) into.push(file.subarray(offset, offset + length));
    offset += length;
  }
  return offset;
}

/** Samples of a file that is not fragmented (stsz, stsc, stco or co64). */
function tableSamples(file: Uint8Array, stbl: DataView): Uint8Array[] {
  const sizes = child(stbl, 'stsz');
  const runs = child(stbl, 'stsc');
  const wide = child(stbl, 'co64');
  const chunks = wide ?? child(stbl, 'stco');
  if (!sizes || !runs || !chunks) return [];
  const samples: Uint8Array[] = [];
  const total = sizes.getUint32(8);
  const chunkCount = chunks.getUint32(4);
  let run = 0;
  for (let chunk = 0; chunk < chunkCount && samples.length < total; chunk++) {
    if (run + 1 < runs.getUint32(4) && runs.getUint32(8 + 12 * (run + 1)) <= chunk + 1) run++;
    let offset = wide ? Number(wide.getBigUint64(8 + 8 * chunk)) : chunks.getUint32(8 + 4 * chunk);
    for (let i = runs.getUint32(8 + 12 * run + 4); i > 0 && samples.length < total; i--) {
      const length = sizes.getUint32(4) || sizes.getUint32(12 + 4 * samples.length);
      samples.push(file.subarray(offset, offset + length));
      offset += length;
    }
  }
  return samples;
}
