import type { CheckedCamera, CheckedServer, CheckReport } from '../../contract/api/check.ts';
import type { BackupState, Protection } from '../../contract/api/servers.ts';
import { errors, UnderstudyError } from '../../contract/errors.ts';
import type { CameraDocument } from '../../contract/settings.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Sql } from '../../platform/sqlite.ts';
import type { FailoverSettings } from '../db/settings.ts';
import type { Backups, FailoverStore } from '../ports.ts';
import type { ServerView } from '../server-types.ts';
import { Turns } from '../vault/turns.ts';
import { nextCheckMs } from './due.ts';
import { bytesPerDay, cameraBits, isServed, plus, roomsOf, type Rooms } from './needs.ts';
import type { CameraProbe } from './probe.ts';
import { judgeProtection, type Needs, type ProtectionJudgement } from './protection.ts';
import { type CheckResult, CheckResults } from './results.ts';

/** The part of the failover server that a check looks at. */
export interface CheckSubject {
  servers(): readonly ServerView[];
  server(serverId: string): ServerView;
  settings(): { readonly settings: FailoverSettings };
  readonly store: Pick<FailoverStore, 'health'>;
}

export interface CheckNeeds {
  readonly subject: CheckSubject;
  readonly backups: Pick<Backups, 'newestVerified'>;
  readonly backupState: (serverId: string) => BackupState;
  readonly probe: CameraProbe;
  readonly database: Sql;
  readonly clock: Clock;
}

const answerMs = 5_000;
/** Each camera of one host at a time would be slow, all at once would be a storm of our own. */
const atOnce = 16;

/** Contacts every camera of the newest backup of each server, keeps the results, and says who is protected. */
export class Checker {
  readonly #needs: CheckNeeds;
  readonly #results: CheckResults;
  readonly #turns = new Turns(atOnce);

  constructor(needs: CheckNeeds) {
    this.#needs = needs;
    this.#results = new CheckResults(needs.database);
  }

