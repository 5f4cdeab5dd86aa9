import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { memo, useRef } from 'react';
import type { MonitoredServer } from '../../../../src/contract/api/servers.ts';
import { call } from '../../api/client.ts';
import { Awake, useServerNow } from '../../api/clock.ts';
import { useFailoverView } from '../../api/failover.ts';
import { useLive } from '../../api/live.ts';
import { useChangeBlock } from '../../api/session.ts';
import { NoServers } from '../../components/no-servers.tsx';
import { ProtectionCell } from '../../components/protection-cell.tsx';
import { Said } from '../../components/said.tsx';
import { roleText, roleTone, ServerState } from '../../components/server-state.tsx';
import { useInSight } from '../../components/sight.ts';
import { agoText, At, durationText } from '../../components/time.tsx';
import { paths } from '../../paths.ts';
import { t } from '../../texts/texts.ts';
import { Refusal } from '../../ui/asked.tsx';
import { Button } from '../../ui/button.tsx';
import { Status, type Tone } from '../../ui/status.tsx';
import { Cell, RowHead, rowClass, Table } from '../../ui/table.tsx';

/** The monitored servers of this failover server, then those of each other one. */
export function ServerTables() {
  const servers = useLive((live) => live.snapshot?.servers) ?? [];
  const others = useLive((live) => live.snapshot?.failovers)?.filter(({ self, state }) => !self && state === 'running') ?? [];
  return (
    <>
      {servers.length === 0 ? <NoServers /> : <ServerTable failover="this" label={t.failover.monitored} servers={servers} />}
      {others.map(({ id, name }) => (
        <OtherServers key={id} id={id} name={name} />
      ))}
    </>
  );
}

function OtherServers({ id, name }: { readonly id: string; readonly name: string }) {
  const { servers } = useFailoverView(id);
  if (servers.length === 0) return null;
  return (
    <section>
      <h2 className="mt-0 mb-2 text-base font-semibold">{t.overview.serversOf(name)}</h2>
      <ServerTable failover={id} label={t.overview.serversOf(name)} servers={servers} />
    </section>
  );
}

function ServerTable({ failover, label, servers }: { readonly failover: string; readonly label: string; readonly servers: readonly MonitoredServer[] }) {
  return (
    <div className="rounded border border-line bg-panel">
      <Table label={label} titles={Object.values(titles)}>
        {servers.map((server) => (
          <Row key={server.id} failover={failover} server={server} />
        ))}
      </Table>
    </div>
  );
}

interface RowProps {
  /** Who monitors it; `this` for the failover server that serves this page. */
  readonly failover: string;
  readonly server: MonitoredServer;
}

const titles = {
  server: t.failover.columns.server,
  state: t.failover.columns.state,
  since: t.failover.columns.since,
  recordedBy: t.overview.recordedBy,
  proof: t.overview.proof,
  next: t.overview.next,
  backupAge: t.overview.backupAge,
  protected: t.failover.columns.protected,
} as const;

/** One server. Out of sight it stands still: 200 servers must not cost what nobody sees. */
const Row = memo(function Row({ failover, server }: RowProps) {
  const [row, inSight] = useInSight<HTMLTableRowElement>();
  const shown = useRef(server);
  if (inSight) shown.current = server;
  return (
    <tr ref={row} role="row" className={rowClass} data-server={server.id}>
      <Awake value={inSight}>
        <Cells failover={failover} server={shown.current} />
      </Awake>
    </tr>
  );
});

const Cells = memo(function Cells({ failover, server }: RowProps) {
  return (
    <>
      <RowHead>
        {failover === 'this' ? (
          <Link to={paths.server} params={{ server: server.id }} preload={false} className={nameClass} title={server.name}>
            {server.name}
          </Link>
        ) : (
          <Link to={paths.setup} search={{ failover, server: server.id }} preload={false} className={nameClass} title={server.name}>
            {server.name}
          </Link>
        )}
      </RowHead>
      <Cell title={titles.state}>
        <ServerState server={server} />
        {roleTone(server) !== 'dim' && <Status tone={roleTone(server)}>{roleText(server)}</Status>}
      </Cell>
      <Cell title={titles.since}>{server.sinceMs !== null && <At ms={server.sinceMs} />}</Cell>
      <Cell title={titles.recordedBy}>
        <span className={inOneLine}>
          <Status tone={recorderTones[server.recordedBy]}>{t.recordedBy[server.recordedBy]}</Status>
        </span>
      </Cell>
      <Cell title={titles.proof}>
        <Proof worst={server.worstCamera} />
      </Cell>
      <Cell title={titles.next}>
        <Next failover={failover} server={server} />
      </Cell>
      <Cell title={titles.backupAge}>
        <BackupAge server={server} />
      </Cell>
      <Cell title={titles.protected} wide>
        <ProtectionCell protection={server.protection} />
      </Cell>
    </>
  );
});

/** Where there is room for it. */
const inOneLine = '@min-[76em]:whitespace-nowrap';
const nameClass = 'block max-w-56 truncate text-ink';
const recorderTones: Record<MonitoredServer['recordedBy'], Tone> = { 'monitored server': 'ok', 'failover server': 'standin', both: 'standin', nobody: 'alarm', unknown: 'dim' };

/** Age of the newest frame of the worst camera: the last proof of recording. */
function Proof({ worst }: { readonly worst: MonitoredServer['worstCamera'] }) {
  const nowMs = useServerNow();
  if (worst === null) return <span className="text-dim">{t.common.unknown}</span>;
  if (worst.newestUs === null) return <Status tone="alarm">{t.overview.noFrame(worst.name)}</Status>;
  const age = Math.max(0, nowMs - worst.newestUs / 1_000);
  return (
    <Status tone={age > 5_000 ? 'alarm' : 'ok'}>
      {agoText(Math.round(age / 1_000) * 1_000)} <span className="text-dim">({worst.name})</span>
    </Status>
  );
}

/** What happens by itself next, with its countdown and a way to stop it. */
function Next({ failover, server }: RowProps) {
  const nowMs = useServerNow();
  const block = useChangeBlock();
  const hold = useMutation({ mutationFn: (body: { readonly action: string; readonly held: boolean }) => call('servers.hold', { failover, params: { server: server.id }, body }) });
  const { next } = server;
  if (next === null) return null;
  const left = next.atMs === null ? null : Math.max(0, next.atMs - nowMs);
  return (
    <span className="flex flex-wrap items-center gap-2">
      <span>
        <Said reason={next.because} /> {left !== null && <strong className="tabular-nums">{left <= 0 ? t.common.now : t.overview.within(durationText(Math.ceil(left / 1_000) * 1_000))}</strong>}
      </span>
      {next.canHold && (
        <Button small disabledBecause={block ?? (hold.isPending ? t.common.busy : null)} onPress={() => hold.mutate({ action: next.id, held: !next.held })}>
          {next.held ? t.overview.goOn : t.overview.hold}
        </Button>
      )}
      <Refusal error={hold.error} />
    </span>
  );
}

function BackupAge({ server }: { readonly server: MonitoredServer }) {
  const nowMs = useServerNow();
  const { error, lastGood } = server.backup;
  const age = lastGood === null ? null : <span className={error ? 'block text-sm text-dim' : inOneLine}>{agoText(nowMs - lastGood.atMs)}</span>;
  return (
    <>
      {error && <Status tone="alarm">{t.failover.failedBackup}</Status>}
      {age ?? (!error && <Status tone="warn">{t.failover.noBackup}</Status>)}
    </>
  );
}
