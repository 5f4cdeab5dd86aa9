import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { MonitoredServer } from '../../../../src/contract/api/servers.ts';
import { call } from '../../api/client.ts';
import { useServerNow } from '../../api/clock.ts';
import { useLive } from '../../api/live.ts';
import { useChangeBlock } from '../../api/session.ts';
import { roleText, ServerState } from '../../components/server-state.tsx';
import { At, durationText } from '../../components/time.tsx';
import { paths } from '../../paths.ts';
import { t } from '../../texts/en.ts';
import { Button } from '../../ui/button.tsx';
import { Status } from '../../ui/status.tsx';

export function ServerTable() {
  const servers = useLive((live) => live.snapshot?.servers) ?? [];
  if (servers.length === 0)
    return (
      <p className="m-0 rounded border border-line bg-panel p-4">
        {t.failover.empty.title}. <Link to={paths.setup}>{t.overview.setUp}</Link>
      </p>
    );
  const o = t.overview;
  return (
    <div className="overflow-x-auto rounded border border-line bg-panel">
      <table className="w-full border-collapse text-left align-top">
        <thead className="text-sm text-dim">
          <tr>
            {[t.failover.columns.server, t.failover.columns.state, t.failover.columns.since, o.recordedBy, o.proof, o.next, o.backupAge, t.failover.columns.protected].map((title) => (
              <th key={title} scope="col" className="border-b border-line px-3 py-1.5 font-medium whitespace-nowrap">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {servers.map((server) => (
            <Row key={server.id} server={server} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** One server; memo because a change of one of 200 servers must not render the others. */
const Row = memo(function Row({ server }: { readonly server: MonitoredServer }) {
  return (
    <tr className="align-top" data-server={server.id}>
      <th scope="row" className="border-b border-line px-3 py-2 font-medium">
        <Link to={paths.setup} search={{ failover: undefined, server: server.id, dialog: undefined }} className="block max-w-56 truncate text-ink" title={server.name}>
          {server.name}
        </Link>
      </th>
      <td className="border-b border-line px-3 py-2">
        <ServerState server={server} />
        {server.role.state !== 'standby' && <Status tone="standin">{roleText(server)}</Status>}
      </td>
      <td className="border-b border-line px-3 py-2">{server.sinceMs !== null && <At ms={server.sinceMs} />}</td>
      <td className="border-b border-line px-3 py-2">{t.recordedBy[server.recordedBy]}</td>
      <td className="border-b border-line px-3 py-2">
        <Proof worst={server.worstCamera} />
      </td>
      <td className="border-b border-line px-3 py-2">
        <Next server={server} />
      </td>
      <td className="border-b border-line px-3 py-2">
        <BackupAge server={server} />
      </td>
      <td className="border-b border-line px-3 py-2">
        {server.protection.protected ? <Status tone="ok">{t.failover.protectedYes}</Status> : <Status tone="alarm">{t.failover.protectedNo(server.protection.reasons[0]?.text ?? t.common.unknown)}</Status>}
      </td>
    </tr>
  );
});

/** Age of the newest frame of the worst camera: the last proof of recording. */
function Proof({ worst }: { readonly worst: MonitoredServer['worstCamera'] }) {
  const nowMs = useServerNow();
  if (worst === null) return <span className="text-dim">{t.common.unknown}</span>;
  if (worst.newestUs === null) return <Status tone="alarm">{t.overview.noFrame(worst.name)}</Status>;
  const age = Math.max(0, nowMs - worst.newestUs / 1_000);
  return (
    <Status tone={age > 5_000 ? 'alarm' : 'ok'}>
      {t.failover.ago(durationText(Math.round(age / 1_000) * 1_000))} <span className="text-dim">({worst.name})</span>
    </Status>
  );
}

/** What happens by itself next, with its countdown and a way to stop it. */
function Next({ server }: { readonly server: MonitoredServer }) {
  const nowMs = useServerNow();
  const block = useChangeBlock();
  const hold = useMutation({ mutationFn: (body: { readonly action: string; readonly held: boolean }) => call('servers.hold', { params: { server: server.id }, body }) });
  const { next } = server;
  if (next === null) return null;
  const left = next.atMs === null ? null : Math.max(0, next.atMs - nowMs);
  return (
    <span className="flex flex-wrap items-center gap-2">
      <span>
        {next.text} {left !== null && !next.held && <strong className="tabular-nums">{t.overview.within(durationText(Math.ceil(left / 1_000) * 1_000))}</strong>}
      </span>
      {next.canHold && (
        <Button small disabledBecause={block} onPress={() => hold.mutate({ action: next.id, held: !next.held })}>
          {next.held ? t.overview.goOn : t.overview.hold}
        </Button>
      )}
    </span>
  );
}

function BackupAge({ server }: { readonly server: MonitoredServer }) {
  const nowMs = useServerNow();
  if (server.backup.error) return <Status tone="alarm">{t.failover.failedBackup}</Status>;
  if (!server.backup.lastGood) return <Status tone="warn">{t.failover.noBackup}</Status>;
  return <>{t.failover.ago(durationText(Math.max(1_000, nowMs - server.backup.lastGood.atMs)))}</>;
}
