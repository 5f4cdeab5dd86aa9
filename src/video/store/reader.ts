/** Reads footage through an index of any kind: pages of segments, then long reads of the files. */
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { CameraKey, Span, UnitRow } from '../../core/units.ts';
import { unpackConfig } from '../mp4/packed-config.ts';
import type { CoverageAnswer, FootageBatch, FootageUnit, StreamConfig } from '../contract.ts';
import { readChunks, type StoredRow } from '../mp4/unit-rows.ts';
import { storeError } from './errors.ts';
import { readAt } from './scan.ts';
import { selectUnits } from './select-units.ts';
import type { CameraSummary, Cursor, Piece, SegmentSource } from './source.ts';
import { contains } from './spans.ts';
import { WrittenTwice } from './written-twice.ts';

/** One read of a file, and so one batch, is at most about this long. */
const BATCH_BYTES = 4 * 1024 * 1024;
const ROWS_PER_PAGE = 1000;

export class SegmentReader {
  readonly #storePath: string;
  readonly #source: SegmentSource;

  constructor(storePath: string, source: SegmentSource) {
    this.#storePath = storePath;
    this.#source = source;
  }

  keys(): Promise<readonly CameraKey[]> {
    return this.#source.keys();
  }

  cameras(): Promise<readonly CameraSummary[]> {
    return this.#source.cameras();
  }

  coverage(camera: CameraKey, span: Span): Promise<CoverageAnswer> {
    return this.#source.coverage(camera, span);
  }

  async *rows(camera: CameraKey, span: Span): AsyncGenerator<readonly UnitRow[]> {
    const twice = new WrittenTwice();
    for await (const piece of this.pieces(camera, span, null)) {
      let page: UnitRow[] = [];
      for (const row of twice.without([...readChunks(piece.rows)])) {
        if (row.timeUs < span.fromUs || row.timeUs >= span.toUs || contains(piece.hidden, row.timeUs)) continue;
        const { fileOffset: _, length: __, ...plain } = row;
        page.push(plain);
        if (page.length === ROWS_PER_PAGE) {
          yield page;
          page = [];
        }
      }
      if (page.length > 0) yield page;
    }
  }

  async *read(camera: CameraKey, span: Span): AsyncGenerator<FootageBatch> {
    const configs = new ConfigNumbers();
    const twice = new WrittenTwice();
    let first = true;
    for await (const piece of this.pieces(camera, span, null)) {
      const all = [...readChunks(piece.rows)];
      const once = twice.without(all);
      // Where nothing was handed out yet, nothing is doubled, and the key frame is needed.
      const rows = selectUnits(first ? all : once, { first, span, hidden: piece.hidden });
      if (rows.length === 0) continue;
      first = false;
      yield* this.readRows(piece, rows, configs.of(piece.config));
    }
  }

  /** Pages of segments; each is asked for only when the one before was used up. */
  async *pieces(camera: CameraKey, span: Span, from: Cursor | null): AsyncGenerator<Piece> {
    let after = from;
    for (;;) {
      const page = await this.#source.pieces(camera, span, after);
      yield* page;
      const last = page.at(-1);
      if (last === undefined) return;
      after = last;
    }
  }

  /** The data of rows of one segment. Ends early if the file was deleted meanwhile. */
  async *readRows(piece: Pick<Piece, 'path'>, rows: readonly StoredRow[], config: StreamConfig): AsyncGenerator<FootageBatch> {
    let file: FileHandle;
    try {
      file = await open(join(this.#storePath, piece.path), 'r');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
      throw storeError(error, `Reading ${piece.path}`);
    }
    try {
      for (const group of groupBySize(rows)) {
        const units = await readGroup(file, group);
        if (units.length > 0) yield { config, units };
        if (units.length < group.length) return;
      }
    } catch (error) {
      throw storeError(error, `Reading ${piece.path}`);
    } finally {
      await file.close();
    }
  }
}

async function readGroup(file: FileHandle, rows: readonly StoredRow[]): Promise<FootageUnit[]> {
  const from = Math.min(...rows.map(({ fileOffset }) => fileOffset));
  const to = Math.max(...rows.map(({ fileOffset, length }) => fileOffset + length));
  const bytes = await readAt(file, from, to - from);
  const units: FootageUnit[] = [];
  for (const { fileOffset, length, ...row } of rows) {
    const data = bytes.subarray(fileOffset - from, fileOffset - from + length);
    if (data.length < length) break;
    units.push({ ...row, data });
  }
  return units;
}

function* groupBySize(rows: readonly StoredRow[]): Generator<readonly StoredRow[]> {
  let group: StoredRow[] = [];
  let bytes = 0;
  let end = -1;
  for (const row of rows) {
    // A hole (hidden footage) ends a group: it must not be read.
    const hole = end >= 0 && row.track === 'video' && row.fileOffset - end > BATCH_BYTES;
    if (group.length > 0 && (bytes + row.length > BATCH_BYTES || hole)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(row);
    bytes += row.length;
    end = row.fileOffset + row.length;
  }
  if (group.length > 0) yield group;
}

/** Within one answer, equal numbers mean equal content: numbers of writers start anew with each run. */
export class ConfigNumbers {
  readonly #known: { readonly content: Uint8Array; readonly config: StreamConfig }[] = [];

  of(packed: Uint8Array): StreamConfig {
    const content = packed.subarray(4);
    const known = this.#known.find((other) => Buffer.compare(other.content, content) === 0);
    if (known !== undefined) return known.config;
    const config = { ...unpackConfig(packed), version: this.#known.length + 1 };
    this.#known.push({ content, config });
    return config;
  }
}
