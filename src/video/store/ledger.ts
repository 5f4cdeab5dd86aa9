/** The index in SQLite, seen by both its keeper and read-only readers. Statements only, no decisions. */
import type { CameraKey, Span, TimeUs } from '../../core/units.ts';
import type { Sql, SqlRow, SqlStatement } from '../../platform/sqlite.ts';
import { packCover, type SegmentCover, unpackCover } from './runs.ts';

export const OPEN = 0;
export const WHOLE = 1;
export const DOOMED = 2;

export interface SegmentMeta {
  readonly path: string;
  readonly startUs: TimeUs;
  readonly endUs: TimeUs;
  readonly bytes: number;
  readonly state: number;
  readonly cover: SegmentCover;
}

export interface SegmentContent {
  readonly path: string;
  readonly startUs: TimeUs;
  readonly config: Uint8Array;
  readonly rows: Uint8Array;
}

export interface NewSegment {
  readonly path: string;
  readonly camera: CameraKey;
  readonly startUs: TimeUs;
  readonly endUs: TimeUs;
  readonly bytes: number;
  readonly config: Uint8Array;
  readonly state: number;
  readonly cover: SegmentCover;
  readonly rows: Uint8Array;
}

export interface SegmentPage {
  readonly startUs: TimeUs;
  readonly path: string;
  readonly limit: number;
}

const wholeList: SegmentPage = { startUs: Number.MIN_SAFE_INTEGER, path: '', limit: -1 };

/** Named spans of a camera besides its segments. */
export type SpanTable = 'hidden' | 'doubles' | 'deleted';

const nothing: SegmentCover = { runs: [], nominalUs: 0, gapFirst: true, lastUs: 0 };

/**
 * At least so far is looked back for segments that reach into a span. A reader beside a living
 * recorder opened the index when its segments were few and short, and does not hear of longer ones.
 */
const leastLookBackUs = 600_000_000;

