/** For the vault's tests: a recorder behind a link, a clock and timers to turn by hand, real files. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { defaultSettings, type FailoverSettings } from '../../src/failover/db/settings.ts';
import { UnderstudyError } from '../../src/contract/errors.ts';
import type { SettingsDocument } from '../../src/contract/settings.ts';
import { blobFolder, type BlobFolder } from '../../src/platform/blob-folder.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { openSql } from '../../src/platform/sqlite.ts';
import type { NewAuditEvent } from '../../src/failover/db/audit.ts';
import type { BackupsNeeds, LinkRequests } from '../../src/failover/ports.ts';
import { vaultKey } from '../../src/failover/vault/seal.ts';
import { Vault } from '../../src/failover/vault/vault.ts';

export const secret = 'camera-password-7f3a';

export const document = (cameras: number, change: Partial<SettingsDocument> = {}): SettingsDocument => ({
  schema: 1,
  name: 'North',
  storePath: '/var/north',
  retention: { days: 30, maxBytes: null },
  cameras: Array.from({ length: cameras }, (_, at) => ({
    id: `cam-${at}`, name: `Camera ${at}`, url: `rtsp://192.0.2.${at + 1}/live`, username: 'viewer', password: secret, transport: 'auto', audio: false, priority: 100, enabled: true,
  })),
  ...change,
});

export interface FakeRecorder {
  document: unknown;
  files: readonly (readonly [string, Uint8Array])[];
  /** Set: every request fails with it. */
  failure: UnderstudyError | null;
  /** Called before each part of the body is sent. */
  onPart: () => void;
  /** Set: lies about its digest, or about the length of its files. */
  digest?: string;
  announced?: number;
  fetched: number;
  put: { readonly path: string; readonly body: string }[];
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function fakeLink(recorders: ReadonlyMap<string, FakeRecorder>): LinkRequests {
  const bulk = async (serverId: string, method: string, params: unknown, upload?: AsyncIterable<Uint8Array>): Promise<unknown> => {
    const recorder = recorders.get(serverId);
    if (recorder === undefined || recorder.failure !== null) throw recorder?.failure ?? new UnderstudyError('link.unreachable', 'The host does not answer.');
    if (method === 'settings.put') {
      const { files } = params as { files: readonly { path: string; bytes: number }[] };
      const parts: Uint8Array[] = [];
      for await (const part of upload ?? []) parts.push(part);
      let all = Buffer.concat(parts);
      recorder.put = files.map(({ path, bytes }) => {
        const body = all.subarray(0, bytes).toString();
        all = all.subarray(bytes);
        return { path, body };
      });
      return { result: { digest: 'put' }, body: (async function* () {})() };
    }
    recorder.fetched += 1;
    const files = recorder.files.map(([path, body]) => ({ path, bytes: recorder.announced ?? body.length, sha256: sha256(body) }));
    const digest = recorder.digest ?? sha256(Buffer.from(JSON.stringify([recorder.document, files])));
    return { result: { digest, document: recorder.document, files }, body: bodies(recorder) };
  };
  return { request: () => Promise.reject(new Error('not used')), bulk: bulk as LinkRequests['bulk'] };
}

async function* bodies(recorder: FakeRecorder): AsyncIterable<Uint8Array> {
  for (const [, body] of recorder.files)
    for (let at = 0; at < body.length; at += 100_000) {
      recorder.onPart();
      yield body.subarray(at, at + 100_000);
    }
}

/** What the link would say of these settings. */
export function digestOf(recorder: FakeRecorder): string {
  return sha256(Buffer.from(JSON.stringify([recorder.document, recorder.files.map(([path, body]) => ({ path, bytes: body.length, sha256: sha256(body) }))])));
}

export interface Fixture {
  readonly vault: Vault;
  readonly folder: string;
  readonly database: BackupsNeeds['database'];
  /** How often a change was told. */
  readonly changes: { count: number };
  readonly north: FakeRecorder;
  readonly recorders: Map<string, FakeRecorder>;
  readonly takenOver: Set<string>;
  readonly audit: NewAuditEvent[];
  readonly alarms: Map<string, string>;
  settings: FailoverSettings;
  /** Moves the clock on, and nothing else. */
  readonly pass: (ms: number) => void;
  /** Moves the clock on and runs what is due. */
  readonly advance: (ms: number) => Promise<void>;
  /** A person sets another backup directory. */
  readonly move: (directory: string) => void;
  /** The same database and folder in a new process. */
  readonly again: () => Fixture;
}

