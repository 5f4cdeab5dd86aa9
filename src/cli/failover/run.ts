import { join, resolve } from 'node:path';
import { failoverPort } from '../../contract/link.ts';
import { loadSettings } from '../../failover/db/settings.ts';
import type { BackupsNeeds } from '../../failover/ports.ts';
import { startFailover } from '../../failover/server.ts';
import type { FailoverServer } from '../../failover/server-types.ts';
import { openVaultKey } from '../../failover/vault/key-file.ts';
import { Vault } from '../../failover/vault/vault.ts';
import { systemAfterPoll } from '../../platform/after-poll.ts';
import { blobFolder } from '../../platform/blob-folder.ts';
import { systemClock, systemTimers } from '../../platform/clock.ts';
import { lockFolder } from '../../platform/folder-lock.ts';
import type { Log } from '../../platform/log.ts';
import { systemRandom } from '../../platform/random.ts';
import { rtspAnswers } from '../../platform/rtsp-answers.ts';
import { loadIdentity } from '../../platform/tls-identity.ts';
import { tlsTransport } from '../../platform/transport-tls.ts';
import { startEngine } from '../../video/engine.ts';
import { openDatabase, openStorePath } from './data-folder.ts';
import { failpointOf } from './failpoints.ts';

export interface FailoverOptions {
  readonly folder: string;
  /** Address of the HTTP API. */
  readonly listen: string;
  readonly httpPort: number;
  /** Port where monitored servers read their failover recordings. */
  readonly port?: number;
  readonly storePath?: string;
  readonly name?: string;
  readonly failpoints?: boolean;
  readonly log: Log;
}

export interface RunningFailover {
  readonly server: FailoverServer;
  readonly url: string;
  readonly tokenFile: string;
  /** In order: no more decisions, footage closed, roles persisted. The next start goes on. */
  stop(): Promise<void>;
}

/** Things to end, in reverse order; each one is ended even if another fails. */
class Ending {
  readonly #steps: { readonly name: string; readonly run: () => Promise<void> | void }[] = [];
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  add(name: string, run: () => Promise<void> | void): void {
    this.#steps.unshift({ name, run });
  }

  async run(): Promise<void> {
    for (const step of this.#steps.splice(0)) {
      try {
        await step.run();
      } catch (error) {
        this.#log.error({ step: step.name, error: String(error) }, 'A step of the shutdown failed.');
      }
    }
  }
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
  const store = await openStorePath(folder, settings.storePath, settings.capacity.reserveBytes);
  ending.add('store', () => store.close());
  const recording = startEngine({
    stores: new Map([[settings.storePath, store]]),
    log: (entry) => log.warn(entry, 'From a recording thread.'),
  });
  ending.add('recording', () => recording.close());
  const key = await openVaultKey(join(folder, 'vault.key'), systemRandom);
  const transport = tlsTransport(await loadIdentity(folder));
  const server = await startFailover(
    {
      database, transport, recording, store, log,
      clock: systemClock, timers: systemTimers, random: systemRandom, afterPoll: systemAfterPoll,
      storePath: settings.storePath,
      cameraCheck: { answers: rtspAnswers },
      backups: (needs: BackupsNeeds) => new Vault(needs, { key, blobs: blobFolder(() => needs.settings().directory) }),
      failpoint: failpointOf(options.failpoints === true, process.env['UNDERSTUDY_FAILPOINT']),
    },
    first,
  );
  ending.add('failover server', () => server.stop());
  void failoverPort;
  return { server, url: '', tokenFile: '', stop: () => ending.run() };
}
