import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { loadPage } from './api/load-page.ts';
import { ownPage } from './own-page.ts';
import { paths } from './paths.ts';
import type { BackupSearch } from './pages/backups/backups.tsx';
import type { EventSearch } from './pages/events/events.tsx';
import { speedOf, type FootageSearch } from './pages/footage/place.ts';
import { Login } from './pages/login.tsx';
import { Overview } from './pages/overview/overview.tsx';
import { Problem, NotFound } from './shell/problem.tsx';
import { Shell } from './shell/shell.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });
const parent = () => root;
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined);
const whole = (value: unknown): number | undefined => (typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined);

type Search = Record<string, unknown>;
type Texts<K extends string> = { readonly [key in K]?: string | undefined };

/** Picks the named texts out of an address; whatever else stands there is dropped. */
const texts =
  <K extends string>(...keys: readonly K[]) =>
  (search: Search): Texts<K> =>
    Object.fromEntries(keys.map((key) => [key, text(search[key])])) as Texts<K>;

const overview = createRoute({ getParentRoute: parent, path: paths.overview, validateSearch: texts('job'), component: Overview });
const login = createRoute({
  getParentRoute: parent,
  path: paths.login,
  validateSearch: (search: Search): { readonly back?: string | undefined } => ({ back: ownPage(text(search['back'])) }),
  component: Login,
});

/** Everything but the first screen is loaded when it is opened: the first screen stays small. */
const setup = createRoute({
  getParentRoute: parent,
  path: paths.setup,
  validateSearch: texts('failover', 'server', 'dialog'),
  component: lazyRouteComponent(() => loadPage(() => import('./pages/setup/setup.tsx')), 'Setup'),
});
const notifications = createRoute({ getParentRoute: parent, path: paths.notifications, component: lazyRouteComponent(() => loadPage(() => import('./pages/notifications/notifications.tsx')), 'Notifications') });
const events = createRoute({
  getParentRoute: parent,
  path: paths.events,
  validateSearch: (search: Search): EventSearch => ({ ...texts('server', 'kind', 'severity', 'text', 'from', 'to')(search), shown: whole(search['shown']) }),
  component: lazyRouteComponent(() => loadPage(() => import('./pages/events/events.tsx')), 'Events'),
});
const outages = createRoute({
  getParentRoute: parent,
  path: paths.outages,
  validateSearch: (search: Search): { readonly server?: string | undefined; readonly shown?: number | undefined } => ({ ...texts('server')(search), shown: whole(search['shown']) }),
  component: lazyRouteComponent(() => loadPage(() => import('./pages/outages/outages.tsx')), 'Outages'),
});
const outage = createRoute({ getParentRoute: parent, path: paths.outage, component: lazyRouteComponent(() => loadPage(() => import('./pages/outages/outage.tsx')), 'Outage') });
const backups = createRoute({
  getParentRoute: parent,
  path: paths.backups,
  validateSearch: (search: Search): BackupSearch => ({ ...texts('server', 'dialog')(search), version: whole(search['version']), from: whole(search['from']) }),
  component: lazyRouteComponent(() => loadPage(() => import('./pages/backups/backups.tsx')), 'Backups'),
});
const check = createRoute({ getParentRoute: parent, path: paths.check, validateSearch: texts('job'), component: lazyRouteComponent(() => loadPage(() => import('./pages/check/check.tsx')), 'Check') });
const server = createRoute({
  getParentRoute: parent,
  path: paths.server,
  validateSearch: texts('dialog'),
  component: lazyRouteComponent(() => loadPage(() => import('./pages/server/server.tsx')), 'Server'),
});
/** `at`: where the cursor stands, `fromUs`–`toUs`: what the timeline shows, all microseconds; `live` instead of a place, how fast it plays, what is selected. */
const footage = createRoute({
  getParentRoute: parent,
  path: paths.footage,
  validateSearch: (search: Search): FootageSearch => ({
    ...texts('server', 'cameras', 'dialog')(search),
    fromUs: whole(search['fromUs']),
    toUs: whole(search['toUs']),
    at: whole(search['at']),
    live: search['live'] === true ? true : undefined,
    speed: speedOf(search['speed']),
    selectedFromUs: whole(search['selectedFromUs']),
    selectedToUs: whole(search['selectedToUs']),
  }),
  component: lazyRouteComponent(() => loadPage(() => import('./pages/footage/footage.tsx')), 'Footage'),
});

export const router = createRouter({
  routeTree: root.addChildren([overview, login, setup, notifications, events, outages, outage, backups, check, server, footage]),
  defaultPreload: 'intent',
  defaultErrorComponent: Problem,
});

/** Loads the other pages once the first one stands: they open at once, and while the connection is lost, too. */
export function loadPages(): void {
  for (const route of [setup, notifications, events, outages, outage, backups, check, server, footage]) void route.options.component?.preload?.();
}

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
