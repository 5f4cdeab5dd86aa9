/** What reading needs of an index: answered by the keeper's thread, or by a read-only look at the files. */
import { clip } from '../../core/coverage.ts';
import type { CameraKey, Span, TimeUs } from '../../core/units.ts';
import type { CoverageAnswer } from '../contract.ts';
import { type Ledger, OPEN, type SegmentContent, type SegmentMeta, type SegmentPage } from './ledger.ts';
import type { OpenSegment } from './open-segments.ts';
import { joinCovers } from './runs.ts';
import { subtract } from './spans.ts';

export type CameraSummary = CameraKey & { readonly span: Span; readonly bytes: number };

/** One segment as reading needs it. */
export interface Piece extends SegmentContent {
  readonly endUs: TimeUs;
  readonly hidden: readonly Span[];
  /** Being written: more rows may come. */
  readonly open: boolean;
}

/** Where the last page ended. */
export interface Cursor {
  readonly startUs: TimeUs;
  readonly path: string;
}

export interface SegmentSource {
  keys(): Promise<readonly CameraKey[]>;
  cameras(): Promise<readonly CameraSummary[]>;
  coverage(camera: CameraKey, span: Span): Promise<CoverageAnswer>;
  /** Segments of the span by start, a few at a time, behind the cursor. */
  pieces(camera: CameraKey, span: Span, after: Cursor | null): Promise<readonly Piece[]>;
}

export const PIECES_AT_ONCE = 4;

type OpenOnes = ReadonlyMap<string, OpenSegment>;

/** `whole`: what the index says, open segments not counted. */
export function listCameras(whole: readonly CameraSummary[], open: OpenOnes): CameraSummary[] {
  const all = new Map(whole.map((camera) => [`${camera.serverId}/${camera.cameraId}`, camera]));
  for (const segment of open.values()) {
    const meta = segment.meta();
    if (meta === null) continue;
    const key = `${segment.camera.serverId}/${segment.camera.cameraId}`;
    const before = all.get(key);
    const span = {
      fromUs: Math.min(before?.span.fromUs ?? Infinity, meta.startUs),
      toUs: Math.max(before?.span.toUs ?? 0, meta.endUs),
    };
    all.set(key, { ...segment.camera, span, bytes: (before?.bytes ?? 0) + meta.bytes });
  }
  return [...all.values()].filter(({ bytes }) => bytes > 0);
}

/** Segments of the span, those being written with their newest state. */
function metasOf(ledger: Ledger, open: OpenOnes, camera: CameraKey, span: Span, page?: SegmentPage): SegmentMeta[] {
  const id = ledger.cameraId(camera);
  const closed = id === null ? [] : ledger.metas(id, span, page).filter(({ path, state }) => state !== OPEN && !open.has(path));
  const live = [...open.values()].flatMap((segment) => {
    const meta = isOf(segment, camera) ? segment.meta() : null;
    return meta !== null && meta.startUs < span.toUs && meta.endUs > span.fromUs ? [meta] : [];
  });
  return [...closed, ...live].toSorted((a, b) => a.startUs - b.startUs || (a.path < b.path ? -1 : 1));
}

function isOf(segment: OpenSegment, camera: CameraKey): boolean {
  return segment.camera.cameraId === camera.cameraId && segment.camera.serverId === camera.serverId;
}

/** Looked at beyond the asked span, so that its edges join as the whole timeline does. */
const EDGE_US = 70_000_000;

export function coverageOf(ledger: Ledger, open: OpenOnes, camera: CameraKey, span: Span): CoverageAnswer {
  const id = ledger.cameraId(camera);
  const wide = { fromUs: span.fromUs - EDGE_US, toUs: span.toUs + EDGE_US };
  const splitUs = newestFrom(open, camera, wide);
  const old = id === null || splitUs <= wide.fromUs ? null : ledger.covers(id, { fromUs: wide.fromUs, toUs: splitUs });
  const metas = metasOf(ledger, open, camera, { ...wide, fromUs: Math.max(wide.fromUs, splitUs) }).filter(({ startUs }) => old === null || startUs >= splitUs);
  const hidden = id === null ? [] : ledger.spans('hidden', id, wide);
  const spans = clip(subtract(joinCovers([...(old?.covers ?? []), ...metas.map(({ cover }) => cover)]), hidden), span);
  const deleted = id === null ? [] : clip(ledger.deleted(id, span), span);
  return { spans, ...(deleted.length === 0 ? {} : { deleted }), exactness: 'exact', durableUntilUs: durableUntil(metas, open, old?.endUs ?? null) };
}

/** What is so old, and begins before every segment being written, is whole and is taken from the index in one piece. */
const NEWEST_US = 3_600_000_000;

function newestFrom(open: OpenOnes, camera: CameraKey, wide: Span): TimeUs {
  const starts = [...open.values()].flatMap((segment) => (isOf(segment, camera) ? [segment.startUs] : []));
  return Math.min(wide.toUs - NEWEST_US, ...starts);
}

/** The end of what is durable without a hole: nothing behind the first segment that is not wholly so. */
function durableUntil(metas: readonly SegmentMeta[], open: OpenOnes, beforeUs: TimeUs | null): TimeUs | null {
  let until = beforeUs;
  for (const { path, endUs } of metas) {
    const segment = open.get(path);
    if (segment === undefined) until = Math.max(until ?? 0, endUs);
    else {
      const durable = segment.durableUntilUs();
      return durable === null ? until : Math.max(until ?? 0, durable);
    }
  }
  return until;
}

export function piecesOf(ledger: Ledger, open: OpenOnes, camera: CameraKey, span: Span, after: Cursor | null): Piece[] {
  const id = ledger.cameraId(camera);
  // Rows of segments that are open again in memory are left out of the page: so many more are asked for.
  const limit = PIECES_AT_ONCE + open.size;
  const page = { startUs: after?.startUs ?? Number.MIN_SAFE_INTEGER, path: after?.path ?? '', limit };
  return metasOf(ledger, open, camera, span, page)
    .filter(({ startUs, path }) => after === null || startUs > after.startUs || (startUs === after.startUs && path > after.path))
    .slice(0, PIECES_AT_ONCE)
    .flatMap(({ path, startUs, endUs }) => {
      const live = open.get(path);
      const content = live === undefined ? ledger.content(path) : live.content();
      if (content === null) return [];
      const hidden = id === null ? [] : ledger.spans('hidden', id, { fromUs: startUs, toUs: endUs });
      return [{ ...content, endUs, hidden, open: live !== undefined }];
    });
}

export interface LiveSource extends SegmentSource {
  /** Resolves when more of the camera was written. */
  grown(camera: CameraKey): Promise<void>;
}
