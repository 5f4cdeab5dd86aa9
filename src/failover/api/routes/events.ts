import type { AuditEvent } from '../../../contract/api/events.ts';
import type { AuditFilter } from '../../db/audit.ts';
import type { FailoverServer } from '../../server-types.ts';
import type { SomeHandlers } from '../handlers.ts';

const pageSize = 1000;

export function eventHandlers({ server }: { readonly server: FailoverServer }): SomeHandlers<'events.list' | 'events.csv' | 'events.json'> {
  return {
    'events.list': ({ query }) => [...server.audit(query)],
    'events.csv': async ({ query }) => ({
      contentType: 'text/csv; charset=utf-8',
      headers: { 'content-disposition': 'attachment; filename="events.csv"' },
      body: csv(await all(server, query)),
    }),
    'events.json': ({ query }) => all(server, query),
  };
}

/** Oldest first, page by page; between the pages of a long trail everything else has its turn. */
async function all(server: FailoverServer, filter: AuditFilter): Promise<AuditEvent[]> {
  const found: AuditEvent[] = [];
  for (let before: number | undefined; ; ) {
    const page = server.audit({ ...filter, limit: pageSize, ...(before === undefined ? {} : { before }) });
    found.push(...page);
    before = page.at(-1)?.id;
    if (page.length < pageSize || before === undefined) return found.toReversed();
    await new Promise<void>((go) => setImmediate(go));
  }
}

const columns = ['id', 'time', 'severity', 'kind', 'server', 'camera', 'actor', 'from', 'to', 'code', 'reason', 'text', 'outage'] as const;

export function csv(events: readonly AuditEvent[]): string {
  const rows = events.map((event) => [
    event.id, new Date(event.atMs).toISOString(), event.severity, event.kind, event.serverName ?? event.serverId, event.cameraId, event.actor,
    event.from, event.to, event.reason?.code, event.reason?.text, event.text, event.outageId,
  ]);
  return `${[columns, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

/** RFC 4180; a leading apostrophe keeps a spreadsheet from running a name as a formula. */
function cell(value: string | number | null | undefined): string {
  const text = String(value ?? '');
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
