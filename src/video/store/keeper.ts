/** Keeps the index of one store path: takes reports, answers readers, deletes what is due. In its own thread. */
import { union } from '../../core/coverage.ts';
import type { CameraKey, Span, TimeUs } from '../../core/units.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Sql } from '../../platform/sqlite.ts';
import type { CoverageAnswer, EvidenceLock, RetentionRule, StoreEvent } from '../contract.ts';
import { isDamage } from './damage.ts';
import { deleteSegments, deleteVictims, dropSpan } from './deleting.ts';
import { DOOMED, type Ledger, OPEN } from './ledger.ts';
import { Intake } from './intake.ts';
import { readLocks, writeLocks } from './locks-file.ts';
import { type Rebuilt, rebuildIndex } from './rebuild.ts';
import { isIncomplete, markIncomplete, recoverSegment, unknownSegments } from './recover.ts';
import type { SegmentReport } from './report.ts';
import { addLock, dueByNeed, dueByRule, listLocks } from './retention.ts';
import { type CameraSummary, coverageOf, type Cursor, listCameras, type Piece, piecesOf } from './source.ts';
import { covers } from './spans.ts';

const CLOCK_STEP_MS = 600_000;
const MISTRUST_MS = 3_600_000;

export interface KeeperOptions {
  readonly ledger: Ledger;
  readonly storePath: string;
  readonly clock: Clock;
  readonly tell: (event: StoreEvent) => void;
  /** Asks the writers to report soon: somebody watches live. */
  readonly askReports: () => void;
  /** Puts a damaged index aside; answers an empty one. */
  readonly renewIndex: () => Sql;
}

export class Keeper {
  readonly #ledger: Ledger;
  readonly #storePath: string;
  readonly #clock: Clock;
  readonly #tell: (event: StoreEvent) => void;
  readonly #askReports: () => void;
  readonly #renewIndex: () => Sql;
  /** Until all leftovers are listed: damage found by then is mended on the way. */
  #opening = true;
  #mending = false;
  readonly #intake: Intake;
  #indexFails = false;
  readonly #watchers = new Set<{ readonly camera: CameraKey; readonly wake: () => void }>();
  #clockOffsetMs: number | null = null;
  #mistrustUntilMs = 0;
  #closing = false;
  /** Files of a crash are still to be looked at: the next start must look again. */
  #leftovers = true;
  #tidying: Promise<void> = Promise.resolve();
  #locking: Promise<void> = Promise.resolve();
  #rules: readonly RetentionRule[] = [];
  /** Reading waits for it; writing does not. */
  #recovered: Promise<void> = Promise.resolve();

  constructor(options: KeeperOptions) {
    this.#ledger = options.ledger;
    this.#intake = new Intake(options.ledger);
    this.#storePath = options.storePath;
    this.#clock = options.clock;
    this.#tell = options.tell;
    this.#askReports = options.askReports;
    this.#renewIndex = options.renewIndex;
  }

