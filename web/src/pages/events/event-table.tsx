import { Link } from '@tanstack/react-router';
import type { AuditEvent } from '../../../../src/contract/api/events.ts';
import { useLive } from '../../api/live.ts';
import { timeText } from '../../components/time.tsx';
import { paths } from '../../paths.ts';
import { Verbatim, word } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';
import { Status, type Tone } from '../../ui/status.tsx';
import { Cell, RowHead, rowClass, Table } from '../../ui/table.tsx';

const tones: Record<AuditEvent['severity'], Tone> = { info: 'dim', warning: 'warn', alarm: 'alarm' };
const c = t.events.columns;

export function EventTable({ events }: { readonly events: readonly AuditEvent[] }) {
  const servers = useLive((live) => live.snapshot?.servers) ?? [];
  // The name of today, else the one that stands in the event: the server may be gone.
  const nameOf = ({ serverId, serverName }: AuditEvent): string => servers.find(({ id }) => id === serverId)?.name ?? serverName ?? serverId ?? '';
  return (
    <Table label={t.nav.events} titles={[c.at, c.kind, c.server, c.what, c.change, c.why, c.who]}>
      {events.map((event) => (
        <tr key={event.id} role="row" className={rowClass} data-event={event.id}>
          <RowHead>
            <time className="font-normal whitespace-nowrap tabular-nums" dateTime={new Date(event.atMs).toISOString()} title={new Date(event.atMs).toISOString()}>
              {timeText(event.atMs)}
            </time>
          </RowHead>
          <Cell title={c.kind}>
            <Status tone={tones[event.severity]}>{word(event.kind)}</Status>
          </Cell>
          <Cell title={c.server}>
            {event.serverId === null ? (
              ''
            ) : (
              <Link to={paths.server} params={{ server: event.serverId }} preload={false} className="block max-w-48 truncate text-ink">
                {nameOf(event)}
              </Link>
            )}
          </Cell>
          <Cell title={c.what} wide>
            <Verbatim>{event.text}</Verbatim>{' '}
            {event.outageId !== null && (
              <Link to={paths.outage} params={{ outage: event.outageId }} preload={false} className="text-accent">
                {t.events.outage}
              </Link>
            )}
          </Cell>
          <Cell title={c.change}>{event.to === null ? '' : `${event.from === null ? '–' : word(event.from)} → ${word(event.to)}`}</Cell>
          <Cell title={c.why} wide>
            {event.reason && <Verbatim>{event.reason.text}</Verbatim>}
          </Cell>
          <Cell title={c.who}>{event.actor === 'system' ? word(event.actor) : event.actor}</Cell>
        </tr>
      ))}
    </Table>
  );
}
