/** What merging decides and playing follows: which source shows which stretch. */
import type { Span } from './units.ts';

/**
 * A stretch of one camera's timeline taken from one source (a host). `span` is in that source's own
 * clock; it begins at a key picture, and units at `span.toUs` and later belong to the next piece.
 */
export interface FootagePiece {
  readonly source: string;
  readonly span: Span;
  /** Added to the source's times to get times of the timeline: the measured offset between hosts. */
  readonly offsetUs: number;
}
