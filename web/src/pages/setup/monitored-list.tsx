import type { MonitoredServer } from '../../../../src/contract/api/servers.ts';
import type { FailoverView } from '../../api/failover.ts';
import { useChangeBlock } from '../../api/session.ts';
import { BackupCell } from '../../components/backup-cell.tsx';
import { ServerState } from '../../components/server-state.tsx';
import { At } from '../../components/time.tsx';
import { t } from '../../texts/en.ts';
import { Button } from '../../ui/button.tsx';
import { Status } from '../../ui/status.tsx';
import { Pane } from './pane.tsx';
import type { Place } from './setup.tsx';

interface Props {
  readonly place: Place;
  readonly view: FailoverView;
  readonly selected: MonitoredServer | null;
}

/** Middle pane: the monitored servers of the selected failover server. */
export function MonitoredList({ place, view, selected }: Props) {
  const block = useChangeBlock();
  const noServer = selected === null ? t.failover.selectFirst : null;
  return (
    <Pane
      title={t.failover.monitored}
      foot={
        <>
          <Button small label={t.failover.addServer} disabledBecause={block} onPress={() => place.go({ dialog: 'add-server' })}>
            +
          </Button>
          <Button small label={t.failover.removeServer} disabledBecause={block ?? noServer ?? refusal(selected?.can.remove)} onPress={() => place.go({ dialog: 'remove-server', server: selected?.id })}>
            −
          </Button>
        </>
      }
    >
      {view.error && (
        <p role="alert" className="m-3 text-alarm">
          {view.error.message}
        </p>
      )}
      {view.servers.length === 0 && !view.error ? <Empty loading={view.state === null} /> : <Table place={place} view={view} selected={selected} />}
    </Pane>
  );
}

const refusal = (can: { readonly allowed: boolean; readonly reason: string | null } | undefined): string | null => (can && !can.allowed ? (can.reason ?? '') : null);

function Table({ place, view, selected }: Props) {
  const nowMs = view.state?.nowMs ?? 0;
  const c = t.failover.columns;
  return (
    <table className="w-full border-collapse text-left align-top">
      <thead className="text-sm text-dim">
        <tr>
          {[c.server, c.address, c.state, c.since, c.keepAlive, c.backup, c.takenOverBy, c.protected, c.authorized].map((title) => (
            <th key={title} scope="col" className="border-b border-line px-3 py-1.5 font-medium whitespace-nowrap">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {view.servers.map((server) => (
          <tr key={server.id} data-server={server.id} className={`cursor-pointer align-top ${server.id === selected?.id ? 'bg-raised' : ''}`} onClick={() => place.go({ server: server.id })}>
            <th scope="row" className="border-b border-line px-3 py-2 font-medium">
              <button type="button" aria-pressed={server.id === selected?.id} className="max-w-48 cursor-pointer truncate border-0 bg-transparent p-0 text-left font-medium text-ink" title={server.name}>
                {server.name}
              </button>
            </th>
            <Cell>{server.address}</Cell>
            <Cell>
              <ServerState server={server} />
            </Cell>
            <Cell>{server.sinceMs === null ? '' : <At ms={server.sinceMs} />}</Cell>
            <Cell>{server.lastKeepAliveMs === null ? t.common.never : <At ms={server.lastKeepAliveMs} />}</Cell>
            <Cell>
              <BackupCell backup={server.backup} nowMs={nowMs} />
            </Cell>
            <Cell>{server.takenOverBy ? <Status tone="standin">{server.takenOverBy}</Status> : ''}</Cell>
            <Cell>
              {server.protection.protected ? (
                <Status tone="ok">{t.failover.protectedYes}</Status>
              ) : (
                <Status tone="alarm">{t.failover.protectedNo(server.protection.reasons[0]?.text ?? t.common.unknown)}</Status>
              )}
            </Cell>
            <Cell>{server.authorized ? <Status tone="ok">{t.failover.authorizedYes}</Status> : <Status tone="warn">{t.failover.authorizedNo}</Status>}</Cell>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell({ children }: { readonly children: React.ReactNode }) {
  return <td className="border-b border-line px-3 py-2">{children}</td>;
}

/** The empty list teaches the first step. */
function Empty({ loading }: { readonly loading: boolean }) {
  if (loading) return <p className="m-4 text-dim">{t.common.loading}</p>;
  return (
    <div className="m-6 max-w-prose">
      <h3 className="mt-0">{t.failover.empty.title}</h3>
      <p>{t.failover.empty.first}</p>
      <pre className="overflow-auto rounded bg-raised p-3">understudy agent --folder /var/lib/understudy-agent</pre>
      <p>{t.failover.empty.second}</p>
    </div>
  );
}
