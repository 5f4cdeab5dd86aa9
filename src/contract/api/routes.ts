/** Every route of the HTTP API, by name. Paths lie below `/api`; of another failover server below `/api/at/:failover`. */
import { z } from 'zod';
import { backupRoutes } from './backups.ts';
import { checkRoutes } from './check.ts';
import { eventRoutes } from './events.ts';
import { failoverRoutes } from './failover.ts';
import { footageRoutes } from './footage.ts';
import { jobRoutes } from './jobs.ts';
import { attention } from './live.ts';
import { outageRoutes } from './outages.ts';
import { route } from './route.ts';
import { commandRoutes, serverRoutes } from './servers.ts';
import { sessionRoutes } from './session.ts';
import { standbyRoutes } from './standby.ts';

export const routes = {
  ...sessionRoutes,
  ...failoverRoutes,
  ...serverRoutes,
  ...commandRoutes,
  ...standbyRoutes,
  ...backupRoutes,
  ...checkRoutes,
  ...footageRoutes,
  ...outageRoutes,
  ...eventRoutes,
  ...jobRoutes,
  'attention.list': route('GET /attention', { tag: 'Events', summary: 'What needs a person, worst first', response: z.array(attention) }),
} as const;

export type Routes = typeof routes;
export type RouteName = keyof Routes;
export type RouteParams<N extends RouteName> = z.output<Routes[N]['params']>;
export type RouteQuery<N extends RouteName> = z.output<Routes[N]['query']>;
export type RouteQueryIn<N extends RouteName> = z.input<Routes[N]['query']>;
export type RouteBody<N extends RouteName> = z.output<Routes[N]['body']>;
export type RouteBodyIn<N extends RouteName> = z.input<Routes[N]['body']>;
export type RouteAnswer<N extends RouteName> = z.output<Routes[N]['response']>;

export const routeNames = Object.keys(routes) as readonly RouteName[];

/** The path with its parameters filled in; `failover` other than `this` goes through the one that is asked. */
export function routePath(name: RouteName, params: Readonly<Record<string, string | number>> = {}, failover = 'this'): string {
  const path = routes[name].path.replace(/:([a-z]+)/g, (_, key: string) => encodeURIComponent(String(params[key])));
  return failover === 'this' ? `/api${path}` : `/api/at/${encodeURIComponent(failover)}${path}`;
}
