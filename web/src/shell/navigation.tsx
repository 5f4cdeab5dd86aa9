import { Link } from '@tanstack/react-router';
import { useLive } from '../api/live.ts';
import { paths } from '../paths.ts';
import { t } from '../texts/texts.ts';

const looking = [
  [paths.overview, t.nav.overview],
  [paths.footage, t.nav.footage],
  [paths.events, t.nav.events],
  [paths.outages, t.nav.outages],
  [paths.backups, t.nav.backups],
  [paths.check, t.nav.check],
] as const;

const setting = [
  [paths.setup, t.nav.failover],
  [paths.notifications, t.nav.notifications],
] as const;

/** The pages; *Setup* leads its two, so that the Failover tab is one press away. Below the width of a laptop it has a row of its own; on a phone that scrolls. */
export function Navigation() {
  const alarms = useLive((live) => live.snapshot?.attention.filter(({ severity }) => severity === 'alarm').length) ?? 0;
  return (
    <nav aria-label={t.nav.pages} className="flex min-w-0 grow items-center gap-x-0.5 overflow-x-auto whitespace-nowrap max-xl:order-3 max-xl:w-full">
      {looking.map(([to, label]) => (
        <Item key={to} to={to}>
          {label}
          {to === paths.overview && alarms > 0 && (
            <>
              <span aria-hidden className="ml-1.5 rounded-full bg-alarm px-1.5 text-sm text-panel" title={t.overview.attention}>
                {alarms}
              </span>
              <span className="sr-only">({t.overview.alarms(alarms)})</span>
            </>
          )}
        </Item>
      ))}
      <span className="ml-3 border-l border-line pl-3 text-dim">{t.nav.setup} ›</span>
      {setting.map(([to, label]) => (
        <Item key={to} to={to}>
          {label}
        </Item>
      ))}
    </nav>
  );
}

/** On a phone the page that is open is brought into sight. */
function Item({ to, children }: { readonly to: string; readonly children: React.ReactNode }) {
  return (
    <Link
      to={to}
      ref={(link) => {
        const row = link?.parentElement;
        if (link?.getAttribute('aria-current') === 'page' && row && row.scrollWidth > row.clientWidth) row.scrollLeft = link.offsetLeft - row.offsetLeft - 16;
      }}
      activeOptions={{ exact: to === paths.overview, includeSearch: false }}
      className="rounded px-2 py-1 text-ink no-underline hover:bg-raised"
      activeProps={{ className: 'bg-raised font-semibold', 'aria-current': 'page' }}
    >
      {children}
    </Link>
  );
}
