import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { FastifyInstance } from 'fastify';
import { copyBlobs } from '../../platform/blob-folder.ts';
import { checkWritable } from '../../platform/check-writable.ts';
import type { Clock, Timers } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Random } from '../../platform/random.ts';
import type { Sql } from '../../platform/sqlite.ts';
import { Checker } from '../check/checker.ts';
import { keepChecked } from '../check/keep-checked.ts';
import type { CameraProbe } from '../check/probe.ts';
import { Metrics } from '../notify/metrics.ts';
import { Notifier } from '../notify/notifier.ts';
import { systemSenders, type Senders } from '../notify/senders.ts';
import { watchChanges } from '../notify/watch.ts';
import { NotificationStore } from '../notify/settings-store.ts';
import type { FailoverServer } from '../server-types.ts';
import type { VaultKey } from '../vault/seal.ts';
import type { Vault } from '../vault/vault.ts';
import type { AccessRules } from './access.ts';
import { Attempts } from './attempts.ts';
import { firstToken } from './first-token.ts';
import type { FootageDoor, OutageDoor } from './footage-door.ts';
import type { Handlers } from './handlers.ts';
import { callerOf, createHttp } from './http.ts';
import { Jobs } from './jobs.ts';
import { Live } from './live.ts';
import { registerLivePictures } from './live-pictures.ts';
import { registerLive } from './live-socket.ts';
import { Others } from './others.ts';
import { registerPages } from './pages.ts';
import { Picture } from './picture.ts';
import { registerProxy } from './proxy.ts';
import { backupHandlers } from './routes/backups.ts';
import { checkHandlers, checkRunner, type CheckRunner } from './routes/check.ts';
import { commandHandlers, type CopyBack } from './routes/commands.ts';
import { eventHandlers } from './routes/events.ts';
import { footageHandlers, outageHandlers } from './routes/footage.ts';
import { jobHandlers } from './routes/jobs.ts';
import { notificationHandlers } from './routes/notifications.ts';
import { otherHandlers } from './routes/others.ts';
import { serverRouteHandlers } from './routes/servers.ts';
import { settingsHandlers } from './routes/settings.ts';
import { standbyHandlers, type SecondSessionTest } from './routes/standby.ts';
import { sessionHandlers } from './session-handlers.ts';
import { Tokens } from './tokens.ts';

export interface ApiNeeds {
  readonly server: FailoverServer;
  readonly vault: Vault;
  readonly key: VaultKey;
  readonly probe: CameraProbe;
  readonly footage: FootageDoor;
  readonly outages: OutageDoor;
  readonly copyBack: (jobs: Jobs) => CopyBack;
  readonly secondSession: (jobs: Jobs) => SecondSessionTest;
  readonly database: Sql;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
  readonly version: string;
  /** Where the installation's token lies. */
  readonly tokenPath: string;
  /** Folder of the built web UI. */
  readonly webRoot: string | null;
  /** Names beside IP addresses, localhost and this machine's own. */
  readonly names: readonly string[];
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly senders?: Senders;
  /** Tests: every answer must fit its schema. */
  readonly checkAnswers?: boolean;
}

export interface Api {
  /** Rejects if the port is taken. `url` is where to open it. */
  listen(at: { readonly host: string; readonly port: number }): Promise<{ readonly url: string; readonly port: number }>;
  /** The daily check, after the daily backups. */
  checkAll(): void;
  readonly tokenPath: string;
  readonly jobs: Jobs;
  close(): Promise<void>;
}

