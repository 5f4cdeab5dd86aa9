import { UnderstudyError } from '../../contract/errors.ts';
import { uncovered } from '../../core/coverage.ts';
import type { Span } from '../../core/units.ts';
import { clockSteps, readClockOffsets, saveClockOffset, saveClockStep } from '../db/clock-steps.ts';
import { keptBeside, openRuns, provisionalRuns, saveRun, type OutageRun, type WaitingRun } from '../db/outages.ts';
import { assumedGopMs } from '../assumed.ts';
import { bitsOf } from '../facts.ts';
import type { Parts } from '../parts.ts';
import { clockEvent } from './clock-event.ts';
import { ClockWatch } from './clock-watch.ts';
import { overCeiling } from './ceiling.ts';
import { cameraKey } from './desk.ts';
import { coversAll, provenDouble, shifted } from './proof.ts';

/** The recorder syncs within seconds; if it does not tell durable footage by then, ours is kept. */
const patienceUs = 15 * 60_000_000;
/** Runs of one server asked about in one round, so that a long outage of many cameras floods nobody. */
const perRound = 16;
/** What lies on the disk is known but for what is being written. */
const unknownBytes = 100_000_000;

const runKey = ({ outageId, cameraId, fromUs }: WaitingRun): string => `${outageId}/${cameraId}/${fromUs}`;

/**
 * What becomes of provisional footage (DESIGN §7): dropped only against exact, durable coverage from
 * the recorder's own agent; kept until retention if it cannot be known.
 */
