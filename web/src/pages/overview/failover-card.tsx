import { Link } from '@tanstack/react-router';
import type { FailoverState } from '../../../../src/contract/api/failover.ts';
import type { LiveSnapshot } from '../../../../src/contract/api/live.ts';
import { useFailoverView } from '../../api/failover.ts';
import { useLive } from '../../api/live.ts';
import { bytesText, rateText } from '../../components/amounts.ts';
import { Said, word } from '../../components/said.tsx';
import { durationText, gapText } from '../../components/time.tsx';
import { paths } from '../../paths.ts';
import { t } from '../../texts/texts.ts';
import { Status } from '../../ui/status.tsx';

type Row = LiveSnapshot['failovers'][number];

/** One card per failover server: this one, and those added by their address. */
export function FailoverCards() {
  const rows = useLive((live) => live.snapshot?.failovers) ?? [];
  return rows.map((row) => <FailoverCard key={row.id} row={row} />);
}

function FailoverCard({ row }: { readonly row: Row }) {
  const { state, servers } = useFailoverView(row.self ? 'this' : row.id);
  if (row.self || row.state === 'running') return state && <Card state={state} row={row} names={servers.filter(({ takenOverBy }) => takenOverBy !== null).map(({ name }) => name).join(', ')} />;
  return (
    <section aria-label={row.name} className="rounded border border-alarm bg-panel px-4 py-3">
      <h2 className="m-0 flex flex-wrap items-baseline gap-3 text-base font-semibold">
        <ToSetup row={row} name={row.name} />
        <Status tone="alarm">{row.reason ? <Said reason={row.reason} /> : word(row.state)}</Status>
      </h2>
    </section>
  );
}

/** Also of one that does not answer: there it is removed. */
function ToSetup({ row, name }: { readonly row: Row; readonly name: string }) {
  return (
    <Link to={paths.setup} search={row.self ? {} : { failover: row.id }} preload={false} className="text-ink">
      {name}
    </Link>
  );
}

function roleText(role: FailoverState['role'], names: string): string {
  const text = t.states.failover[role];
  return typeof text === 'string' ? text : text(names);
}

/** Role, capacity, queue, and the footage promised and kept so far. */
function Card({ state, row, names }: { readonly state: FailoverState; readonly row: Row; readonly names: string }) {
  const { capacity, totals } = state;
  // Of an outage that goes on nothing is measured yet: no figure, rather than nothing lost.
  const measured = (ms: number, text = durationText): string => (totals.promisedMs === 0 ? '–' : text(ms));
  const figures = [
    [t.overview.takenOver, `${state.takenOver} / ${state.monitored}`],
    [t.failover.cameras, t.failover.usedOf(String(capacity.cameras.used), String(capacity.cameras.max))],
    [t.failover.bitRate, t.failover.usedOf(rateText(capacity.bitsPerSecond.used), rateText(capacity.bitsPerSecond.max))],
    [t.failover.disk, state.disk.state === 'ok' ? t.failover.freeOf(bytesText(state.disk.freeBytes), bytesText(state.disk.totalBytes)) : <Said key="disk" reason={{ code: `store.${state.disk.state}`, text: state.disk.text }} />],
    [t.overview.promised, totals.outages === 0 ? t.overview.noOutage : measured(totals.promisedMs)],
    [t.overview.kept, measured(totals.keptMs)],
    [t.overview.lost, measured(totals.gapMs, gapText)],
  ] as const;
  return (
    <section aria-label={state.name} className="rounded border border-line bg-panel px-4 py-3">
      <h2 className="m-0 flex flex-wrap items-baseline gap-3 text-base font-semibold">
        <ToSetup row={row} name={state.name} />
        <Status tone={state.role === 'standby' ? 'ok' : state.role === 'storm' ? 'alarm' : 'standin'}>{roleText(state.role, names)}</Status>
      </h2>
      <dl className="m-0 mt-2 grid grid-cols-2 gap-x-6 gap-y-1 sm:grid-cols-4 lg:grid-cols-7">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt className="text-sm text-dim">{name}</dt>
            <dd className="m-0">{value}</dd>
          </div>
        ))}
      </dl>
      {state.queue.length > 0 && (
        <p className="m-0 mt-2">
          {t.overview.queue}: {state.queue.map(({ name }, index) => `${index + 1}. ${name}`).join(', ')}
        </p>
      )}
    </section>
  );
}
