import { join, resolve } from 'node:path';
import { UnderstudyError } from '../../contract/errors.ts';
import { loadSettings } from '../../failover/db/settings.ts';
import type { BackupsNeeds } from '../../failover/ports.ts';
import { startFailover } from '../../failover/server.ts';
import type { FailoverServer } from '../../failover/server-types.ts';
import { openVaultKey } from '../../failover/vault/key-file.ts';
import { Vault } from '../../failover/vault/vault.ts';
import { fileAddressMemory } from '../../platform/address-memory.ts';
import { systemAfterPoll } from '../../platform/after-poll.ts';
import { type BlobFolder, blobFolder } from '../../platform/blob-folder.ts';
import { patientBlobs } from '../../platform/patient-blobs.ts';
import { systemClock, systemTimers } from '../../platform/clock.ts';
import { lockFolder } from '../../platform/folder-lock.ts';
import type { Log } from '../../platform/log.ts';
import { systemRandom } from '../../platform/random.ts';
import { rtspAnswers } from '../../platform/rtsp-answers.ts';
import { loadIdentity } from '../../platform/tls-identity.ts';
import { tlsTransport } from '../../platform/transport-tls.ts';
import { startEngine } from '../../video/engine.ts';
import { openApi, openFootage } from './doors.ts';
import { demandFailoverFolder } from '../folder-kind.ts';
import { openDatabase, openStorePath } from './data-folder.ts';
import { Ending } from './ending.ts';
import { failpointOf } from './failpoints.ts';
import { openLate } from './late-store.ts';

/** `self-made`: a certificate kept in the data folder; else the paths of PEM files. */
export type HttpsWish = 'plain' | 'self-made' | { readonly cert: string; readonly key: string };

export interface FailoverOptions {
  readonly folder: string;
  /** Address of the HTTP API. */
  readonly listen: string;
  readonly httpPort: number;
  /** TLS of the HTTP API; missing: plain HTTP. */
  readonly https?: HttpsWish;
  /** Further names under which the API may be asked. */
  readonly names?: readonly string[];
  /** Port where monitored servers read their failover recordings. */
  readonly port?: number;
  readonly storePath?: string;
  readonly name?: string;
  readonly failpoints?: boolean;
  readonly policyClock?: number;
  readonly log: Log;
}

export interface RunningFailover {
  readonly server: FailoverServer;
  readonly url: string;
  readonly tokenFile: string;
  /** In order: no more decisions, footage closed, roles persisted. The next start goes on. */
  stop(): Promise<void>;
}

export async function runFailover(options: FailoverOptions): Promise<RunningFailover> {
  const ending = new Ending(options.log);
  try {
    return await start(options, ending);
  } catch (error) {
    await ending.run();
    throw error;
  }
}

async function start(options: FailoverOptions, ending: Ending): Promise<RunningFailover> {
  const { log } = options;
  const folder = resolve(options.folder);
  await demandFailoverFolder(folder);
  const lock = await lockFolder(join(folder, 'failover.lock'), 'understudy failover', new Date(systemClock.wallMs()));
  ending.add('lock', () => lock.release());
  const database = await openDatabase(folder);
  ending.add('database', () => database.close());
  const first = {
    id: systemRandom.id(),
    name: options.name ?? 'Failover server',
    storePath: resolve(options.storePath ?? join(folder, 'footage')),
    directory: join(folder, 'backups'),
  };
  const { settings } = loadSettings(database, first);
  sayUnused(options, settings);
  const store = await openLate(() => openStorePath(folder, settings.storePath, settings.capacity.reserveBytes), { timers: systemTimers, log });
  store.onEvent(({ code, text, bytes }) => log.warn({ code, bytes }, text));
  ending.add('store', () => store.close());
  const recording = startEngine({
    userAgent: 'Understudy failover',
    stores: (path) => (path === settings.storePath ? store.opened() : undefined),
    log: ({ level, text, ...camera }) => log[level](camera, text),
  });
  const life = { started: false };
  // Once it runs, the failover server closes it itself, after its last decision.
  ending.add('recording', () => (life.started ? undefined : recording.close()));
  const key = await openVaultKey(join(folder, 'vault.key'), systemRandom);
  const transport = tlsTransport(await loadIdentity(folder), { memory: await fileAddressMemory(join(folder, 'addresses.json'), log) });
  let vault: Vault | null = null;
  const afterDaily = { run: (): void => {} };
  const server = await startFailover(
    {
      database, transport, recording, store, log,
      clock: systemClock, timers: systemTimers, random: systemRandom, afterPoll: systemAfterPoll,
      storePath: settings.storePath,
      storeReady: () => store.opened() !== undefined,
      cameraCheck: { answers: rtspAnswers },
      backups: (needs: BackupsNeeds) =>
        (vault = new Vault(needs, { key, blobs: backupFolder(() => needs.settings().directory), afterDaily: () => afterDaily.run() })),
      failpoint: failpointOf(options.failpoints === true, process.env['UNDERSTUDY_FAILPOINT']),
      policyClock: options.policyClock ?? 1,
    },
    first,
  );
  life.started = true;
  if (options.policyClock !== undefined && options.policyClock !== 1) log.warn({ policyClock: options.policyClock }, `Time-outs pass ${options.policyClock} times faster than real time: for tests only.`);
  ending.add('failover server', () => server.stop());
  const api = await openApi({ options, folder, server, vault: needed(vault), key, database, ending, afterDaily });
  await openFootage({ options, server, transport, ending });
  return { server, ...api, stop: () => ending.run() };
}

/** It may lie on a network disk. */
const backupFolder = (directory: () => string): BlobFolder => patientBlobs(blobFolder(directory), directory, systemTimers);

/** Settings since the first start: what the command line says of them later must not seem to count. */
function sayUnused({ storePath, name, log }: FailoverOptions, settings: { readonly storePath: string; readonly name: string }): void {
  const unused = [
    ...(storePath === undefined || resolve(storePath) === settings.storePath ? [] : [`--store-path is not used: since the first start the store path is a setting, ${settings.storePath}. Change it: understudy settings set storePath=…`]),
    ...(name === undefined || name === settings.name ? [] : [`--name is not used: since the first start the name is a setting, "${settings.name}". Change it: understudy settings set name=…`]),
  ];
  for (const text of unused) log.warn({}, text);
}

function needed(vault: Vault | null): Vault {
  if (vault === null) throw new UnderstudyError('process.defect', 'The vault was not made.');
  return vault;
}
