import type { OutageReport } from '../../contract/api/outages.ts';
import { gapText } from '../../contract/gap-text.ts';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const text = (value: string): string => value.replace(/[&<>"']/g, (sign) => escapes[sign] ?? sign);
const at = (ms: number | null): string => (ms === null ? '–' : `${new Date(ms).toISOString().replace('T', ' ').slice(0, 23)} UTC`);

const row = (cells: readonly string[]): string => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
const table = (heads: readonly string[], rows: readonly string[]): string =>
  `<table><thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table>`;

const states = { open: 'The outage goes on.', preliminary: 'Preliminary: not all was known when this page was made.', final: 'Final: both machines answered exactly.', closed: 'Closed: more will not become known.' } as const;

/** The report as one page to print; no script, nothing loaded from elsewhere. */
export function reportPage(report: OutageReport): string {
  const cameras = report.perCamera.map((camera) =>
    row([text(camera.name), camera.spans.map((span) => `${at(span.fromUs / 1000)} – ${at(span.toUs / 1000)}, ${span.by}`).join('<br>'), camera.gapMs === 0 ? 'none' : `<strong>${gapText(camera.gapMs)}</strong>`, camera.gaps.map((each) => `${at(each.fromUs / 1000)}: ${gapText(each.gapMs)}. ${text(each.reason.text)}`).join('<br>')]),
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Outage of ${text(report.serverName)}</title>
<style>body{font:14px/1.45 system-ui,sans-serif;margin:2rem;color:#111}table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}td,th{text-align:left;vertical-align:top;border-bottom:1px solid #bbb;padding:.3rem .8rem .3rem 0}td strong{white-space:nowrap}tr{break-inside:avoid}h1{margin-top:0}@media print{body{margin:0}}</style></head>
<body><h1>Outage of ${text(report.serverName)}</h1>
<p>${text(report.trigger.text)}<br>From ${at(report.startedMs)} to ${at(report.endedMs)}. Taken over: ${report.takenOver ? at(report.decidedMs) : 'no'}. Restored: ${at(report.restoredMs)}. Standby: ${report.standby}.</p>
<p><strong>Footage missing: ${gapText(report.totals.gapMs)}</strong> of ${gapText(report.totals.promisedMs)} (all cameras together).${report.totals.unknownMs === 0 ? '' : ` <strong>Not known: ${gapText(report.totals.unknownMs)}.</strong>`} ${states[report.state]} ${report.missing.map(({ text: why }) => text(why)).join(' ')}</p>
<h2>Cameras</h2>
${table(['Camera', 'Footage and who recorded it', 'Missing', 'Gaps and why'], cameras)}
<h2>What happened</h2>
${table(['When', 'From', 'To', 'Why'], report.steps.map((step) => row([at(step.atMs), text(step.from), text(step.to), text(step.text)])))}
</body></html>
`;
}
