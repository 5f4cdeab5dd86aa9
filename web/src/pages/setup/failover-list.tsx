import { useChangeBlock } from '../../api/session.ts';
import { useLive } from '../../api/live.ts';
import { Said, word } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';
import { Button } from '../../ui/button.tsx';
import { Status } from '../../ui/status.tsx';
import { Pane } from './pane.tsx';
import type { Place } from './setup.tsx';

/** Left pane: this failover server first, then those added by address. */
export function FailoverList({ place }: { readonly place: Place }) {
  const rows = useLive((live) => live.snapshot?.failovers) ?? [];
  const block = useChangeBlock();
  const self = rows.find((row) => row.id === place.failover)?.self ?? true;
  return (
    <Pane
      title={t.failover.servers}
      foot={
        <>
          <Button small label={t.failover.addFailover} disabledBecause={block} onPress={() => place.go({ dialog: 'add-failover' })}>
            +
          </Button>
          <Button small label={t.failover.removeFailover} disabledBecause={block ?? (self ? t.failover.removeSelf : null)} onPress={() => place.go({ dialog: 'remove-failover' })}>
            −
          </Button>
        </>
      }
    >
      <ul className="m-0 list-none p-0">
        {rows.map((row) => (
          <li key={row.id}>
            <button
              type="button"
              aria-pressed={row.id === place.failover}
              onClick={() => place.go({ failover: row.id, server: undefined })}
              className={`block w-full cursor-pointer border-0 border-b border-line px-3 py-2 text-left ${row.id === place.failover ? 'bg-raised font-semibold' : 'bg-panel'} text-ink`}
            >
              {row.name}
              <span className="block text-sm font-normal text-dim">{row.self ? t.failover.thisOne : row.address}</span>
              {row.state !== 'running' && <Status tone="alarm">{row.reason ? <Said reason={row.reason} /> : word(row.state)}</Status>}
            </button>
          </li>
        ))}
      </ul>
    </Pane>
  );
}
