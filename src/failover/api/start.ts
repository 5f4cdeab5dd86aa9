import type { Clock, Timers } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Random } from '../../platform/random.ts';
import type { Sql } from '../../platform/sqlite.ts';
import { describeCamera } from '../../video/probe/describe.ts';
import { makeFootage } from '../footage/door.ts';
import { makeOutageReports } from '../footage/outages.ts';
import type { FailoverServer } from '../server-types.ts';
import type { VaultKey } from '../vault/seal.ts';
import type { Vault } from '../vault/vault.ts';
import { type Api, createApi } from './api.ts';
import { copyBack, copyBackByItself } from './copy-back.ts';
import { secondSessionTest } from './doors.ts';

export interface StartApi {
  readonly server: FailoverServer;
  readonly vault: Vault;
  readonly key: VaultKey;
  readonly database: Sql;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
  readonly version: string;
  /** File with the token of this installation; made at the first start. */
  readonly tokenPath: string;
  readonly listen: { readonly host: string; readonly port: number };
  /** Names beside IP addresses, localhost and this machine's own (`--api-name`). */
  readonly names?: readonly string[];
  /** Folder of the built web UI; null: the plain status page. */
  readonly webRoot: string | null;
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly checkAnswers?: boolean;
}

export interface RunningApi {
  readonly url: string;
  readonly port: number;
  /** Contacts every camera now; called after the daily backups (`VaultMore.afterDaily`). */
  readonly checkAll: () => void;
  close(): Promise<void>;
}

/** The API of a whole failover server, listening. Every part is the real one. */
export async function startApi(needs: StartApi): Promise<RunningApi> {
  const { server, clock, timers, random, log, listen, names, ...rest } = needs;
  const outages = makeOutageReports({ server, sql: needs.database, clock, timers, log });
  const doors = { server, clock, timers, random };
  const api: Api = await createApi({
    ...rest,
    ...doors,
    log,
    outages,
    names: names ?? [],
    footage: makeFootage(doors),
    probe: { probe: (source, timeoutMs) => describeCamera(source, { timers, random, timeoutMs }) },
    copyBack: copyBack(doors),
    secondSession: secondSessionTest(doors),
  });
  const forget = copyBackByItself({ server, clock, timers, log }, copyBack(doors)(api.jobs));
  try {
    const { url, port } = await api.listen(listen);
    return {
      url,
      port,
      checkAll: () => api.checkAll(),
      async close() {
        forget();
        await api.close();
        outages.stop();
      },
    };
  } catch (error) {
    forget();
    await api.close();
    outages.stop();
    throw error;
  }
}
