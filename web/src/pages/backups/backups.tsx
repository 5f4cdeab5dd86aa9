import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Capability } from '../../../../src/contract/api/common.ts';
import { call } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { useChangeBlock } from '../../api/session.ts';
import { NoServers } from '../../components/no-servers.tsx';
import { canText } from '../../components/said.tsx';
import { useSteps } from '../../components/steps.ts';
import { t } from '../../texts/texts.ts';
import { paths } from '../../paths.ts';
import { Asked, Refusal } from '../../ui/asked.tsx';
import { Button } from '../../ui/button.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { Select } from '../../ui/select.tsx';
import { BackupDialogs } from './dialogs.tsx';
import { VersionDetail } from './version-detail.tsx';
import { VersionTable } from './version-table.tsx';

export interface BackupSearch {
  readonly server?: string | undefined;
  readonly version?: number | undefined;
  readonly from?: number | undefined;
  readonly dialog?: string | undefined;
}

export interface BackupPlace extends BackupSearch {
  readonly go: (change: BackupSearch) => void;
}

/** Settings backups: versions of a server, what changed between two, download, roll back. */
export function Backups() {
  const search = useSearch({ from: paths.backups });
  const navigate = useNavigate({ from: paths.backups });
  const place: BackupPlace = { ...search, go: useSteps<BackupSearch>(search.dialog, (change, how) => void navigate({ search: (old) => ({ ...old, ...change }), ...how })) };
  const servers = useLive((live) => live.snapshot?.servers) ?? [];
  const server = servers.find(({ id }) => id === search.server) ?? (search.server === undefined ? servers[0] : undefined);
  const id = server?.id ?? search.server;
  const block = useChangeBlock();
  const create = useMutation({ mutationFn: (of: string) => call('backups.create', { params: { server: of } }), onSuccess: (job) => place.go({ dialog: `job:${job.id}` }) });
  const known = useLive((live) => live.snapshot !== null);
  const refused = server === undefined ? (known ? t.server.notFound : t.common.loading) : server.can.backup.allowed ? null : (canText(server.can.backup) ?? '');
  return (
    <Page
      title={t.nav.backups}
      actions={
        <Button kind="primary" disabledBecause={block ?? (id === undefined ? t.failover.noServers : refused)} onPress={() => id !== undefined && create.mutate(id)}>
          {t.backups.create}
        </Button>
      }
    >
      <Refusal error={create.error} />
      {servers.length === 0 && id === undefined && <NoServers />}
      {servers.length > 0 && (
        <Select label={t.failover.columns.server} value={id ?? ''} options={servers.map((each) => [each.id, each.name] as const)} onChange={(next) => place.go({ server: next, version: undefined, from: undefined })} />
      )}
      {id !== undefined && <Versions key={id} server={id} name={server?.name ?? id} place={place} stamp={server?.backup.lastGood?.version ?? 0} rollBack={server?.can.rollBack ?? { allowed: true, reason: null }} />}
    </Page>
  );
}

interface VersionsProps {
  readonly server: string;
  readonly name: string;
  readonly place: BackupPlace;
  readonly stamp: number;
  readonly rollBack: Pick<Capability, 'allowed' | 'reason' | 'because'>;
}

function Versions({ server, name, place, stamp, rollBack }: VersionsProps) {
  const attempt = useLive((live) => live.snapshot?.servers.find(({ id }) => id === server)?.backup.lastAttempt?.atMs);
  const versions = useQuery({ queryKey: ['backups', server, stamp, attempt], queryFn: ({ signal }) => call('backups.list', { params: { server }, signal }), placeholderData: (old) => old });
  return (
    <>
      <Panel title={t.backups.versions}>
        <Asked query={versions}>{(rows) => (rows.length === 0 ? <p className="m-0 p-4 text-dim">{t.backups.empty}</p> : <VersionTable versions={rows} place={place} rollBack={rollBack} />)}</Asked>
      </Panel>
      {place.version !== undefined && versions.data && <VersionDetail server={server} version={place.version} versions={versions.data} place={place} />}
      <BackupDialogs server={server} name={name} place={place} onChanged={() => void versions.refetch()} />
    </>
  );
}
