import type { Outage, OutageReport } from '../../contract/api/outages.ts';
import type { Clock, Timers } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
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

/** Reports of all outages. Measured figures stay in memory; a final one is not measured again while we run. */
export function makeOutageReports(server: FailoverServer, clock: Clock, timers: Timers, log: Log): OutageReports {
  const measured = new Map<string, Measured>();
  let running = false;

  const look = async (id: string): Promise<Measured> => {
    const known = measured.get(id);
    if (known?.final) return known;
    const fresh = await measure(server, server.outage(id), clock.wallMs());
    measured.set(id, fresh);
    return fresh;
  };
  const round = async (): Promise<void> => {
    if (running) return;
    running = true;
    try {
      for (const { id } of server.outages({ limit: 100 })) if (!measured.get(id)?.final) await look(id);
    } finally {
      running = false;
    }
  };
  // A host that does not answer is told in the report; here it only means: later again.
  const cancel = timers.every(againMs, () => void round().catch((error: unknown) => log.warn({ error: String(error) }, 'Outages could not be measured; it is tried again.')));

  return {
    list: async (filter) =>
      server.outages(filter).map(({ id }) => outageOf(server.outage(id), measured.get(id) ?? null)),
    report: async (id) => reportOf(server.outage(id), await look(id)),
    page: async (id) => reportPage(reportOf(server.outage(id), await look(id))),
    totals: () => {
      const all = [...measured.values()];
      const promisedMs = all.reduce((sum, each) => sum + each.promisedMs, 0);
      const gapMs = all.reduce((sum, each) => sum + each.gapMs, 0);
      return { outages: server.outages({ limit: most }).length, promisedMs, keptMs: Math.max(0, promisedMs - gapMs), gapMs };
    },
    stop: cancel,
  };
}
