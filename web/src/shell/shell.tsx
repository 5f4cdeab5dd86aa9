import { Link, Outlet } from '@tanstack/react-router';
import { useLive } from '../api/live.ts';
import { useLogOut, useSession } from '../api/session.ts';
import { paths } from '../paths.ts';
import { t } from '../texts/en.ts';
import { Button } from '../ui/button.tsx';
import { ConnectionBar } from './connection-bar.tsx';

const items = [
  [paths.overview, t.nav.overview],
  [paths.setup, t.nav.failover],

] as const;

/** Header, navigation, connection bar; the page below. */
export function Shell() {
  const session = useSession();
  const logOut = useLogOut();
  const name = useLive((live) => live.snapshot?.failover.name) ?? session.data?.failoverName ?? '';
  return (
    <div className="flex min-h-screen flex-col">
      <a href="#content" className="sr-only focus:not-sr-only focus:absolute focus:z-10 focus:bg-panel focus:p-2">
        {t.nav.skip}
      </a>
      <header className="flex flex-wrap items-center gap-x-6 gap-y-1 border-b border-line bg-panel px-4 py-2">
        <span className="text-lg font-semibold">
          {t.product} <span className="font-normal text-dim">{name}</span>
        </span>
        <nav aria-label={t.nav.overview} className="flex grow flex-wrap gap-x-1">
          {items.map(([to, label]) => (
            <Link
              key={to}
              to={to}
              activeOptions={{ exact: to === '/', includeSearch: false }}
              className="rounded px-2.5 py-1 text-ink no-underline hover:bg-raised"
              activeProps={{ className: 'bg-raised font-semibold', 'aria-current': 'page' }}
            >
              {label}
            </Link>
          ))}
        </nav>
        {session.data?.loggedIn ? (
          <span className="flex items-center gap-2 text-dim">
            {session.data.name}
            <Button small onPress={() => logOut.mutate()}>
              {t.nav.logOut}
            </Button>
          </span>
        ) : (
          <Link to="/login" className="text-accent">
            {t.nav.logIn}
          </Link>
        )}
      </header>
      <ConnectionBar />
      <main id="content" className="flex grow flex-col">
        <Outlet />
      </main>
    </div>
  );
}
