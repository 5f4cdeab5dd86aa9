import { useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { connectLive, useLive } from '../api/live.ts';
import { useLogOut, useSession } from '../api/session.ts';
import { ConnectionBar } from '../components/connection-bar.tsx';
import { zoneText } from '../components/time.tsx';
import { paths } from '../paths.ts';
import { t } from '../texts/texts.ts';
import { Button } from '../ui/button.tsx';
import { useKeptFocus } from './kept-focus.ts';
import { Navigation } from './navigation.tsx';

/** Header, navigation, connection bar; the page below; the zone of all times at the foot. */
export function Shell() {
  const { may, loggedIn, name } = useDoor();
  const logOut = useLogOut();
  useKeptFocus();
  const failover = useLive((live) => live.snapshot?.failover.name) ?? '';
  const lost = useLive((live) => live.state === 'lost');
  return (
    <div className="flex h-dvh flex-col print:h-auto">
      <a href="#content" className="sr-only focus:not-sr-only focus:absolute focus:z-10 focus:bg-panel focus:p-2">
        {t.nav.skip}
      </a>
      <header className="flex items-center gap-x-5 gap-y-1 border-b border-line bg-panel px-4 py-2 max-xl:flex-wrap print:hidden">
        <span className="max-w-72 truncate text-lg font-semibold">
          {t.product} <span className="font-normal text-dim">{failover}</span>
        </span>
        {may && <Navigation />}
        {loggedIn ? (
          <span className="ml-auto flex shrink-0 items-center gap-2 text-dim">
            <span className="max-w-32 truncate">{name}</span>
            <Button small disabledBecause={lost ? t.common.disconnected : null} onPress={() => logOut.mutate()}>
              {t.nav.logOut}
            </Button>
          </span>
        ) : (
          <Link to={paths.login} className="ml-auto shrink-0 text-accent">
            {t.nav.logIn}
          </Link>
        )}
      </header>
      {may && <ConnectionBar />}
      {/* `relative`: what only screen readers see lies in what scrolls here, and does not make the document longer than the window. */}
      <main id="content" tabIndex={-1} className="relative flex min-h-0 grow flex-col overflow-auto outline-none print:overflow-visible">
        <Outlet />
      </main>
      <footer className="border-t border-line bg-panel px-4 py-1 text-sm text-dim">{t.nav.zone(zoneText(Date.now()))} {zoneText(Date.now()) !== 'UTC' && <span className="max-sm:hidden">{t.nav.zoneHint}</span>}</footer>
    </div>
  );
}

/** When the connection is back, all that is shown is asked for again: what failed meanwhile, and what changed unseen. */
function useAskAgain(lost: boolean): void {
  const client = useQueryClient();
  const was = useRef(lost);
  useEffect(() => {
    if (was.current && !lost) void client.invalidateQueries();
    was.current = lost;
  }, [lost, client]);
}

/** Who may look: everybody on this machine, else after log-in. Sends the others to the log-in page and back. */
function useDoor() {
  const session = useSession();
  const state = useLive((live) => live.state);
  const location = useLocation();
  const navigate = useNavigate();
  const { refetch } = session;
  const may = session.data !== undefined && (session.data.loggedIn || session.data.loopback);

  useEffect(() => {
    if (may) connectLive();
    else if (session.data !== undefined && location.pathname !== paths.login) void navigate({ to: paths.login, search: { back: location.href }, replace: true });
  }, [may, session.data, location.pathname, location.href, navigate]);
  // A lost connection may mean that the session ended; a new one, that another person logged in elsewhere.
  useEffect(() => {
    if (state !== 'connecting') void refetch();
  }, [state, refetch]);

  useAskAgain(state === 'lost');

  return { may, loggedIn: session.data?.loggedIn ?? false, name: session.data?.name ?? '' };
}
