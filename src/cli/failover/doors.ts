import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failoverPort } from '../../contract/link.ts';
import { startApi } from '../../failover/api/start.ts';
import { footageAnswers } from '../../failover/footage/handlers.ts';
import { openFootageDoor } from '../../failover/link/footage-door.ts';
import { keepPointers } from '../../failover/pointer.ts';
import type { FailoverServer } from '../../failover/server-types.ts';
import type { VaultKey } from '../../failover/vault/seal.ts';
import type { Vault } from '../../failover/vault/vault.ts';
import { systemClock, systemTimers } from '../../platform/clock.ts';
import { givenHttps, type HttpsIdentity, selfMadeHttps } from '../../platform/https-certificate.ts';
import { ownAddressTowards } from '../../platform/own-address.ts';
import { systemRandom } from '../../platform/random.ts';
import type { Sql } from '../../platform/sqlite.ts';
import type { Transport } from '../../platform/transport.ts';
import { version } from '../version.ts';
import { addressFile } from './address-file.ts';
import type { Ending } from './ending.ts';
import type { FailoverOptions } from './run.ts';

export interface ApiDoor {
  readonly options: FailoverOptions;
  readonly folder: string;
  readonly server: FailoverServer;
  readonly vault: Vault;
  readonly key: VaultKey;
  readonly database: Sql;
  readonly ending: Ending;
  /** What the vault calls after its daily run. */
  readonly afterDaily: { run: () => void };
}

/** The built web UI lies beside the compiled code; without it `GET /` is a plain status page. */
function webRoot(): string | null {
  const built = new URL('../../../web', import.meta.url).pathname;
  return existsSync(join(built, 'index.html')) ? built : null;
}

/** The HTTP API with everything behind it. */
export async function openApi({ options, folder, server, vault, key, database, ending, afterDaily }: ApiDoor): Promise<{ readonly url: string; readonly tokenFile: string }> {
  const tokenFile = join(folder, 'token');
  const tls = await httpsOf(options, folder);
  const api = await startApi({
    server, vault, key, database, version,
    clock: systemClock, timers: systemTimers, random: systemRandom, log: options.log,
    tokenPath: tokenFile,
    webRoot: webRoot(),
    listen: { host: options.listen, port: options.httpPort },
    names: options.names ?? [],
    ...(tls === null ? {} : { tls }),
  });
  await writeFile(join(folder, addressFile), `${api.url}\n`);
  ending.add('HTTP API', () => api.close());
  afterDaily.run = api.checkAll;
  return { url: api.url, tokenFile };
}

async function httpsOf({ https = 'plain', names = [] }: FailoverOptions, folder: string): Promise<HttpsIdentity | null> {
  if (https === 'plain') return null;
  return https === 'self-made' ? await selfMadeHttps(folder, names) : await givenHttps(https.cert, https.key);
}

/** Where monitored servers read their failover recordings, and their pointers to it. */
export async function openFootage({ options, server, transport, ending }: Pick<ApiDoor, 'options' | 'server' | 'ending'> & { readonly transport: Transport }): Promise<void> {
  const { log } = options;
  const door = await openFootageDoor({
    self: { id: server.id, name: server.settings().settings.name, instance: server.id, boot: systemRandom.id() },
    transport, log, clock: systemClock, timers: systemTimers,
    listen: { host: '0.0.0.0', port: options.port ?? failoverPort },
    serverOf: (fingerprint) => server.serverOfKey(fingerprint),
    handlers: footageAnswers(server.store),
  });
  ending.add('footage door', () => door.close());
  const forget = keepPointers(server, { port: door.port, addressTowards: ownAddressTowards, log });
  ending.add('pointers', forget);
}
