import { useNavigate, useSearch } from '@tanstack/react-router';
import { useFailoverView } from '../../api/failover.ts';
import { useSteps } from '../../components/steps.ts';
import { useTitle } from '../../components/title.ts';
import { paths } from '../../paths.ts';
import { t } from '../../texts/texts.ts';
import { Configuration } from './configuration.tsx';
import { FailoverList } from './failover-list.tsx';
import { SetupDialogs } from './dialogs.tsx';
import { MonitoredList } from './monitored-list.tsx';

/** What the address says: which failover server, which monitored server, which dialog is open. */
export interface Place {
  readonly failover: string;
  readonly server: string | undefined;
  readonly dialog: string | undefined;
  readonly go: (change: { readonly failover?: string | undefined; readonly server?: string | undefined; readonly dialog?: string | undefined }) => void;
}

/** Setup › Failover, the seed's three panes: failover servers, monitored servers, configuration. */
export function Setup() {
  const search = useSearch({ from: paths.setup });
  const navigate = useNavigate({ from: paths.setup });
  const place: Place = {
    failover: search.failover ?? 'this',
    server: search.server,
    dialog: search.dialog,
    go: useSteps(search.dialog, (change, how) => void navigate({ search: (old) => ({ ...old, ...change }), ...how })),
  };
  const view = useFailoverView(place.failover);
  // A server that is gone is not replaced by another one: a button would act on what nobody chose.
  const selected = (place.server === undefined ? view.servers[0] : view.servers.find(({ id }) => id === place.server)) ?? null;
  const title = `${t.nav.setup} › ${t.nav.failover}`;
  useTitle(title);
  return (
    <div className="grid grow gap-px bg-line lg:h-full lg:min-h-0 lg:grid-cols-[11rem_minmax(0,1fr)_20rem]">
      <h1 className="sr-only">{title}</h1>
      <FailoverList place={place} />
      <MonitoredList place={place} view={view} selected={selected} />
      <Configuration place={place} view={view} selected={selected} />
      <SetupDialogs place={place} selected={selected} />
    </div>
  );
}
