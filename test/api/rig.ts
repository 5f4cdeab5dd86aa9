import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { RouteAnswer, RouteBodyIn, RouteName, RouteParams, RouteQueryIn } from '../../src/contract/api/routes.ts';
import { routePath, routes } from '../../src/contract/api/routes.ts';
import { UnderstudyError } from '../../src/contract/errors.ts';
import type { SettingsDocument } from '../../src/contract/settings.ts';
import { type Api, createApi } from '../../src/failover/api/api.ts';
import { copyBack } from '../../src/failover/api/copy-back.ts';
import { secondSessionTest } from '../../src/failover/api/doors.ts';
import type { CameraProbe } from '../../src/failover/check/probe.ts';
import { makeFootage } from '../../src/failover/footage/door.ts';
import { makeOutageReports } from '../../src/failover/footage/outages.ts';
import { startFailover } from '../../src/failover/server.ts';
import type { FailoverServer } from '../../src/failover/server-types.ts';
import { openVaultKey } from '../../src/failover/vault/key-file.ts';
import { Vault } from '../../src/failover/vault/vault.ts';
import { systemAfterPoll } from '../../src/platform/after-poll.ts';
import { blobFolder } from '../../src/platform/blob-folder.ts';
import { systemClock, systemTimers } from '../../src/platform/clock.ts';
import { silentLog, type Log } from '../../src/platform/log.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { openSql } from '../../src/platform/sqlite.ts';
import { FootageDisk } from '../../sim/world/footage.ts';
import { SimulatedRecording } from '../../sim/world/recording.ts';
import type { FakeRecorder } from '../link/fake-recorder.ts';
import { someProgress } from '../link/fake-recorder.ts';
import { Rig } from '../link/rig.ts';

export const cameraPassword = 'camera-password-7f3a';

export const settingsOf = (cameras: number): SettingsDocument => ({
  schema: 1,
  name: 'Fake',
  storePath: '/var/recorder',
  retention: { days: 7, maxBytes: null },
  cameras: Array.from({ length: cameras }, (_, at) => ({
    id: `cam-${at}`, name: `Camera ${at}`, url: `rtsp://192.0.2.${at + 1}/live`, username: 'viewer', password: cameraPassword, transport: 'auto', audio: false, priority: 100, enabled: true,
  })),
});

/** The recorder's settings in force; a keep-alive tells their digest. */
export function giveSettings(recorder: FakeRecorder, document: SettingsDocument): void {
  const body = JSON.stringify(document);
  const digest = createHash('sha256').update(body).digest('hex');
  recorder.settings = async () => ({
    digest,
    document,
    files: [{ path: 'settings.json', bytes: Buffer.byteLength(body), sha256: digest }],
    open: async function* () {
      yield Buffer.from(body);
    },
  });
  recorder.set({ progress: someProgress(digest) });
}

export interface Standby {
  readonly api: Api;
  readonly server: FailoverServer;
  readonly vault: Vault;
  readonly url: string;
  readonly token: string;
  readonly probe: { answer: (name: string) => UnderstudyError | null };
  call<N extends RouteName>(name: N, options?: CallOptions<N>): Promise<RouteAnswer<N>>;
  raw(path: string, init?: RequestInit): Promise<Response>;
}

export interface CallOptions<N extends RouteName> {
  readonly params?: RouteParams<N>;
  readonly query?: RouteQueryIn<N>;
  readonly body?: RouteBodyIn<N>;
  readonly token?: string | null;
  readonly failover?: string;
}

/** A defect must not hide behind its 500. */
const loudLog: Log = { ...silentLog, error: (fields, text) => console.error(text, fields) };

/** A whole failover server behind its real API; only the video engine is simulated. */
export async function standby(rig: Rig, name = 'standby', more: { readonly webRoot?: string } = {}): Promise<Standby> {
  const folder = await rig.folder(`${name}-data`);
  const { mkdir, readFile } = await import('node:fs/promises');
  await mkdir(folder, { recursive: true });
  const database = openSql({ path: join(folder, 'failover.db'), migrations: join(import.meta.dirname, '../../src/failover/db/migrations') });
  const key = await openVaultKey(join(folder, 'vault.key'), systemRandom);
  const disk = new FootageDisk();
  const cameras = { refuses: () => null, release: () => undefined, leaveGhost: () => undefined };
  const recording = new SimulatedRecording({ clock: systemClock, timers: systemTimers, cameras, disk, host: name });
  let vault: Vault | undefined;
  const server = await startFailover(
    {
      database, transport: await rig.transport(name), clock: systemClock, timers: systemTimers, random: systemRandom, log: silentLog, recording, store: disk, storePath: join(folder, 'store'),
      cameraCheck: { answers: async () => true },
      backups: (needs) => (vault = new Vault(needs, { key, blobs: blobFolder(() => needs.settings().directory) })),
      failpoint: () => undefined,
      afterPoll: systemAfterPoll,
    },
    { id: name, name: `Failover ${name}`, storePath: join(folder, 'store'), directory: join(folder, 'backups') },
  );
  if (vault === undefined) throw new Error('no vault was made');
  const probe: Standby['probe'] = { answer: () => null };
  const cameraProbe: CameraProbe = {
    probe: async ({ url }) => {
      const refused = probe.answer(new URL(url).hostname);
      if (refused !== null) throw refused;
      return { codec: 'h264', width: 1920, height: 1080 };
    },
  };
  const outages = makeOutageReports({ server, sql: database, clock: systemClock, timers: systemTimers, log: silentLog });
  const doors = { server, clock: systemClock, timers: systemTimers, random: systemRandom };
  const api = await createApi({
    ...doors, vault, key, probe: cameraProbe, footage: makeFootage(doors), outages, copyBack: copyBack(doors), secondSession: secondSessionTest(doors), database, log: loudLog,
    version: '0.0.0-test', tokenPath: join(folder, 'api-token'), webRoot: more.webRoot ?? null, names: [], checkAnswers: true,
  });
  const { url } = await api.listen({ host: '127.0.0.1', port: 0 });
  rig.onEnd(async () => {
    await api.close();
    outages.stop();
    await server.stop();
    database.close();
  });
  const token = (await readFile(api.tokenPath, 'utf8')).trim();
  const raw = (path: string, init?: RequestInit): Promise<Response> => fetch(`${url}${path}`, init);
  return { api, server, vault, url, token, probe, raw, call: caller(url, token) };
}

/** Calls by route name, as the CLI and the web UI do; rejects with the API's own error. */
function caller(url: string, token: string): Standby['call'] {
  return async (name, options = {}) => {
    const query = new URLSearchParams(Object.entries(options.query ?? {}).map(([key, value]): [string, string] => [key, String(value)]));
    const response = await fetch(`${url}${routePath(name, options.params as Record<string, string>, options.failover)}?${query.toString()}`, {
      method: routes[name].method,
      headers: {
        ...(options.token === null ? {} : { authorization: `Bearer ${options.token ?? token}` }),
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    const text = await response.text();
    if (!response.ok) throw Object.assign(new Error(text), { status: response.status, ...(JSON.parse(text) as object) });
    return (routes[name].answer === 'json' ? JSON.parse(text) : text) as never;
  };
}
