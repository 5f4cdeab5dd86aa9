import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { paths } from './paths.ts';
import { Login } from './pages/login.tsx';
import { Overview } from './pages/overview/overview.tsx';
import { Shell } from './shell/shell.tsx';

const root = createRootRoute({ component: Shell });
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

interface SetupSearch {
  readonly failover?: string | undefined;
  readonly server?: string | undefined;
  readonly dialog?: string | undefined;
}

const overview = createRoute({ getParentRoute: () => root, path: paths.overview, component: Overview });
const login = createRoute({ getParentRoute: () => root, path: '/login', component: Login });
/** Everything but the first screen is loaded when it is opened: the first screen stays small. */
const setup = createRoute({
  getParentRoute: () => root,
  path: paths.setup,
  validateSearch: (search: Record<string, unknown>): SetupSearch => ({ failover: text(search['failover']), server: text(search['server']), dialog: text(search['dialog']) }),
  component: lazyRouteComponent(() => import('./pages/setup/setup.tsx'), 'Setup'),
});

export const router = createRouter({ routeTree: root.addChildren([overview, login, setup]), defaultPreload: 'intent' });

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
