import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { CheckedServer, CheckReport } from '../../../../src/contract/api/check.ts';
import { call } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { useChangeBlock } from '../../api/session.ts';
import { bytesText, rateText } from '../../components/amounts.ts';
import { JobDialog } from '../../components/job-dialog.tsx';
import { NoServers } from '../../components/no-servers.tsx';
import { useSteps } from '../../components/steps.ts';
import { At, gapText } from '../../components/time.tsx';
import { paths } from '../../paths.ts';
import { Said } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';
import { Asked, Refusal } from '../../ui/asked.tsx';
import { Button } from '../../ui/button.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { Status } from '../../ui/status.tsx';
import { Cell, RowHead, rowClass, Table } from '../../ui/table.tsx';

/** Protected, or not protected, because …: found out by contacting every camera of every backup from here. */
export function Check() {
  const { job } = useSearch({ from: paths.check });
  const navigate = useNavigate({ from: paths.check });
  const go = useSteps<{ readonly dialog: string | undefined }>(job, ({ dialog }, how) => void navigate({ search: { job: dialog }, ...how }));
  const block = useChangeBlock();
  const last = useLive((live) => live.snapshot?.failover.lastCheckMs);
  const report = useQuery({ queryKey: ['check', last], queryFn: ({ signal }) => call('check.get', { signal }), placeholderData: (old) => old });
  const run = useMutation({ mutationFn: () => call('check.run'), onSuccess: ({ id }) => go({ dialog: id }) });
  return (
    <Page
      title={t.nav.check}
      actions={
        <Button kind="primary" disabledBecause={block ?? (run.isPending ? t.common.busy : null)} onPress={() => run.mutate()}>
          {t.check.run}
        </Button>
      }
    >
      <Refusal error={run.error} />
      <Asked query={report}>{(data) => <Report report={data} />}</Asked>
      {job !== undefined && (
        <JobDialog
          id={job}
          failover="this"
          onClose={() => {
            go({ dialog: undefined });
            void report.refetch();
          }}
        />
      )}
    </Page>
  );
}

function Report({ report }: { readonly report: CheckReport }) {
  const { needsAll: all, capacity } = report;
  if (report.servers.length === 0) return <NoServers />;
  return (
    <>
      <p className="m-0 max-w-prose text-dim">{t.check.rule}</p>
      <p className="m-0">
        {report.nextMs !== null && <>{t.check.next} <At ms={report.nextMs} />.</>}{' '}
        {t.check.all(String(all.cameras), rateText(all.bitsPerSecond), bytesText(all.bytesPerDay), String(capacity.cameras), rateText(capacity.bitsPerSecond), bytesText(capacity.freeBytes))}
      </p>
      {report.servers.map((server) => (
        <Panel key={server.serverId} title={server.name} actions={<Verdict server={server} />}>
          <Reasons server={server} />
          <Cameras server={server} />
        </Panel>
      ))}
    </>
  );
}

function Verdict({ server }: { readonly server: CheckedServer }) {
  return (
    <>
      <Status tone={server.protected ? 'ok' : 'alarm'}>{server.protected ? t.failover.protectedYes : t.failover.protectedShort}</Status>
      <span className="text-sm text-dim">{server.checkedMs === null ? t.check.never : <>{t.check.checked} <At ms={server.checkedMs} /></>}</span>
      <Link to={paths.server} params={{ server: server.serverId }} preload={false} aria-label={t.failover.detailsOf(t.check.open, server.name)} className="ml-auto text-accent">
        {t.check.open}
      </Link>
    </>
  );
}

function Reasons({ server }: { readonly server: CheckedServer }) {
  if (server.reasons.length + server.warnings.length === 0) return null;
  return (
    <ul className="m-0 list-none border-b border-line px-4 py-2">
      {server.reasons.map((each) => (
        <li key={each.code + each.text}>
          <Status tone="alarm">
            <Said reason={each} />
          </Status>
        </li>
      ))}
      {server.warnings.map((each) => (
        <li key={each.code + each.text}>
          <Status tone="warn">
            <Said reason={each} />
          </Status>
        </li>
      ))}
    </ul>
  );
}

const c = t.check.columns;

function Cameras({ server }: { readonly server: CheckedServer }) {
  if (server.cameras.length === 0) return null;
  return (
    <Table label={t.failover.cameras} titles={[c.camera, c.address, c.answer, c.picture, c.rate]}>
      {server.cameras.map((camera) => (
        <tr key={camera.cameraId} role="row" className={rowClass}>
          <RowHead>{camera.name}</RowHead>
          <Cell title={c.address}>{camera.address}</Cell>
          <Cell title={c.answer} wide>
            {camera.ok ? <Status tone="ok">{camera.answeredAfterMs === null ? t.common.yes : t.check.after(gapText(camera.answeredAfterMs))}</Status> : <Status tone="alarm">{camera.reason ? <Said reason={camera.reason} /> : t.common.unknown}</Status>}
          </Cell>
          <Cell title={c.picture}>{camera.codec === null ? '' : `${camera.codec}${camera.width === null ? '' : `, ${camera.width}×${camera.height}`}`}</Cell>
          <Cell title={c.rate}>{camera.peakBitsPerSecond === null ? '' : `${rateText(camera.peakBitsPerSecond)} (${t.check.sources[camera.rate]})`}</Cell>
        </tr>
      ))}
    </Table>
  );
}
