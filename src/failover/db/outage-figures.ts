import { z } from 'zod';
import { outageReport } from '../../contract/api/outages.ts';
import type { Sql } from '../../platform/sqlite.ts';
import { jsonText, parseRow } from './rows.ts';

/** What both machines said of one outage, camera by camera. */
const stored = outageReport.pick({ span: true, perCamera: true }).extend({ missing: outageReport.shape.missing.default([]) });
export type StoredReport = z.infer<typeof stored>;

/** Sums of one outage, or of all, in milliseconds of one camera's footage. */
export interface OutageFigures {
  readonly cameras: number;
  readonly promisedMs: number;
  readonly gapMs: number;
  readonly worstGapMs: number;
}

const row = z.object({ cameras: z.number(), promised_ms: z.number(), gap_ms: z.number(), worst_gap_ms: z.number(), measured: jsonText(stored) });
const figuresOnly = row.omit({ measured: true });
const sums = z.object({ promised: z.number().nullable(), gap: z.number().nullable() });

const toFigures = (found: z.infer<typeof figuresOnly>): OutageFigures => ({ cameras: found.cameras, promisedMs: found.promised_ms, gapMs: found.gap_ms, worstGapMs: found.worst_gap_ms });

export function saveFigures(sql: Sql, outageId: string, figures: OutageFigures, report: StoredReport): void {
  sql
    .prepare('INSERT OR REPLACE INTO outage_figures (outage_id, cameras, promised_ms, gap_ms, worst_gap_ms, measured) VALUES (?, ?, ?, ?, ?, ?)')
    .run(outageId, figures.cameras, figures.promisedMs, figures.gapMs, figures.worstGapMs, JSON.stringify({ span: report.span, perCamera: report.perCamera, missing: report.missing }));
}

/** Null: not final yet. */
export function readFigures(sql: Sql, outageId: string): OutageFigures | null {
  const found = sql.prepare('SELECT cameras, promised_ms, gap_ms, worst_gap_ms FROM outage_figures WHERE outage_id = ?').get(outageId);
  return found === undefined ? null : toFigures(parseRow(figuresOnly, found, 'The figures of an outage in the database'));
}

export function readReport(sql: Sql, outageId: string): (OutageFigures & StoredReport) | null {
  const found = sql.prepare('SELECT * FROM outage_figures WHERE outage_id = ?').get(outageId);
  if (found === undefined) return null;
  const parsed = parseRow(row, found, 'The report of an outage in the database');
  return { ...toFigures(parsed), ...parsed.measured };
}

export function sumFigures(sql: Sql): { readonly promisedMs: number; readonly gapMs: number } {
  const found = parseRow(sums, sql.prepare('SELECT sum(promised_ms) AS promised, sum(gap_ms) AS gap FROM outage_figures').get(), 'The figures of all outages in the database');
  return { promisedMs: found.promised ?? 0, gapMs: found.gap ?? 0 };
}
