import { Link } from '@tanstack/react-router';
import { useLive } from '../../api/live.ts';
import { Advice, Said } from '../../components/said.tsx';
import { At } from '../../components/time.tsx';
import { paths } from '../../paths.ts';
import { t } from '../../texts/texts.ts';
import { Status } from '../../ui/status.tsx';

/** What needs a person, worst first. It speaks from the first alarm on: a region that comes with its text is not heard. */
export function AttentionList() {
  return (
    <div aria-live="polite">
      <Items />
    </div>
  );
}

function Items() {
  const attention = useLive((live) => live.snapshot?.attention) ?? [];
  const names = useLive((live) => live.snapshot?.servers);
  const nameOf = (server: string | null): string => names?.find(({ id }) => id === server)?.name ?? server ?? '';
  if (attention.length === 0)
    return (
      <p className="m-0 rounded border border-line bg-panel px-4 py-3">
        <Status tone="ok">{t.overview.allWell}</Status>
      </p>
    );
  return (
    <section aria-label={t.overview.attention} className={`rounded border bg-panel ${attention.some(({ severity }) => severity === 'alarm') ? 'border-alarm' : 'border-warn'}`}>
      <h2 className="m-0 border-b border-line px-4 py-2 text-base font-semibold">{t.overview.attention}</h2>
      <ul className="m-0 list-none p-0">
        {attention.map((item) => (
          <li key={item.id} className="border-b border-line px-4 py-2 last:border-b-0">
            <Status tone={item.severity === 'alarm' ? 'alarm' : 'warn'}>
              {item.serverId && (
                <Link to={paths.server} params={{ server: item.serverId }} preload={false} className="font-semibold text-ink">
                  {nameOf(item.serverId)}
                </Link>
              )}
              {item.serverId && ': '}
              {item.notProtected ? (
                <>
                  {t.overview.notProtected} <Said reason={item.notProtected} />
                </>
              ) : (
                <Said reason={item.reason} />
              )}
            </Status>
            <span className="block pl-5 text-sm text-dim">
              <Advice code={item.reason.code} text={item.advice} /> {item.sinceMs !== null && t.overview.since} {item.sinceMs !== null && <At ms={item.sinceMs} />}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