  /**
   * Takes up what a crash left behind. Resolves when all leftovers are listed: a writer may begin
   * only then, or its new file could be taken for one of them. Readers wait until they are indexed.
   */
  async recover(): Promise<void> {
    const leftovers = await this.#listLeftovers().catch(async (error: unknown) => {
      if (!isDamage(error)) throw error;
      await this.#renew();
      this.#tell({ code: 'index-rebuilt', text: 'The index was damaged; a new one is made from the files.' });
      return await this.#listLeftovers();
    });
    this.#opening = false;
    this.#recovered = this.#recover(leftovers);
  }

  async #listLeftovers(): Promise<ReadonlySet<string>> {
    const leftovers = new Set(this.#ledger.unfinished(OPEN).map(({ path }) => path));
    if (this.#ledger.state('clean') !== '1')
      for await (const path of unknownSegments(this.#ledger, this.#storePath)) leftovers.add(path);
    this.#ledger.setState('clean', '0');
    return leftovers;
  }

  async #recover(leftovers: ReadonlySet<string>): Promise<void> {
    let found = 0;
    for (const path of leftovers) {
      if (this.#closing || this.#mending) return;
      if (await this.#recoverOne(path)) found++;
    }
    this.#leftovers = false;
    this.#noteComplete();
    if (found > 0)
      this.#tell({ code: 'segments-recovered', text: `${found} unfinished segments were found and indexed.` });
    await this.#finishDeleting();
  }

  /** What an earlier run could not delete; a file that cannot be deleted now either must not keep the store from being read. */
  async #finishDeleting(): Promise<void> {
    try {
      await deleteSegments(this.#ledger, this.#storePath, this.#ledger.unfinished(DOOMED).map(({ path }) => path));
    } catch (error) {
      this.#tell({ code: 'store-trouble', text: `Deleting old footage failed: ${String(error)}` });
    }
  }

  /** The index turned out to be damaged: it is made anew from the files, and recording goes on meanwhile. */
  damaged(): void {
    if (this.#opening || this.#mending || this.#closing) return;
    this.#mending = true;
    this.#tell({ code: 'store-trouble', text: 'The index is damaged. It is put aside and made anew from the files; footage is complete again when that is done.' });
    const before = this.#recovered.catch(() => {});
    this.#recovered = before.then(() => this.#mend());
  }

  async #mend(): Promise<void> {
    try {
      await this.#renew();
      this.#mending = false;
      await this.#readAllFiles();
    } catch (error) {
      this.#tell({ code: 'store-trouble', text: `The damaged index could not be made anew: ${String(error)} Recording goes on; restart this process when the disk is well.` });
    }
  }

  async #renew(): Promise<void> {
    // Read first: nothing may ever be deleted without the locks.
    await this.#locking;
    const locks = await readLocks(this.#storePath);
    this.#ledger.adopt(this.#renewIndex());
    for (const lock of locks) addLock(this.#ledger, lock);
    markIncomplete(this.#ledger, true);
    this.#ledger.setState('clean', '0');
    this.#leftovers = true;
    this.#intake.beginAgain();
    this.#commit();
  }

  #noteComplete(): void {
    try {
      if (isIncomplete(this.#ledger)) markIncomplete(this.#ledger, false);
    } catch {
      // A full disk: the next start looks at all files once more, and finds all of them known.
    }
  }

  async #readAllFiles(): Promise<void> {
    const rebuilt = await rebuildIndex({ ledger: this.#ledger, storePath: this.#storePath, open: this.#intake.open, stopped: () => this.#closing });
    if (this.#closing) return;
    this.#leftovers = false;
    this.#noteComplete();
    this.#tellRebuilt(rebuilt);
  }

  async #recoverOne(path: string): Promise<boolean> {
    try {
      return await recoverSegment(this.#ledger, this.#storePath, path);
    } catch (error) {
      // One unreadable file must not keep the others from being found.
      this.#tell({ code: 'store-trouble', text: `${path} could not be recovered: ${String(error)}` });
      return false;
    }
  }

  take(reports: readonly SegmentReport[]): void {
    this.#intake.add(reports);
    this.#commit();
    for (const watcher of this.#watchers)
      if (reports.some(({ path }) => path.startsWith(`${watcher.camera.serverId}/${watcher.camera.cameraId}/`))) watcher.wake();
  }

  #commit(): void {
    try {
      for (const path of this.#intake.commit()) void this.#recoverOne(path);
      this.#indexFails = false;
    } catch (error) {
      if (!this.#indexFails) this.#tell({ code: 'store-trouble', text: `The index cannot be written; trying again: ${String(error)}` });
      this.#indexFails = true;
    }
  }

  /** The writers behind a port are gone without closing: their files are read back. */
  async abandon(paths: Iterable<string>): Promise<void> {
    for (const path of paths) if (this.#intake.abandon(path)) await this.#recoverOne(path);
  }

  keys(): readonly CameraKey[] {
    return this.#ledger.keys();
  }

  async cameras(): Promise<readonly CameraSummary[]> {
    await this.#recovered;
    return listCameras(this.#ledger.cameras(), this.#intake.open);
  }

  async coverage(camera: CameraKey, span: Span): Promise<CoverageAnswer> {
    await this.#recovered;
    return coverageOf(this.#ledger, this.#intake.open, camera, span);
  }

  async pieces(camera: CameraKey, span: Span, after: Cursor | null): Promise<readonly Piece[]> {
    await this.#recovered;
    return piecesOf(this.#ledger, this.#intake.open, camera, span, after);
  }

  /** Resolves at the next report of the camera. */
  grown(camera: CameraKey): Promise<void> {
    this.#askReports();
    return new Promise((resolve) => {
      const watcher = {
        camera,
        wake: () => {
          this.#watchers.delete(watcher);
          resolve();
        },
      };
      this.#watchers.add(watcher);
    });
  }

  setRetention(rules: readonly RetentionRule[]): void {
    this.#rules = rules;
  }

  /** Resolves when the lock survives a power-off. */
  async lock(lock: EvidenceLock): Promise<void> {
    addLock(this.#ledger, lock);
    await this.#keepLocks();
  }

  async unlock(id: string): Promise<void> {
    this.#ledger.run('DELETE FROM locks WHERE id = ?', id);
    await this.#keepLocks();
  }

  /** One after the other, so that the newest list is the one that stays. */
  #keepLocks(): Promise<void> {
    const run = this.#locking.then(() => writeLocks(this.#storePath, listLocks(this.#ledger)));
    // Whoever ordered it hears of a failure; the next order writes the whole list again.
    this.#locking = run.catch(() => {});
    return run;
  }

  locks(camera?: CameraKey): readonly EvidenceLock[] {
    const all = listLocks(this.#ledger);
    return camera === undefined ? all : all.filter((lock) => lock.serverId === camera.serverId && lock.cameraId === camera.cameraId);
  }

  async drop(camera: CameraKey, span: Span): Promise<number> {
    await this.#recovered;
    const freed = await dropSpan(this.#ledger, this.#storePath, this.#intake.open, camera, span);
    this.#harden();
    return freed;
  }

  markDouble(camera: CameraKey, span: Span): void {
    const id = this.#ledger.addCamera(camera);
    const touching = this.#ledger.spans('doubles', id, { fromUs: span.fromUs - 1, toUs: span.toUs + 1 });
    this.#ledger.sql.transaction(() => this.#ledger.replaceSpans('doubles', id, touching, union([...touching, span])));
  }

  /** The index may lose its newest second at a power-off (files tell it again), but what people ordered not. */
  #harden(): void {
    this.#ledger.sql.exec('PRAGMA wal_checkpoint(FULL)');
  }

  /** Segments all of whose pictures are hidden, and what is due by rule. A few at a time. */
  tidy(): Promise<void> {
    const run = this.#tidying.then(() => this.#tidy());
    // Whoever asked hears of a failure; the next round must not inherit it, or nothing would be deleted any more.
    this.#tidying = run.catch(() => {});
    return run;
  }

  async #tidy(): Promise<void> {
    this.#commit();
    await this.#recovered;
    const nowUs: TimeUs = this.#clock.wallMs() * 1000;
    const ageCounts = this.#trustsClock();
    for (const rule of this.#rules) {
      if (this.#closing) return;
      const due = dueByRule(this.#ledger, ageCounts ? rule : { ...rule, maxAgeMs: Infinity }, nowUs);
      if (due.length > 0) await deleteVictims(this.#ledger, this.#storePath, due);
    }
    await this.#deleteHidden();
  }

  /** After a step of the wall clock nothing is deleted by age for an hour: a wrong clock must not empty the store. */
  #trustsClock(): boolean {
    const uptimeMs = this.#clock.uptimeMs();
    const offsetMs = this.#clock.wallMs() - uptimeMs;
    if (this.#clockOffsetMs !== null && Math.abs(offsetMs - this.#clockOffsetMs) > CLOCK_STEP_MS) {
      this.#mistrustUntilMs = uptimeMs + MISTRUST_MS;
      this.#tell({ code: 'store-trouble', text: 'The clock of this host jumped: for an hour no footage is deleted by age. Check its time.' });
    }
    this.#clockOffsetMs = offsetMs;
    return uptimeMs >= this.#mistrustUntilMs;
  }

  async #deleteHidden(): Promise<void> {
    const paths: string[] = [];
    for (const row of this.#ledger.all('SELECT DISTINCT camera FROM hidden')) {
      const camera = Number(row['camera']);
      const hidden = this.#ledger.spans('hidden', camera, { fromUs: 0, toUs: Number.MAX_SAFE_INTEGER });
      for (const span of hidden)
        for (const meta of this.#ledger.metas(camera, span)) {
          const whole = { fromUs: meta.startUs, toUs: meta.endUs };
          const free = this.#ledger.lockedSpans(camera, whole).length === 0;
          if (meta.state !== OPEN && free && covers([span], whole)) paths.push(meta.path);
        }
    }
    if (paths.length > 0) await deleteSegments(this.#ledger, this.#storePath, paths);
  }

  /** Deletes until `bytes` are free, or nothing may be deleted any more. Returns bytes freed. */
  async makeRoom(bytes: number): Promise<number> {
    await this.#recovered;
    let freed = 0;
    while (freed < bytes && !this.#closing) {
      const due = dueByNeed(this.#ledger, this.#rules, bytes - freed);
      if (due.length === 0) break;
      const sum = due.reduce((total, victim) => total + victim.bytes, 0);
      this.#tell({
        code: 'footage-deleted',
        text: `The disk is nearly full: ${due.length} of the oldest segments of the lowest priority are deleted.`,
        bytes: sum,
      });
      await deleteVictims(this.#ledger, this.#storePath, due);
      freed += sum;
    }
    return freed;
  }

  usedBytes(): number {
    let bytes = 0;
    for (const camera of listCameras(this.#ledger.cameras(), this.#intake.open)) bytes += camera.bytes;
    return bytes;
  }

  async rebuild(): Promise<Rebuilt> {
    await this.#recovered;
    const rebuilt = await rebuildIndex({ ledger: this.#ledger, storePath: this.#storePath, open: this.#intake.open, stopped: () => this.#closing });
    this.#tellRebuilt(rebuilt);
    return rebuilt;
  }

  #tellRebuilt({ segments, damaged }: Rebuilt): void {
    this.#tell({ code: 'index-rebuilt', text: `The index was made anew: ${segments} segments, ${damaged.length} damaged.` });
  }

  #noteClean(): void {
    if (this.#intake.open.size > 0 || this.#leftovers) return;
    try {
      this.#ledger.setState('clean', '1');
    } catch {
      // A full disk: the next start looks for leftovers, and finds none.
    }
  }

  /** Ends what is under way at its next resting place. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#commit();
    await this.#recovered;
    await this.#tidying;
    await this.#locking;
    this.#noteClean();
    this.#ledger.sql.close();
  }
}