export interface FixtureOptions {
  readonly startMs?: number;
  readonly folder?: string;
  readonly blobs?: (real: BlobFolder) => BlobFolder;
}

export const newRecorder = (cameras: number): FakeRecorder => ({
  document: document(cameras), files: [['settings.json', Buffer.from(`{"cameras":${cameras},"password":"${secret}"}`)]], failure: null, onPart: () => undefined, fetched: 0, put: [],
});

export function vaultFixture(options: FixtureOptions = {}): Fixture {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'understudy-vault-'));
  const database = openSql({ path: ':memory:', migrations: join(import.meta.dirname, '../../src/failover/db/migrations') });
  const north = newRecorder(4);
  const fixture = build(options, { folder, changes: { count: 0 }, database, north, recorders: new Map([['north', north]]), takenOver: new Set(), audit: [], alarms: new Map() }, options.startMs ?? Date.parse('2026-06-01T12:00Z'));
  onTestFinished(async () => {
    // It would make its directory anew.
    await Promise.race([fixture.vault.stop(), new Promise((go) => setTimeout(go, 1000))]);
    for (const path of [folder, fixture.settings.directory]) if (path.startsWith(join(tmpdir(), 'understudy-vault-'))) rmSync(path, { recursive: true, force: true });
  });
  return fixture;
}

type Shared = Pick<Fixture, 'folder' | 'changes' | 'north' | 'recorders' | 'takenOver' | 'audit' | 'alarms'> & { readonly database: BackupsNeeds['database'] };

function build(options: FixtureOptions, shared: Shared, startMs: number): Fixture {
  let now = startMs;
  let busy = 0;
  const timers = new Set<{ at: number; everyMs: number | null; run: () => void }>();
  const add = (ms: number, everyMs: number | null, run: () => void) => {
    const timer = { at: now + ms, everyMs, run };
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  const real = blobFolder(() => fixture.settings.directory);
  const needs: BackupsNeeds = {
    database: shared.database,
    clock: { wallMs: () => now, monotonicMs: () => now, uptimeMs: () => now },
    timers: { after: (ms, run) => add(ms, null, run), every: (ms, run) => add(ms, ms, run) },
    random: systemRandom,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: (fields) => console.error(fields) },
    serverIds: () => [...shared.recorders.keys()],
    isTakenOver: (serverId) => shared.takenOver.has(serverId),
    settings: () => fixture.settings,
    link: fakeLink(shared.recorders),
    audit: (event) => void shared.audit.push(event),
    // As the failover server does: whoever hears of a change reads the backup again.
    changed: (serverId) => {
      shared.changes.count += 1;
      void fixture.vault.newestVerified(serverId);
    },
    alarm: ({ code, serverId, text, on }) => void (on ? shared.alarms.set(`${serverId} ${code}`, text) : shared.alarms.delete(`${serverId} ${code}`)),
  };
  const settings = { ...defaultSettings({ id: 'one', name: 'Standby', storePath: '/tmp/store', directory: shared.folder }) };
  const fixture: Fixture = {
    ...shared,
    settings,
    vault: undefined as unknown as Vault,
    move: (directory) => void (fixture.settings = { ...fixture.settings, directory }),
    pass: (ms) => void (now += ms),
    async advance(ms) {
      const end = now + ms;
      for (;;) {
        const next = [...timers].filter((timer) => timer.at <= end).toSorted((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        now = Math.max(now, next.at);
        if (next.everyMs === null) timers.delete(next);
        else next.at = now + next.everyMs;
        next.run();
      }
      now = end;
      // Real files: let the work begun by timers end, however busy the machine is.
      for (let quiet = 0; quiet < 3; quiet = busy === 0 ? quiet + 1 : 0) await new Promise((resolve) => setTimeout(resolve, 10));
    },
    again: () => build(options, shared, now),
  };
  const vault = new Vault(needs, { key: vaultKey(new Uint8Array(32).fill(3)), blobs: options.blobs?.(real) ?? real });
  const counted = <A extends unknown[], R>(work: (...given: A) => Promise<R>) => async (...given: A): Promise<R> => {
    busy += 1;
    try {
      return await work(...given);
    } finally {
      busy -= 1;
    }
  };
  // The vault calls them on itself too: the only way to know that it is at work.
  vault.backup = counted(vault.backup.bind(vault));
  vault.newestVerified = counted(vault.newestVerified.bind(vault));
  return Object.assign(fixture, { vault });
}
