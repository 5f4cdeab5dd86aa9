import { Link } from '@tanstack/react-router';
import type { Capability } from '../../../../src/contract/api/common.ts';
import type { MonitoredServer } from '../../../../src/contract/api/servers.ts';
import type { FailoverView } from '../../api/failover.ts';
import { useLive } from '../../api/live.ts';
import { useChangeBlock, useSession } from '../../api/session.ts';
import { BackupCell } from '../../components/backup-cell.tsx';
import { ProtectionCell } from '../../components/protection-cell.tsx';
import { ServerState } from '../../components/server-state.tsx';
import { At } from '../../components/time.tsx';
import { paths } from '../../paths.ts';
import { canText } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';
import { Told } from '../../ui/asked.tsx';
import { Button } from '../../ui/button.tsx';
import { Status } from '../../ui/status.tsx';
import { Cell, RowHead, rowClass, Table } from '../../ui/table.tsx';
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
          <Told error={view.error} />
        </p>
      )}
      {view.servers.length === 0 && !view.error ? <Empty loading={view.state === null} failover={place.failover} /> : <List place={place} view={view} selected={selected} />}
    </Pane>
  );
}

const refusal = (can: Capability | undefined): string | null => (can && !can.allowed ? (canText(can) ?? '') : null);

const c = t.failover.columns;

function List({ place, view, selected }: Props) {
  return (
    // Nine columns on a small laptop: little room between them, so that the reason of a state has some.
    <div className="text-[0.9rem] lg:[&_td]:px-1 lg:[&_th]:px-1">
      <Table label={t.failover.monitored} titles={[c.server, c.address, c.state, c.since, c.keepAlive, c.backup, c.takenOverBy, c.protected, c.authorized]}>
        {view.servers.map((server) => (
          <tr
            key={server.id}
            role="row"
            data-server={server.id}
            aria-selected={server.id === selected?.id}
            className={`cursor-pointer ${rowClass} ${server.id === selected?.id ? 'bg-raised shadow-[inset_3px_0_var(--accent)]' : ''}`}
            onClick={() => place.go({ server: server.id })}
          >
            <RowHead>
              <button type="button" aria-pressed={server.id === selected?.id} className="max-w-32 cursor-pointer truncate border-0 bg-transparent p-0 text-left font-semibold text-ink @max-[60em]:max-w-full" title={server.name}>
                {server.name}
              </button>
            </RowHead>
            <Cell title={c.address}>
              <Address text={server.address} />
            </Cell>
            <Cell title={c.state}>
              <ServerState server={server} />
            </Cell>
            <Cell title={c.since}>{server.sinceMs === null ? '' : <At ms={server.sinceMs} />}</Cell>
            <Cell title={c.keepAlive}>{server.lastKeepAliveMs === null ? t.common.never : <At ms={server.lastKeepAliveMs} />}</Cell>
            <Cell title={c.backup}>
              <BackupCell backup={server.backup} />
            </Cell>
            <Cell title={c.takenOverBy}>{server.takenOverBy ? <Status tone="standin">{server.takenOverBy}</Status> : <span className="text-dim">–</span>}</Cell>
            <Cell title={c.protected} wide>
              <ProtectionCell protection={server.protection} />
            </Cell>
            <Cell title={c.authorized}>{server.authorized ? <Status tone="ok">{t.common.yes}</Status> : <Status tone="warn">{t.failover.authorizedNo}</Status>}</Cell>
          </tr>
        ))}
      </Table>
    </div>
  );
}

/** May break before the port, nowhere in the middle of an IP address; names of 250 letters break anywhere. */
function Address({ text }: { readonly text: string }) {
  const port = text.lastIndexOf(':');
  if (port < 0) return <span className="break-words">{text}</span>;
  return (
    <span className={text.length > 30 ? 'break-all' : ''}>
      {text.slice(0, port)}
      <wbr />
      {text.slice(port)}
    </span>
  );
}

/** The empty list teaches the first step. */
function Empty({ loading, failover }: { readonly loading: boolean; readonly failover: string }) {
  const lost = useLive((live) => live.state === 'lost');
  const url = useLive((live) => live.snapshot?.failovers.find(({ id }) => id === failover)?.url);
  const loggedIn = useSession().data?.loggedIn === true;
  if (loading) return <p className="m-4 text-dim">{lost ? t.common.disconnected : t.common.loading}</p>;
  return (
    <div className="m-6 max-w-prose">
      <h3 className="mt-0 mb-3 text-lg font-semibold">{t.failover.empty.title}</h3>
      <ol className="m-0 flex list-decimal flex-col gap-3 pl-5">
        <li>
          {t.failover.empty.first}
          <pre className="my-2 overflow-auto rounded bg-raised p-3">understudy agent --folder /srv/recorder</pre>
          {t.failover.empty.secret}
        </li>
        {!loggedIn && (
          <li>
            <Link to={paths.login} search={{ back: paths.setup }} className="text-accent">
              {t.nav.logIn}
            </Link>
            {t.failover.empty.logIn}
          </li>
        )}
        <li>{t.failover.empty.second}</li>
        <li>
          {t.failover.empty.third}{' '}
          {failover === 'this' ? (
            <Link to={paths.check} className="text-accent">
              {t.nav.check}
            </Link>
          ) : (
            // Checked from the one that is to take over, on its own page.
            <a href={url ? `${url}${paths.check}` : undefined} target="_blank" rel="noreferrer" className="text-accent">
              {t.nav.check}
            </a>
          )}
        </li>
      </ol>
    </div>
  );
}
