/** Reads back what a segment file holds, from the file alone: after a crash, and to make the index anew. */
import { type FileHandle, open } from 'node:fs/promises';
import { ROWS_UUID, UUID_HEAD } from '../mp4/fragment.ts';
import { MAX_HEAD, readSegmentHead, type SegmentHead } from '../mp4/segment-head.ts';
import { checkChunk } from '../mp4/unit-rows.ts';

export interface ScannedSegment {
  readonly head: SegmentHead;
  /** Packed rows of all whole fragments. */
  readonly rows: Buffer;
  /** End of the last whole fragment. */
  readonly bytes: number;
  /** Length of the file; more than `bytes` if its tail is torn. */
  readonly fileBytes: number;
}

/** Null: the file has no whole head, so nothing in it can be told. Throws file errors. */
export async function scanSegment(path: string): Promise<ScannedSegment | null> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const start = await readAt(file, 0, Math.min(MAX_HEAD, size));
    const found = readSegmentHead(start);
    if (found === null) return null;
    const { rows, bytes } = await scanFragments(file, found.length, size);
    return { head: found.head, rows, bytes, fileBytes: size };
  } finally {
    await file.close();
  }
}

/** Rows of whole fragments from `from` on. */
export async function scanFragments(file: FileHandle, from: number, size: number): Promise<{ rows: Buffer; bytes: number }> {
  const chunks: Buffer[] = [];
  let at = from;
  for (let next = await scanFragment(file, at, size); next !== null; next = await scanFragment(file, at, size)) {
    chunks.push(next.chunk);
    at = next.end;
  }
  return { rows: Buffer.concat(chunks), bytes: at };
}

const FRONT = 4096;

/** One `uuid` + `moof` + `mdat`; null if any of it is torn or not ours. */
async function scanFragment(file: FileHandle, at: number, size: number): Promise<{ chunk: Buffer; end: number } | null> {
  let front = await readAt(file, at, Math.min(FRONT, size - at));
  if (front.length < UUID_HEAD || front.toString('latin1', 4, 8) !== 'uuid') return null;
  if (!ROWS_UUID.equals(front.subarray(8, UUID_HEAD))) return null;
  const uuidLength = front.readUInt32BE(0);
  if (at + uuidLength + 16 > size) return null;
  const moofLength = await boxLength(file, at + uuidLength, 'moof');
  if (moofLength === null) return null;
  const mdatAt = uuidLength + moofLength;
  const mdatLength = await boxLength(file, at + mdatAt, 'mdat');
  if (mdatLength === null || at + mdatAt + mdatLength > size) return null;
  if (front.length < uuidLength) front = await readAt(file, at, uuidLength);
  const chunk = Buffer.from(front.subarray(UUID_HEAD, uuidLength));
  if (checkChunk(chunk, 0) !== chunk.length) return null;
  return { chunk, end: at + mdatAt + mdatLength };
}

async function boxLength(file: FileHandle, at: number, type: string): Promise<number | null> {
  const head = await readAt(file, at, 8);
  if (head.length < 8 || head.toString('latin1', 4, 8) !== type) return null;
  const length = head.readUInt32BE(0);
  return length < 8 ? null : length;
}

/** Shorter than asked only at the end of the file. */
export async function readAt(file: Pick<FileHandle, 'read'>, position: number, length: number): Promise<Buffer> {
  const out = Buffer.allocUnsafe(Math.max(0, length));
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(out, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return out.subarray(0, done);
}