export class Reunion {
  readonly #parts: Parts;
  readonly #clocks: ClockWatch;
  /** Servers that are being asked. One that answers slowly, or never, keeps no other waiting. */
  readonly #asking = new Set<string>();
  /** The round in which a run that still waits was last asked about: those that cannot be settled go behind the others. */
  #asked = new Map<string, number>();
  #rounds = 0;
  /** Cameras over the ceiling of provisional footage. */
  readonly #over = new Map<string, WaitingRun>();
  #limiting = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { database } = parts.ports;
    this.#clocks = new ClockWatch({
      sureFromMs: clockSteps(database),
      offsets: readClockOffsets(database),
      moved: (step) => parts.trail.soon(() => saveClockStep(database, step), [clockEvent(step, parts.directory.find(step.serverId)?.name ?? null)]),
      keepOffset: (serverId, offset) => parts.trail.soon(() => saveClockOffset(database, serverId, offset), []),
    });
  }

  /** Runs that a crash of ours left open end where our footage ends. */
  async closeLeftOver(): Promise<void> {
    const { ports, trail } = this.#parts;
    for (const run of openRuns(ports.database)) {
      const span = { fromUs: run.fromUs, toUs: Math.round(ports.clock.wallMs() * 1000) };
      const { spans } = await ports.store.coverage(run, span);
      const own = spans.find((one) => one.toUs > run.fromUs);
      trail.soon(() => saveRun(ports.database, run.outageId, { ...run, toUs: own?.toUs ?? run.fromUs }), []);
    }
    trail.flush();
  }

  /** To be called often: a clock that is set and set back between two rounds leaves footage with times of neither. */
  watchClock(): void {
    const { clock } = this.#parts.ports;
    this.#clocks.ownIsUnsure({ uptimeMs: clock.uptimeMs(), wallMs: clock.wallMs() });
  }

  /** Resolves when every server that could be asked has answered; may be called again before. */
  async round(): Promise<void> {
    this.#rounds += 1;
    const runs = this.#comparable(this.#monitored(provisionalRuns(this.#parts.ports.database)));
    await this.#limit(runs);
    this.#asked = new Map(runs.map(runKey).map((key) => [key, this.#asked.get(key) ?? 0]));
    const waiting = new Map<string, WaitingRun[]>();
    for (const run of runs) if (run.toUs !== null && !this.#asking.has(run.serverId)) waiting.set(run.serverId, [...(waiting.get(run.serverId) ?? []), run]);
    await Promise.all([...waiting].filter(([serverId]) => this.#canAsk(serverId)).map(([serverId, own]) => this.#ask(serverId, own)));
  }

  async #ask(serverId: string, runs: readonly WaitingRun[]): Promise<void> {
    this.#asking.add(serverId);
    try {
      const longestWaiting = runs.toSorted((a, b) => (this.#asked.get(runKey(a)) ?? 0) - (this.#asked.get(runKey(b)) ?? 0));
      for (const run of longestWaiting.slice(0, perRound)) {
        this.#asked.set(runKey(run), this.#rounds);
        // What does not answer now is asked again with the next round.
        if (!(await this.#judge(run, { fromUs: run.fromUs, toUs: run.toUs ?? run.fromUs }))) return;
      }
    } finally {
      this.#asking.delete(serverId);
    }
  }

  /** Of a server that was removed from the list nobody can be asked: its footage stays, as all of it does (O09). */
  #monitored(runs: readonly WaitingRun[]): readonly WaitingRun[] {
    const isGone = (run: WaitingRun): boolean => run.toUs !== null && this.#parts.directory.find(run.serverId) === undefined;
    for (const run of runs.filter(isGone)) this.#settle(run, 'kept', 'its server is not monitored any more');
    return runs.filter((run) => !isGone(run));
  }

  /** Times of before a clock was set prove nothing: such footage is kept at once (I1). */
  #comparable(runs: readonly WaitingRun[]): readonly WaitingRun[] {
    const { directory, links, ports } = this.#parts;
    const now = { uptimeMs: ports.clock.uptimeMs(), wallMs: ports.clock.wallMs() };
    const ownIsUnsure = this.#clocks.ownIsUnsure(now);
    const doubted = new Set<string>();
    for (const { id } of directory.servers()) {
      const { offsetMs = null, plusMinusMs = 0 } = links.status(id)?.clockOffset ?? {};
      if (!this.#clocks.look(id, { ...now, offsetMs, plusMinusMs }).proves && offsetMs !== null) doubted.add(id);
    }
    const isDoubted = (run: WaitingRun): boolean => run.toUs !== null && (ownIsUnsure || doubted.has(run.serverId) || !this.#clocks.isBehindSteps(run.serverId, run.fromUs / 1000));
    for (const run of runs.filter(isDoubted)) this.#settle(run, 'kept', 'a clock was set meanwhile, so nothing can be compared');
    return runs.filter((run) => !isDoubted(run));
  }

  #canAsk(serverId: string): boolean {
    const { directory, monitor, links } = this.#parts;
    return directory.find(serverId) !== undefined && monitor.state(serverId).kind === 'alive' && (links.status(serverId)?.connections ?? 0) > 0;
  }

  /** False: the recorder did not answer. */
  async #judge(run: WaitingRun, span: Span): Promise<boolean> {
    const { links, ports, directory } = this.#parts;
    const clock = links.status(run.serverId)?.clockOffset ?? null;
    if (clock === null) return false; // not measured yet: asked again next round
    const gopMs = directory.cameras(run.serverId).find((camera) => camera.id === run.cameraId)?.gopMs ?? assumedGopMs;
    try {
      // Asked beyond both ends: a span that reaches over them needs no seam there.
      const marginUs = (gopMs + clock.plusMinusMs) * 1000;
      const wide = { fromUs: span.fromUs - 2 * marginUs, toUs: span.toUs + 2 * marginUs };
      const answer = await links.request(run.serverId, 'footage.coverage', { serverId: run.serverId, cameraId: run.cameraId, span: shifted(wide, clock.offsetMs) });
      if (answer.exactness !== 'exact') {
        this.#settle(run, 'kept', 'the recorder knows its footage only approximately');
        return true;
      }
      const proven = provenDouble(span, answer.spans, clock.offsetMs, answer.durableUntilUs, marginUs);
      const durable = answer.durableUntilUs !== null && answer.durableUntilUs - clock.offsetMs * 1000 >= span.toUs + marginUs;
      const tooLate = ports.clock.wallMs() * 1000 - span.toUs > patienceUs;
      if (!durable && !tooLate) return true;
      const { bytes, dropped } = await this.#drop(run, proven);
      if (coversAll(span, dropped)) this.#settle(run, 'dropped', `the recorder has all of it; ${bytes} bytes freed`);
      else this.#settle(run, 'kept', coversAll(span, proven) ? 'other footage lies at the same times' : 'the recorder missed a part of it, which is kept here');
      return true;
    } catch (error) {
      // A make that gives no footage will never tell; everything else is asked again.
      if (error instanceof UnderstudyError && error.code === 'input.not-found') {
        this.#settle(run, 'kept', 'the recorder does not tell what it has');
        return true;
      }
      ports.log.info({ server: run.serverId, camera: run.cameraId, error: (error as Error).message }, 'The coverage of provisional footage could not be asked.');
      return false;
    }
  }

  /** Footage is dropped by its times: where kept footage has the same, both stay (I1). */
  async #drop(run: WaitingRun, spans: readonly Span[]): Promise<{ readonly bytes: number; readonly dropped: readonly Span[] }> {
    const { database, store } = this.#parts.ports;
    const kept = spans.length === 0 ? [] : keptBeside(database, run);
    const dropped = spans.flatMap((span) => uncovered(kept, span));
    let bytes = 0;
    for (const span of dropped) bytes += await store.drop(run, span);
    return { bytes, dropped };
  }

  #settle(run: WaitingRun, fate: OutageRun['fate'], why: string): void {
    const { trail, directory, ports } = this.#parts;
    const serverName = directory.find(run.serverId)?.name ?? run.serverId;
    trail.soon(() => saveRun(ports.database, run.outageId, { ...run, fate }), [
      {
        severity: 'info', kind: 'footage', serverId: run.serverId, serverName, cameraId: run.cameraId, actor: 'system', outageId: run.outageId,
        text: `${serverName} / ${run.name}: provisional footage ${fate}, ${why}`,
      },
    ]);
    trail.emit({ type: 'outage', outageId: run.outageId });
  }

  /** The ceiling on disk: the lowest priority goes first, said aloud. */
  async #limit(runs: readonly WaitingRun[]): Promise<void> {
    if (this.#limiting) return;
    this.#limiting = true;
    try {
      await this.#limitOnce(runs);
    } finally {
      this.#limiting = false;
    }
  }

  async #limitOnce(runs: readonly WaitingRun[]): Promise<void> {
    const { directory, standby, trail, desk, ports } = this.#parts;
    const nowUs = ports.clock.wallMs() * 1000;
    const ceiling = directory.settings.settings.capacity.provisionalBytes;
    const sized = runs.map((run) => ({
      run,
      key: cameraKey(run.serverId, run.cameraId),
      rank: this.#rank(run),
      bytes: (((run.toUs ?? nowUs) - run.fromUs) / 8e6) * bitsOf(this.#parts, run.serverId)(run.cameraId),
    }));
    const held = new Set([...this.#over].filter(([, { serverId, cameraId }]) => this.#mayStillMiss(serverId, cameraId)).map(([key]) => key));
    let over = overCeiling(sized, ceiling, held);
    if (over.size > held.size) {
      // Rates are the recorders' word: footage of others must not go because one of them boasts.
      const stored = new Map((await ports.store.cameras()).map(({ serverId, cameraId, bytes }) => [cameraKey(serverId, cameraId), bytes]));
      over = overCeiling(sized.map((one) => ({ ...one, bytes: Math.min(one.bytes, (stored.get(one.key) ?? 0) + unknownBytes) })), ceiling, held);
    }
    const open = this.#parts.outages.openProvisional();
    for (const { run, key } of sized) if (over.has(key)) this.#over.set(key, run);
    for (const key of this.#over.keys()) if (!over.has(key)) this.#over.delete(key);
    standby.limit(over);
    for (const { run, key } of sized) if (over.has(key) && !open.has(key) && run.toUs !== null) await this.#dropForRoom(run, { fromUs: run.fromUs, toUs: run.toUs });
    if (over.size === 0) {
      trail.clear('store', null);
      return;
    }
    const names = [...this.#over.values()].map((run) => `${directory.find(run.serverId)?.name ?? run.serverId} / ${run.name}`);
    trail.raise('store', null, `Provisional footage reached its ceiling: ${[...new Set(names)].join(', ')} is not kept. Raise the ceiling, or choose cold standby for some cameras.`);
    desk.soon();
  }

  #mayStillMiss(serverId: string, cameraId: string): boolean {
    const { directory, monitor } = this.#parts;
    if (directory.find(serverId) === undefined) return false;
    const { kind, gray } = monitor.state(serverId);
    return kind !== 'alive' || (gray?.cameras.includes(cameraId) ?? false);
  }

  async #dropForRoom(run: WaitingRun, span: Span): Promise<void> {
    try {
      await this.#drop(run, [span]);
      this.#settle(run, 'dropped', 'the ceiling of provisional footage was reached');
    } catch (error) {
      // A disk that is full up to the index, say: the next round finds it over the ceiling again.
      this.#parts.ports.log.warn({ server: run.serverId, camera: run.cameraId, error: (error as Error).message }, 'Provisional footage over its ceiling could not be dropped; it is tried again.');
    }
  }

  /** High: lowest priority, dropped first. */
  #rank(run: WaitingRun): number {
    const { directory } = this.#parts;
    const camera = directory.cameras(run.serverId).find((one) => one.id === run.cameraId);
    return (directory.find(run.serverId)?.priority ?? 1000) * 1000 + (camera?.priority ?? 1000);
  }
}