  /** `told` after each camera. */
  async check(serverId: string, told: (done: number, all: number) => void = () => undefined): Promise<CheckedServer> {
    const { clock, backups } = this.#needs;
    const server = this.#needs.subject.server(serverId);
    const found = await backups.newestVerified(serverId);
    const cameras = found.ok ? found.backup.document.cameras.filter((camera) => camera.enabled) : [];
    let done = 0;
    const checked = await Promise.all(
      cameras.map((camera) =>
        this.#turns.run(async () => {
          const result = await this.#camera(camera, server);
          done += 1;
          told(done, cameras.length);
          return result;
        }),
      ),
    );
    this.#results.put(serverId, {
      atMs: Math.round(clock.wallMs()),
      backupVersion: found.ok ? Number(found.backup.versionId) : null,
      backupAtMs: found.ok ? Math.round(found.backup.takenAtMs) : null,
      cameras: checked,
    });
    const all = this.#needs.subject.servers();
    return this.#told(this.#needs.subject.server(serverId), this.#rooms(all).get(serverId));
  }

  result(serverId: string): CheckResult | null {
    return this.#results.get(serverId);
  }

  forget(serverId: string): void {
    this.#results.remove(serverId);
  }

  /** Of all servers at once, by id. */
  protections(all: readonly ServerView[] = this.#needs.subject.servers()): ReadonlyMap<string, Protection> {
    const rooms = this.#rooms(all);
    return new Map(
      all.map((server) => {
        const { protected: isProtected, reasons, warnings } = this.#judge(server, rooms.get(server.id));
        return [server.id, { protected: isProtected, reasons: [...(isProtected ? warnings : reasons)], checkedMs: this.#results.get(server.id)?.atMs ?? null }];
      }),
    );
  }

  /** When a check last ended; null: never. */
  lastMs(all: readonly ServerView[] = this.#needs.subject.servers()): number | null {
    return all.reduce<number | null>((newest, server) => {
      const atMs = this.#results.get(server.id)?.atMs ?? null;
      return atMs === null ? newest : Math.max(newest ?? 0, atMs);
    }, null);
  }

  report(): CheckReport {
    const all = this.#needs.subject.servers();
    const { capacity } = this.#needs.subject.settings().settings;
    const rooms = this.#rooms(all);
    const needsAll = [...rooms.values()].reduce((total, one) => plus(total, one.needs), { cameras: 0, bitsPerSecond: 0 });
    return {
      atMs: this.lastMs(all),
      servers: all.map((server) => this.#told(server, rooms.get(server.id))),
      capacity: { cameras: capacity.cameras, bitsPerSecond: capacity.bitsPerSecond, freeBytes: this.#needs.subject.store.health().freeBytes },
      needsAll: withDay(needsAll),
      nextMs: this.#nextMs(all),
    };
  }

  /** While a server is taken over its cameras are seen anyway. */
  #nextMs(all: readonly ServerView[]): number | null {
    const nowMs = Math.round(this.#needs.clock.wallMs());
    const each = all.flatMap((server) => (isServed(server) ? [] : (nextCheckMs(this.#results.get(server.id), this.#needs.backupState(server.id).lastGood?.version ?? null, nowMs) ?? [])));
    return each.length === 0 ? null : Math.min(...each);
  }

  #rooms(all: readonly ServerView[]): ReadonlyMap<string, Rooms> {
    return roomsOf(all, this.#needs.subject.settings().settings.capacity);
  }

  #told(server: ServerView, rooms: Rooms | undefined): CheckedServer {
    const judged = this.#judge(server, rooms);
    const result = this.#results.get(server.id);
    return {
      serverId: server.id,
      name: server.name,
      protected: judged.protected,
      reasons: [...judged.reasons],
      warnings: [...judged.warnings],
      checkedMs: result?.atMs ?? null,
      backupVersion: result?.backupVersion ?? null,
      backupAtMs: result?.backupAtMs ?? null,
      cameras: [...(result?.cameras ?? [])],
      needs: withDay(rooms?.needs ?? { cameras: 0, bitsPerSecond: 0 }),
    };
  }

  #judge(server: ServerView, rooms: Rooms | undefined): ProtectionJudgement {
    const { settings } = this.#needs.subject.settings();
    const none = { cameras: 0, bitsPerSecond: 0 };
    return judgeProtection({
      nowMs: this.#needs.clock.wallMs(),
      authorized: server.link.authorized,
      neverSeen: server.detector.state === 'never seen',
      automaticTakeOver: settings.automaticTakeOver,
      maintenanceUntilMs: server.maintenance?.untilMs ?? null,
      takenOver: isServed(server),
      backup: this.#needs.backupState(server.id),
      store: this.#needs.subject.store.health(),
      cameras: this.#results.get(server.id)?.cameras ?? null,
      needs: rooms?.needs ?? none,
      room: rooms?.room ?? none,
      roomAtSecondFailure: rooms?.atSecondFailure ?? none,
    });
  }

  async #camera(camera: CameraDocument, server: ServerView): Promise<CheckedCamera> {
    const measured = server.cameras.find((one) => one.id === camera.id)?.peakBitsPerSecond ?? null;
    const base = {
      cameraId: camera.id,
      name: camera.name,
      address: addressOf(camera.url),
      peakBitsPerSecond: cameraBits({ peakBitsPerSecond: measured }),
      rate: measured === null ? ('assumed' as const) : ('measured' as const),
    };
    const startedMs = this.#needs.clock.monotonicMs();
    try {
      const probed = await this.#needs.probe.probe(sourceOf(camera), answerMs);
      return { ...base, ok: true, reason: null, ...probed, answeredAfterMs: Math.round(this.#needs.clock.monotonicMs() - startedMs) };
    } catch (error) {
      const reason = error instanceof UnderstudyError ? { code: error.code, text: error.message } : { code: 'camera.unreachable', text: errors['camera.unreachable'].text };
      return { ...base, ok: false, reason, codec: null, width: null, height: null, answeredAfterMs: null };
    }
  }
}

const withDay = (needs: Needs): CheckedServer['needs'] => ({ ...needs, bytesPerDay: Math.round(bytesPerDay(needs)) });

function addressOf(url: string): string {
  if (!URL.canParse(url)) return '';
  const { host, port } = new URL(url);
  return port === '' ? `${host}:554` : host;
}

const sourceOf = (camera: CameraDocument): Parameters<CameraProbe['probe']>[0] => ({
  url: camera.url,
  transport: camera.transport,
  audio: false,
  ...(camera.username === undefined ? {} : { username: camera.username }),
  ...(camera.password === undefined ? {} : { password: camera.password }),
});
