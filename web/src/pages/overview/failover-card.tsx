import { useLive } from '../../api/live.ts';
import { bytesText, rateText } from '../../components/amounts.ts';
import { durationText } from '../../components/time.tsx';
import { t } from '../../texts/en.ts';
import { Status } from '../../ui/status.tsx';

/** The failover server: role, capacity, queue, and the footage promised and kept so far. */
export function FailoverCard() {
  const state = useLive((live) => live.snapshot?.failover);
  if (!state) return null;
  const { capacity, totals } = state;
  const figures = [
    [t.overview.takenOver, `${state.takenOver} / ${state.monitored}`],
    [t.failover.cameras, t.failover.usedOf(String(capacity.cameras.used), String(capacity.cameras.max))],
    [t.failover.bitRate, t.failover.usedOf(rateText(capacity.bitsPerSecond.used), rateText(capacity.bitsPerSecond.max))],
    [t.failover.disk, state.disk.state === 'ok' ? t.failover.freeOf(bytesText(state.disk.freeBytes), bytesText(state.disk.totalBytes)) : state.disk.text],
    [t.overview.promised, durationText(totals.promisedMs)],
    [t.overview.kept, durationText(totals.keptMs)],
    [t.overview.lost, durationText(totals.gapMs)],
  ] as const;
  return (
    <section aria-label={state.name} className="rounded border border-line bg-panel px-4 py-3">
      <h2 className="m-0 flex flex-wrap items-baseline gap-3 text-base font-semibold">
        {state.name}
        <Status tone={state.role === 'standby' ? 'ok' : state.role === 'storm' ? 'alarm' : 'standin'}>{state.roleText}</Status>
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
