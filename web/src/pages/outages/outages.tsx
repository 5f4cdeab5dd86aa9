import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { Outage } from '../../../../src/contract/api/outages.ts';
import { call } from '../../api/client.ts';
import { useServerNow } from '../../api/clock.ts';
import { useLive } from '../../api/live.ts';
import { Older, shownOf } from '../../components/older.tsx';
import { At, durationText, gapText } from '../../components/time.tsx';
import { paths } from '../../paths.ts';
import { Said } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';
import { Asked } from '../../ui/asked.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { Select } from '../../ui/select.tsx';
import { Status } from '../../ui/status.tsx';
import { Cell, RowHead, rowClass, Table } from '../../ui/table.tsx';

const c = t.outages.columns;

/** Every outage, with or without a take-over, with its measured gaps. */
export function Outages() {
  const { server, shown } = useSearch({ from: paths.outages });
  const limit = shownOf(shown);
  const navigate = useNavigate({ from: paths.outages });
  const servers = useLive((live) => live.snapshot?.servers) ?? [];
  const newest = useLive((live) => live.snapshot?.lastEventId);
  const outages = useQuery({ queryKey: ['outages', server, limit, newest], queryFn: ({ signal }) => call('outages.list', { query: { server, limit }, signal }), placeholderData: (old) => old });
  return (
    <Page title={t.nav.outages}>
      <Select label={t.failover.columns.server} value={server ?? ''} options={[['', t.events.all], ...servers.map(({ id, name }) => [id, name] as const)]} onChange={(id) => void navigate({ search: { server: id === '' ? undefined : id } })} />
      <Panel>
        <Asked query={outages}>
          {(rows) =>
            rows.length === 0 ? (
              <p className="m-0 p-4 text-dim">{t.outages.empty}</p>
            ) : (
              <Table label={t.nav.outages} titles={Object.values(c)}>
                {rows.map((row) => (
                  <Row key={row.id} outage={row} />
                ))}
              </Table>
            )
          }
        </Asked>
      </Panel>
      <Older count={outages.data?.length ?? 0} shown={limit} atMost={t.outages.narrow} onShow={(next) => void navigate({ search: (old) => ({ ...old, shown: next }), replace: true })} />
    </Page>
  );
}

function Row({ outage }: { readonly outage: Outage }) {
  return (
    <tr role="row" className={rowClass} data-outage={outage.id}>
      <RowHead>
        <Link to={paths.outage} params={{ outage: outage.id }} preload={false} className="text-accent">
          {outage.serverName} <At ms={outage.startedMs} />
        </Link>
      </RowHead>
      <Cell title={c.why} wide>
        <Said reason={outage.trigger} />
      </Cell>
      <Cell title={c.lasted}>
        <Lasted outage={outage} />
      </Cell>
      <Cell title={c.takenOver}>{outage.takenOver ? <Status tone="standin">{t.common.yes}</Status> : t.common.no}</Cell>
      <Cell title={c.standby}>{t.outages.modes[outage.standby]}</Cell>
      <Cell title={c.cameras}>{outage.cameras}</Cell>
      <Cell title={c.gap}>
        <OutageGap outage={outage} ms={outage.gapMs} />
      </Cell>
      <Cell title={c.worst}>
        <OutageGap outage={outage} ms={outage.worstGapMs} />
      </Cell>
    </tr>
  );
}

export function Lasted({ outage }: { readonly outage: Outage }) {
  const nowMs = useServerNow();
  if (outage.endedMs !== null) return <>{durationText(outage.endedMs - outage.startedMs)}</>;
  return <Status tone="alarm">{t.outages.still(durationText(Math.max(0, nowMs - outage.startedMs)))}</Status>;
}

/** The gap of an outage that goes on grows: no figure is told before its end. */
export function OutageGap({ outage, ms }: { readonly outage: Outage; readonly ms: number | null }) {
  return outage.endedMs === null ? <Status tone="alarm">{t.outages.stillOpen}</Status> : <Gap ms={ms} />;
}

/** A measured gap; `being measured` is not zero. */
function Gap({ ms }: { readonly ms: number | null }) {
  if (ms === null) return <span className="text-dim">{t.outages.notMeasured}</span>;
  return ms === 0 ? <Status nowrap tone="ok">{t.outages.noGap}</Status> : <Status nowrap tone="warn">{gapText(ms)}</Status>;
}
