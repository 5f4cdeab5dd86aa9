import { auditKinds, eventTextRule } from '../../../../src/contract/api/events.ts';
import { useLive } from '../../api/live.ts';
import { momentsOf } from '../../components/local-moment.ts';
import { MomentField } from '../../components/moment-field.tsx';
import { word, wrongOf } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';
import { Field } from '../../ui/field.tsx';
import { Select } from '../../ui/select.tsx';

export interface EventFilter {
  readonly server?: string | undefined;
  readonly kind?: string | undefined;
  readonly severity?: string | undefined;
  readonly text?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

interface FiltersProps {
  readonly filter: EventFilter;
  /** Servers of the events shown: also those that were removed from the list. */
  readonly seen: ReadonlyMap<string, string>;
  readonly onChange: (change: EventFilter) => void;
}

/** What the filter's local times mean; left out while they are none. In an hour that comes twice nothing is left out that may be meant. */
export function spanOf({ from, to }: EventFilter): { readonly fromMs: number | undefined; readonly toMs: number | undefined } {
  return { fromMs: momentsOf(from ?? '')[0], toMs: momentsOf(to ?? '').at(-1) };
}

function wrongEnd(filter: EventFilter): string | null {
  const { fromMs, toMs } = spanOf(filter);
  if (toMs === undefined) return filter.to === undefined ? null : t.footage.timeNeeded;
  return fromMs !== undefined && toMs < fromMs ? t.events.order : null;
}

const all = ['', t.events.all] as const;

/** Each filter stands in the address, so that a filtered list can be sent to a colleague. */
export function Filters({ filter, seen, onChange }: FiltersProps) {
  const listed = useLive((live) => live.snapshot?.servers) ?? [];
  const servers = new Map([...seen, ...listed.map(({ id, name }) => [id, name] as const)]);
  if (filter.server !== undefined && !servers.has(filter.server)) servers.set(filter.server, filter.server);
  const offered: readonly string[] = filter.kind === undefined || auditKinds.some((kind) => kind === filter.kind) ? auditKinds : [...auditKinds, filter.kind];
  const { fromMs, toMs } = spanOf(filter);
  const set = (key: keyof EventFilter) => (value: string) => onChange({ [key]: value === '' ? undefined : value });
  return (
    <form role="search" className="grid grid-cols-2 gap-x-4 rounded border border-line bg-panel px-4 py-2 lg:grid-cols-3 xl:grid-cols-[repeat(4,minmax(0,1fr))_14rem_14rem]" onSubmit={(event) => event.preventDefault()}>
      <Select label={t.failover.columns.server} value={filter.server ?? ''} options={[all, ...servers]} onChange={set('server')} />
      <Select label={t.events.kind} value={filter.kind ?? ''} options={[all, ...offered.map((kind) => [kind, word(kind)] as const)]} onChange={set('kind')} />
      <Select label={t.events.severity} value={filter.severity ?? ''} options={[all, ['warning', t.events.warnings], ['alarm', t.events.alarms]]} onChange={set('severity')} />
      <Field label={t.events.text} value={filter.text ?? ''} onChange={set('text')} problem={wrongOf(eventTextRule.safeParse(filter.text ?? '').error?.issues[0])} />
      {/* A date with its time needs more room than the others: on a phone all of it. */}
      <div className="max-sm:col-span-2">
        <MomentField label={t.events.from} value={filter.from ?? ''} meantMs={fromMs} onChange={set('from')} problem={filter.from !== undefined && fromMs === undefined ? t.footage.timeNeeded : null} />
      </div>
      <div className="max-sm:col-span-2">
        <MomentField label={t.events.to} value={filter.to ?? ''} meantMs={toMs} onChange={set('to')} problem={wrongEnd(filter)} />
      </div>
    </form>
  );
}
