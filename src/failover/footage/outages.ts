import type { Outage, OutageReport } from '../../contract/api/outages.ts';
import type { Clock, Timers } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Sql } from '../../platform/sqlite.ts';
import { readFigures, readReport, saveFigures, sumFigures } from '../db/outage-figures.ts';
import type { FailoverServer } from '../server-types.ts';
import { reportPage } from './page.ts';
import { type Measured, measure, outageOf, reportOf } from './report.ts';

export interface OutageFilter {
  readonly server?: string | undefined;
  readonly open?: boolean | undefined;
  readonly limit: number;
  readonly beforeMs?: number | undefined;
}

export interface OutageReports {
  list(filter: OutageFilter): Promise<Outage[]>;
  report(id: string): Promise<OutageReport>;
  page(id: string): Promise<string>;
  totals(): { readonly outages: number; readonly promisedMs: number; readonly keptMs: number; readonly gapMs: number };
  stop(): void;
}

/** How often outages that are not final are measured again. */
const againMs = 15_000;
const most = 1_000;

export interface OutageReportNeeds {
  readonly server: FailoverServer;
  readonly sql: Sql;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
}

/** Reports of all outages. A final one is stored and not measured again: its footage goes by retention, it stays. */
export function makeOutageReports({ server, sql, clock, timers, log }: OutageReportNeeds): OutageReports {
  /** Those that are not final yet. */
  const measured = new Map<string, Measured>();
  let running = false;

  const look = async (id: string): Promise<Measured> => {
    const known = readReport(sql, id);
    if (known !== null) return { ...known, final: true, over: true };
    const fresh = await measure(server, server.outage(id), clock.wallMs());
    if (fresh.final) {
      saveFigures(sql, id, fresh, { ...fresh, missing: [...fresh.missing] });
      measured.delete(id);
    } else measured.set(id, fresh);
    return fresh;
  };
  const round = async (): Promise<void> => {
    if (running) return;
    running = true;
    try {
      for (const { id } of server.outages({ limit: 100 })) {
        if (readFigures(sql, id) !== null) continue;
        // The answers come from another machine: what is wrong with one must not keep the others from being measured.
        await look(id).catch((error: unknown) => log.warn({ outage: id, error: String(error) }, 'An outage could not be measured; it is tried again.'));
      }
    } finally {
      running = false;
    }
  };
  // A host that does not answer is told in the report; here it only means: later again.
  const cancel = timers.every(againMs, () => void round().catch((error: unknown) => log.warn({ error: String(error) }, 'Outages could not be measured; it is tried again.')));

  return {
    list: async (filter) =>
      server.outages(filter).map(({ id }) => {
        // What was measured while it went on is too small once it is over: measured again first.
        const newest = measured.get(id);
        return outageOf(server.outage(id), readFigures(sql, id) ?? (newest?.over === true ? newest : null));
      }),
    report: async (id) => reportOf(server.outage(id), await look(id)),
    page: async (id) => reportPage(reportOf(server.outage(id), await look(id))),
    totals: () => {
      const stored = sumFigures(sql);
      // Of an outage that goes on nobody knows what will be missing.
      const newest = [...measured.values()].filter(({ over }) => over);
      const promisedMs = newest.reduce((sum, each) => sum + each.promisedMs, stored.promisedMs);
      const gapMs = newest.reduce((sum, each) => sum + each.gapMs, stored.gapMs);
      return { outages: server.outages({ limit: most }).length, promisedMs, keptMs: Math.max(0, promisedMs - gapMs), gapMs };
    },
    stop: cancel,
  };
}
