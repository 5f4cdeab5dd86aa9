import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ServerDetail } from '../../../../src/contract/api/servers.ts';
import { call } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { ProtectionCell } from '../../components/protection-cell.tsx';
import { roleText, roleTone, ServerState } from '../../components/server-state.tsx';
import { useSteps } from '../../components/steps.ts';
import { zonedText } from '../../components/time.tsx';
import { paths } from '../../paths.ts';
import { t } from '../../texts/texts.ts';
import { Asked } from '../../ui/asked.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { Status } from '../../ui/status.tsx';
import { CameraTable } from './camera-table.tsx';
import { ServerCommands } from './commands.tsx';
import { ServerDialogs } from './dialogs.tsx';
import { ServerSettings } from './settings.tsx';

export interface ServerPlace {
  readonly dialog: string | undefined;
  readonly open: (dialog: string | undefined) => void;
}

/** One monitored server: its cameras at the recorder and here, standby, maintenance. */
export function Server() {
  const { server } = useParams({ from: paths.server });
  const { dialog } = useSearch({ from: paths.server });
  const navigate = useNavigate({ from: paths.server });
  const live = useLive((state) => state.snapshot?.servers.find(({ id }) => id === server));
  const known = useLive((state) => state.snapshot !== null);
  const asked = useQuery({ queryKey: ['server', server], queryFn: ({ signal }) => call('servers.get', { params: { server }, signal }), refetchInterval: 1_000, enabled: live !== undefined });
  const go = useSteps<{ readonly dialog: string | undefined }>(dialog, (search, how) => void navigate({ search, ...how }));
  const place: ServerPlace = { dialog, open: (next) => go({ dialog: next }) };
  if (known && live === undefined) return <Page title={t.server.notFound}>{null}</Page>;
  return (
    <Page title={live?.name ?? asked.data?.name ?? t.common.loading}>
      <Asked query={asked}>{(data) => <Parts server={{ ...data, ...live }} place={place} />}</Asked>
    </Page>
  );
}

function Parts({ server, place }: { readonly server: ServerDetail; readonly place: ServerPlace }) {
  const links = [
    [paths.footage, t.server.links.footage],
    [paths.events, t.server.links.events],
    [paths.outages, t.server.links.outages],
    [paths.backups, t.server.links.backups],
  ] as const;
  return (
    <>
      {server.maintenance && (
        <p role="status" className="m-0 rounded border-2 border-warn bg-panel px-4 py-2 text-lg">
          <Status tone="warn">{t.server.maintenanceNow(zonedText(server.maintenance.untilMs), server.maintenance.by)}</Status> {server.maintenance.note}
        </p>
      )}
      <Panel>
        <div className="flex flex-wrap gap-x-10 gap-y-2 px-4 py-3">
          <div>
            <ServerState server={server} />
          </div>
          <div>
            <ProtectionCell protection={server.protection} />
          </div>
          <Status tone={roleTone(server)}>{roleText(server)}</Status>
          <span className="text-dim">{server.address}</span>
          <span className="flex gap-4">
            {links.map(([to, label]) => (
              <Link key={to} to={to} search={{ server: server.id }} preload={false} className="text-accent">
                {label}
              </Link>
            ))}
          </span>
        </div>
        <div className="border-t border-line px-4 py-3">
          <ServerCommands server={server} place={place} />
        </div>
      </Panel>
      <Panel title={t.server.cameras}>
        <CameraTable server={server} />
      </Panel>
      <ServerSettings server={server} place={place} />
      <ServerDialogs server={server} place={place} />
    </>
  );
}