export class Ledger {
  #sql: Sql;
  readonly #ready = new Map<string, SqlStatement>();
  readonly #cameras = new Map<string, number>();
  /** Longest segment, µs: bounds the look back for segments that reach into a span. */
  #longestUs = leastLookBackUs;
  #longestNoted = false;
  #notesDeleted = false;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.#readLongest();
  }

  get sql(): Sql {
    return this.#sql;
  }

  /** Another database takes the place of one that is damaged. */
  adopt(sql: Sql): void {
    this.#sql = sql;
    this.#ready.clear();
    this.#cameras.clear();
    this.#notesDeleted = false;
    this.#readLongest();
  }

  #readLongest(): void {
    const noted = this.state('longest');
    this.#longestNoted = noted !== null;
    this.#longestUs = Math.max(leastLookBackUs, Number(noted ?? this.one('SELECT max(end_us - start_us) AS n FROM segments')?.['n'] ?? 0));
  }

  run(text: string, ...values: readonly (string | number | Uint8Array | null)[]): number {
    return this.#statement(text).run(...values).changes;
  }
  one(text: string, ...values: readonly (string | number | Uint8Array)[]): SqlRow | undefined {
    return this.#statement(text).get(...values);
  }
  all(text: string, ...values: readonly (string | number | Uint8Array)[]): SqlRow[] {
    return this.#statement(text).all(...values);
  }

  #statement(text: string): SqlStatement {
    let found = this.#ready.get(text);
    if (found === undefined) this.#ready.set(text, (found = this.#sql.prepare(text)));
    return found;
  }

  /** Null if the index does not know the camera. */
  cameraId(camera: CameraKey): number | null {
    const key = `${camera.serverId}/${camera.cameraId}`;
    const known = this.#cameras.get(key);
    if (known !== undefined) return known;
    const row = this.one('SELECT id FROM cameras WHERE server_id = ? AND camera_id = ?', camera.serverId, camera.cameraId);
    if (row === undefined) return null;
    this.#cameras.set(key, Number(row['id']));
    return Number(row['id']);
  }

  addCamera(camera: CameraKey): number {
    const known = this.cameraId(camera);
    if (known !== null) return known;
    this.run('INSERT INTO cameras (server_id, camera_id) VALUES (?, ?)', camera.serverId, camera.cameraId);
    return this.cameraId(camera) ?? 0;
  }

  keys(): CameraKey[] {
    return this.all('SELECT server_id, camera_id FROM cameras').map((row) => ({ serverId: String(row['server_id']), cameraId: String(row['camera_id']) }));
  }

  cameras(): (CameraKey & { readonly span: Span; readonly bytes: number })[] {
    const ofCamera = `FROM segments WHERE segments.camera = cameras.id AND state <> ${DOOMED}`;
    return this.all(
      `SELECT server_id, camera_id, bytes, (SELECT start_us ${ofCamera} ORDER BY start_us LIMIT 1) AS from_us,
         (SELECT max(end_us) ${ofCamera} AND start_us >= (SELECT start_us ${ofCamera} ORDER BY start_us DESC LIMIT 1) - ?) AS to_us
       FROM cameras WHERE bytes > 0`,
      this.#longestUs,
    ).map((row) => ({
      serverId: String(row['server_id']),
      cameraId: String(row['camera_id']),
      span: { fromUs: Number(row['from_us']), toUs: Number(row['to_us']) },
      bytes: Number(row['bytes']),
    }));
  }

  /** What the segments of a camera take on disk, without the one being written. */
  bytes(camera: number): number {
    return Number(this.one('SELECT bytes FROM cameras WHERE id = ?', camera)?.['bytes'] ?? 0);
  }

  /** Segments that reach into the span, by start; without rows. `page`: so many behind a place. */
  metas(camera: number, span: Span, page: SegmentPage = wholeList): SegmentMeta[] {
    return this.all(
      `SELECT path, start_us, end_us, bytes, state, cover FROM segments
       WHERE camera = ? AND start_us >= ? AND start_us < ? AND (end_us > ? OR state = ${OPEN}) AND state <> ${DOOMED}
         AND (start_us > ? OR (start_us = ? AND path > ?))
       ORDER BY start_us, path LIMIT ?`,
      camera,
      Math.max(span.fromUs - this.#longestUs, page.startUs),
      span.toUs,
      span.fromUs,
      page.startUs,
      page.startUs,
      page.path,
      page.limit,
    ).map(meta);
  }

  /** Covers of whole segments that begin before `span.toUs` and reach into the span, by start, as one row: a month as 43,000 rows takes three times as long. */
  covers(camera: number, span: Span): { readonly covers: readonly SegmentCover[]; readonly endUs: TimeUs | null } {
    const row = this.one(
      `SELECT group_concat(hex(cover)) AS covers, max(end_us) AS end_us FROM
         (SELECT cover, end_us FROM segments WHERE camera = ? AND start_us >= ? AND start_us < ? AND end_us > ? AND state = ${WHOLE} ORDER BY start_us, path)`,
      camera,
      span.fromUs - this.#longestUs,
      span.toUs,
      span.fromUs,
    );
    const packed = row?.['covers'];
    if (typeof packed !== 'string') return { covers: [], endUs: null };
    return { covers: packed.split(',').map((hex) => (hex === '' ? nothing : unpackCover(Buffer.from(hex, 'hex')))), endUs: Number(row?.['end_us']) };
  }

  content(path: string): SegmentContent | null {
    const row = this.one(
      'SELECT path, start_us, packed, rows FROM segments JOIN configs ON configs.id = config WHERE path = ?',
      path,
    );
    if (row === undefined) return null;
    return {
      path,
      startUs: Number(row['start_us']),
      config: bytesOf(row['packed']),
      rows: bytesOf(row['rows']),
    };
  }

  newestStart(camera: CameraKey): TimeUs | null {
    const id = this.cameraId(camera);
    const newest = id === null ? undefined : this.one('SELECT max(start_us) AS n FROM segments WHERE camera = ?', id)?.['n'];
    return typeof newest === 'number' ? newest : null;
  }

  unfinished(state: number): { readonly path: string; readonly bytes: number }[] {
    return this.all('SELECT path, bytes FROM segments WHERE state = ? AND state <> 1', state).map((row) => ({
      path: String(row['path']),
      bytes: Number(row['bytes']),
    }));
  }

  knows(path: string): boolean {
    return this.one('SELECT 1 AS n FROM segments WHERE path = ?', path) !== undefined;
  }

  put(segment: NewSegment): void {
    this.run('INSERT OR IGNORE INTO configs (packed) VALUES (?)', segment.config);
    const config = Number(this.one('SELECT id FROM configs WHERE packed = ?', segment.config)?.['id'] ?? 0);
    this.run(
      `INSERT INTO segments (camera, path, start_us, end_us, bytes, config, state, cover, rows)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (path) DO UPDATE SET end_us = excluded.end_us, bytes = excluded.bytes, state = excluded.state,
         start_us = excluded.start_us, config = excluded.config, cover = excluded.cover, rows = excluded.rows`,
      this.addCamera(segment.camera),
      segment.path,
      segment.startUs,
      segment.endUs,
      segment.bytes,
      config,
      segment.state,
      packCover(segment.cover),
      segment.rows,
    );
    this.#noteLongest(segment.endUs - segment.startUs);
  }

  /** Kept in the index: to find the longest among millions takes seconds at each start. */
  #noteLongest(lengthUs: number): void {
    if (this.#longestNoted && lengthUs <= this.#longestUs) return;
    this.#longestUs = Math.max(this.#longestUs, lengthUs);
    this.#longestNoted = true;
    this.setState('longest', String(this.#longestUs));
  }

  forget(path: string): void {
    this.run('DELETE FROM segments WHERE path = ?', path);
  }

  doom(path: string): void {
    this.run(`UPDATE segments SET state = ${DOOMED} WHERE path = ?`, path);
  }

  spans(table: SpanTable, camera: number, span: Span): Span[] {
    return this.all(
      `SELECT from_us, to_us FROM ${table} WHERE camera = ? AND from_us < ? AND to_us > ? ORDER BY from_us`,
      camera,
      span.toUs,
      span.fromUs,
    ).map(spanOf);
  }

  /** Removes what lies within `old`, then adds `fresh`. */
  replaceSpans(table: SpanTable, camera: number, old: readonly Span[], fresh: readonly Span[]): void {
    for (const span of old)
      this.run(`DELETE FROM ${table} WHERE camera = ? AND from_us >= ? AND to_us <= ?`, camera, span.fromUs, span.toUs);
    for (const span of fresh)
      this.run(`INSERT INTO ${table} (camera, from_us, to_us) VALUES (?, ?, ?)`, camera, span.fromUs, span.toUs);
  }

  keepNewest(table: SpanTable, camera: number, most: number): void {
    this.run(`DELETE FROM ${table} WHERE camera = ?1 AND from_us < (SELECT from_us FROM ${table} WHERE camera = ?1 ORDER BY from_us DESC LIMIT 1 OFFSET ?2)`, camera, most - 1);
  }

  /** Whoever reads beside a recorder of an older version finds no such table yet. */
  deleted(camera: number, span: Span): Span[] {
    this.#notesDeleted ||= this.one("SELECT 1 AS n FROM sqlite_schema WHERE name = 'deleted'") !== undefined;
    return this.#notesDeleted ? this.spans('deleted', camera, span) : [];
  }

  lockedSpans(camera: number, span: Span): Span[] {
    return this.all(
      'SELECT from_us, to_us FROM locks WHERE camera = ? AND from_us < ? AND to_us > ?',
      camera,
      span.toUs,
      span.fromUs,
    ).map(spanOf);
  }

  state(key: string): string | null {
    const row = this.one('SELECT value FROM state WHERE key = ?', key);
    return row === undefined ? null : String(row['value']);
  }
  setState(key: string, value: string): void {
    this.run('INSERT INTO state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value', key, value);
  }
}

function meta(row: SqlRow): SegmentMeta {
  const cover = bytesOf(row['cover']);
  return {
    path: String(row['path']),
    startUs: Number(row['start_us']),
    endUs: Number(row['end_us']),
    bytes: Number(row['bytes']),
    state: Number(row['state']),
    cover: cover.length === 0 ? nothing : unpackCover(cover),
  };
}

export function spanOf(row: SqlRow): Span {
  return { fromUs: Number(row['from_us']), toUs: Number(row['to_us']) };
}

function bytesOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array();
}
