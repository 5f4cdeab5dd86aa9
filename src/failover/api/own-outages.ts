/** Outages as this failover server knows them by itself: its steps and what it wrote. Nothing is asked of the other host. */
import type { Outage, OutageReport } from '../../contract/api/outages.ts';
import type { FailoverServer, OutageView } from '../server-types.ts';
import type { OutageDoor } from './footage-door.ts';
import { escaped } from './pages.ts';

export function ownOutages(server: FailoverServer, nowMs: () => number): OutageDoor {
  const report = (id: string): OutageReport => reportOf(server.outage(id), nowMs());
  return {
    list: async (filter) => server.outages(filter).map((record) => outageOf(server.outage(record.id))),
    report: async (id) => report(id),
    page: async (id) => pageOf(report(id)),
    totals: () => ({ outages: server.outages({ limit: 1000 }).length, promisedMs: 0, keptMs: 0, gapMs: 0 }),
  };
}

const round = (ms: number | null): number | null => (ms === null ? null : Math.round(ms));

function outageOf(view: OutageView): Outage {
  return {
    id: view.id,
    serverId: view.serverId,
    serverName: view.serverName,
    trigger: view.cause,
    startedMs: Math.round(view.startedMs),
    endedMs: round(view.endedMs),
    takenOver: view.decidedMs !== null,
    decidedMs: round(view.decidedMs),
    restoredMs: round(view.restoredMs),
    cameras: new Set(view.runs.map((run) => run.cameraId)).size,
    gapMs: null,
    worstGapMs: null,
    standby: view.standby,
  };
}

function reportOf(view: OutageView, nowMs: number): OutageReport {
  const outage = outageOf(view);
  const endMs = outage.endedMs ?? nowMs;
  const nowUs = Math.round(nowMs * 1000);
  const cameras = [...new Set(view.runs.map((run) => run.cameraId))];
  return {
    ...outage,
    state: outage.endedMs === null ? 'open' : 'preliminary',
    missing: [{ code: 'not measured', text: 'What the monitored server itself recorded was not compared.' }],
    span: { fromUs: outage.startedMs * 1000, toUs: Math.round(endMs * 1000) },
    steps: view.steps.map((step) => ({ ...step, atMs: Math.round(step.atMs) })),
    perCamera: cameras.map((cameraId) => {
      const runs = view.runs.filter((run) => run.cameraId === cameraId && run.fate !== 'dropped');
      const afterUs = runs.map((run) => run.fromUs).filter((fromUs) => view.decidedMs !== null && fromUs >= view.decidedMs * 1000);
      return {
        cameraId,
        name: view.runs.find((run) => run.cameraId === cameraId)?.name ?? cameraId,
        spans: runs.map((run) => ({ fromUs: run.fromUs, toUs: run.toUs ?? nowUs, by: 'failover server' as const, provisional: run.fate === 'provisional', locked: false })),
        gaps: [],
        gapMs: 0,
        firstFrameAfterDecisionMs: afterUs.length === 0 || view.decidedMs === null ? null : Math.min(...afterUs) / 1000 - view.decidedMs,
      };
    }),
    totals: { promisedMs: 0, keptMs: 0, gapMs: 0 },
  };
}

const time = (ms: number | null): string => (ms === null ? '–' : `${new Date(ms).toISOString().replace('T', ' ').slice(0, 23)} UTC`);

function pageOf(report: OutageReport): string {
  const steps = report.steps.map((step) => `<tr><td>${time(step.atMs)}</td><td>${escaped(step.from)}</td><td>${escaped(step.to)}</td><td>${escaped(step.text)}</td></tr>`).join('\n');
  const cameras = report.perCamera
    .map((camera) => `<tr><td>${escaped(camera.name)}</td><td>${camera.spans.map((span) => `${time(span.fromUs / 1000)} to ${time(span.toUs / 1000)}`).join('<br>')}</td></tr>`)
    .join('\n');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Outage of ${escaped(report.serverName)}</title>
<style>body{font:14px system-ui;margin:2rem}td,th{text-align:left;padding:.2rem 1rem .2rem 0;vertical-align:top}</style></head><body>
<h1>Outage of ${escaped(report.serverName)}</h1><p>${escaped(report.trigger.text)} ${time(report.startedMs)} to ${time(report.endedMs)}.</p>
<h2>What happened</h2><table><tbody>${steps}</tbody></table>
<h2>Recorded by the failover server</h2><table><tbody>${cameras}</tbody></table></body></html>
`;
}
