import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useRef } from 'react';
import type { RouteQueryIn } from '../../../../src/contract/api/routes.ts';
import { call, urlOf } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { Older, shownOf } from '../../components/older.tsx';
import { paths } from '../../paths.ts';
import { t } from '../../texts/texts.ts';
import { Asked } from '../../ui/asked.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { EventTable } from './event-table.tsx';
import { Filters, spanOf, type EventFilter } from './filters.tsx';

/** What the address says: the filter, and how many events are shown. */
export interface EventSearch extends EventFilter {
  readonly shown?: number | undefined;
}

function queryOf(filter: EventFilter): RouteQueryIn<'events.csv'> {
  const { server, kind, severity, text } = filter;
  return { server, kind, severity: severity === 'warning' || severity === 'alarm' ? severity : undefined, text, ...spanOf(filter) };
}

const isFiltered = ({ shown: _shown, ...filter }: EventSearch): boolean => Object.values(filter).some((value) => value !== undefined);

/** The audit trail: when, who or what, why, from state to state; filterable and exportable, new ones come by themselves. */
export function Events() {
  const filter = useSearch({ from: paths.events });
  const navigate = useNavigate({ from: paths.events });
  const limit = shownOf(filter.shown);
  const go = (change: EventSearch): void => void navigate({ search: (old) => ({ ...old, ...change }), replace: true });
  const newest = useLive((live) => live.snapshot?.lastEventId);
  const query = queryOf(filter);
  const events = useQuery({
    queryKey: ['events', query, limit, newest],
    queryFn: ({ signal }) => call('events.list', { query: { ...query, limit }, signal }),
    placeholderData: (old) => old,
  });
  // Once offered, a server stays offered: else a chosen one would hide all others.
  const seen = useRef(new Map<string, string>()).current;
  for (const { serverId, serverName } of events.data ?? []) if (serverId !== null && !seen.has(serverId)) seen.set(serverId, serverName ?? serverId);
  return (
    <Page
      title={t.nav.events}
      actions={
        <>
          <a className="text-accent" download href={urlOf('events.csv', { query })}>
            {t.events.csv}
          </a>
          <a className="text-accent" download="events.json" href={urlOf('events.json', { query })}>
            {t.events.json}
          </a>
        </>
      }
    >
      <Filters filter={filter} seen={seen} onChange={go} />
      <Panel>
        <Asked query={events}>{(rows) => (rows.length === 0 ? <p className="m-0 p-4 text-dim">{isFiltered(filter) ? t.events.empty : t.events.none}</p> : <EventTable events={rows} />)}</Asked>
      </Panel>
      <Older count={events.data?.length ?? 0} shown={limit} atMost={t.events.narrow} onShow={(shown) => go({ shown })} />
    </Page>
  );
}
