import type { FailoverState } from '../../../../src/contract/api/failover.ts';
import { bytesText, rateText } from '../../components/amounts.ts';
import { Said } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';

export function Capacity({ state }: { readonly state: FailoverState }) {
  const { capacity, disk } = state;
  const rows = [
    [t.failover.cameras, t.failover.usedOf(String(capacity.cameras.used), String(capacity.cameras.max))],
    [t.failover.bitRate, t.failover.usedOf(rateText(capacity.bitsPerSecond.used), rateText(capacity.bitsPerSecond.max))],
    [t.failover.preroll, t.failover.usedOf(bytesText(capacity.prerollBytes.used), bytesText(capacity.prerollBytes.max))],
    [t.failover.disk, disk.state === 'ok' ? t.failover.freeOf(bytesText(disk.freeBytes), bytesText(disk.totalBytes)) : <Said key="disk" reason={{ code: `store.${disk.state}`, text: disk.text }} />],
  ] as const;
  return (
    <div>
      <h3 className="m-0 text-base font-semibold">{t.failover.capacity}</h3>
      <dl className="m-0 grid grid-cols-[auto_1fr] gap-x-3 gap-y-0.5">
        {rows.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-dim">{name}</dt>
            <dd className="m-0">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