export async function createApi(needs: ApiNeeds): Promise<Api> {
  const { server, vault, database, clock, timers, random, log, key } = needs;
  const jobs = new Jobs(clock, random, log);
  const tokens = new Tokens(database, clock, random);
  const attempts = new Attempts(clock);
  const access: AccessRules = { tokens, attempts, names: [hostname(), ...needs.names].map((name) => name.toLowerCase()) };
  const { path: tokenPath } = await firstToken(tokens, needs.tokenPath);
  const checker = new Checker({ subject: server, backups: vault, backupState: (id) => vault.state(id), probe: needs.probe, database, clock });
  const name = (): string => server.settings().settings.name;
  const self = () => ({ id: 'this', name: name(), address: server.settings().settings.addresses.clientNetwork, url: null, self: true, state: 'running' as const, reason: null, sinceMs: Math.round(server.startedMs) });
  const others = await Others.open({ database, key, random, clock, timers, self });
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const picture = new Picture({ server, vault, checker, outages: needs.outages, jobs, clock, version: needs.version, timeZone: zone, failovers: () => others.list() });
  const store = await NotificationStore.open(database, key, random);
  const notifier = new Notifier({ store, senders: needs.senders ?? systemSenders, clock, timers, log, failoverName: name });
  const metrics = new Metrics({ failover: () => picture.failover(), servers: () => picture.servers() });
  const audit = (who: string, action: string, why: string): void => server.note({ severity: 'info', kind: 'access', actor: who, to: action, text: `${action}: ${why}` });
  const runner = checkRunner({ server, checker, jobs });
  const handlers: Handlers = {
    ...sessionHandlers({ tokens, attempts, forgetFirst: () => rm(tokenPath, { force: true }), nowMs: () => clock.monotonicMs(), version: needs.version, failoverName: name, audit }),
    ...settingsHandlers({ server, picture, copyBackups: copyBlobs, checkWritable }),
    ...otherHandlers({ others, audit }),
    ...serverRouteHandlers({ server, vault, checker, picture }),
    ...commandHandlers({ server, picture, clock, copyBack: needs.copyBack(jobs) }),
    ...standbyHandlers({ server, secondSession: needs.secondSession(jobs) }),
    ...backupHandlers({ server, vault, jobs }),
    ...checkHandlers({ server, checker, runner }),
    ...footageHandlers(needs.footage),
    ...outageHandlers(needs.outages),
    ...eventHandlers({ server }),
    ...notificationHandlers({ store, notifier, metrics, audit }),
    ...jobHandlers({ jobs, timers }),
  };
  const live = new Live({
    clock,
    timers,
    picture: () => picture.live(),
    // Read by pages until the known one: oldest first.
    eventsSince: (id) => server.audit({ limit: 200 }).filter((event) => event.id > id).toReversed(),
    lastEventId: () => server.audit({ limit: 1 })[0]?.id ?? 0,
  });
  const app = await createHttp({ handlers, access, log, ...(needs.checkAnswers === true ? { checkAnswers: true } : {}), ...(needs.tls === undefined ? {} : { tls: needs.tls }) });
  registerLive(app, live, access, timers);
  registerLivePictures(app, needs.footage, access, timers);
  registerProxy(app, others, access, timers);
  await registerPages(app, {
    webRoot: needs.webRoot,
    mayRead: (request) => void callerOf(request, null, { access: 'read' }, access),
    status: () => ({ failover: picture.failover(), servers: picture.servers() }),
  });
  const forget = server.onEvent((event) => {
    if (event.type === 'audit') notifier.event(event.event);
  });
  const unwatch = watchChanges({
    server,
    checker,
    timers,
    alarmed: (alarm) => notifier.alarm(alarm, alarm.serverId === null ? null : (server.find(alarm.serverId)?.name ?? alarm.serverId)),
  });
  const stopChecking = keepChecked({ subject: server, checker, backupState: (id) => vault.state(id), clock, timers, log });
  return {
    jobs,
    tokenPath,
    listen: (at) => listen(app, at, needs.tls !== undefined),
    checkAll: () => startCheck(server, runner),
    async close() {
      forget();
      unwatch();
      notifier.stop();
      stopChecking();
      live.stop();
      others.stop();
      await app.close();
    },
  };
}

async function listen(app: FastifyInstance, at: { readonly host: string; readonly port: number }, secure: boolean): Promise<{ readonly url: string; readonly port: number }> {
  await app.listen(at);
  const address = app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : at.port;
  const host = at.host === '0.0.0.0' || at.host === '::' ? '127.0.0.1' : at.host.includes(':') ? `[${at.host}]` : at.host;
  return { url: `${secure ? 'https' : 'http'}://${host}:${port}`, port };
}

function startCheck(server: FailoverServer, runner: CheckRunner): void {
  const ids = server.servers().map(({ id }) => id);
  if (ids.length > 0) runner.run(ids, 'automatic');
}
