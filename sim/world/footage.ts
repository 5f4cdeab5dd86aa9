import { lengthOf } from '../../src/core/coverage.ts';
import type { CameraKey, Span } from '../../src/core/units.ts';
import type { CoverageAnswer, EvidenceLock, FailoverStore, RetentionRule } from '../../src/failover/ports.ts';

export const footageKey = ({ serverId, cameraId }: CameraKey): string => `${serverId}/${cameraId}`;

/** A simulated disk with footage: spans per camera. Outlives the process that wrote it. */
export class FootageDisk implements FailoverStore {
  readonly #runs = new Map<string, Run[]>();
  readonly #locks = new Map<string, EvidenceLock>();
  rules: readonly RetentionRule[] = [];
  readonly dropped: { readonly key: string; readonly span: Span }[] = [];
  state: 'ok' | 'full' | 'missing' | 'read-only' = 'ok';
  freeBytes = 1e12;
  /** What the host has not synced yet, µs: a power-off loses it. */
  unsyncedUs = 0;
  /** The same while its disk is well. */
  syncEveryUs = 0;
  /** Before anything is dropped: what, on the host's clock and in true time. */
  onDrop: ((camera: CameraKey, span: Span, truth: readonly Span[]) => void) | null = null;

  /** Begins a run of writing; the returned object grows with `toUs`. `offUs`: how far the host's clock is ahead of true time. */
  write(camera: CameraKey, span: Span, offUs = 0): Run {
    const open = { ...span, offUs };
    this.#of(camera).push(open);
    return open;
  }

  spans(camera: CameraKey): readonly Span[] {
    return merged(this.#of(camera));
  }

  /** End of the newest run, on the host's clock. */
  newestUs(camera: CameraKey): number | null {
    return this.#of(camera).at(-1)?.toUs ?? null;
  }

  /** In true time, whatever the host's clock said. */
  truths(camera: CameraKey): readonly Span[] {
    return merged(this.#of(camera).map(trueSpan));
  }

  /** What of it a power-off at `trueUs` would leave. In true time. */
  durableTruths(camera: CameraKey, trueUs: number): readonly Span[] {
    const untilUs = trueUs - this.unsyncedUs;
    return this.truths(camera).filter((one) => one.fromUs < untilUs).map((one) => ({ fromUs: one.fromUs, toUs: Math.min(one.toUs, untilUs) }));
  }

  /** Power-off at `trueUs`: what was not synced is gone. */
  losePower(trueUs: number): void {
    const lostFromUs = trueUs - this.unsyncedUs;
    for (const [key, runs] of this.#runs) {
      const left = runs.filter((run) => run.fromUs - run.offUs < lostFromUs);
      for (const run of left) run.toUs = Math.min(run.toUs, lostFromUs + run.offUs);
      this.#runs.set(key, left);
    }
    this.unsyncedUs = this.syncEveryUs;
  }

  /** As a store does: everything is synced about every second. */
  syncEvery(us: number): void {
    this.syncEveryUs = this.unsyncedUs = us;
  }

  /** What the rules let go long ago, so that a world that runs for days does not grow. True time. */
  forgetBefore(trueUs: number): void {
    for (const [key, runs] of this.#runs) this.#runs.set(key, runs.filter((run) => run.toUs - run.offUs >= trueUs));
    this.dropped.length = 0;
  }

  async keys(): Promise<readonly CameraKey[]> {
    return (await this.cameras()).map(({ serverId, cameraId }) => ({ serverId, cameraId }));
  }

  cameras(): Promise<readonly (CameraKey & { readonly span: Span; readonly bytes: number })[]> {
    return Promise.resolve(
      [...this.#runs].flatMap(([key, spans]) => {
        const [serverId = '', cameraId = ''] = key.split('/');
        const first = spans[0];
        const last = spans.at(-1);
        return first === undefined || last === undefined ? [] : [{ serverId, cameraId, span: { fromUs: first.fromUs, toUs: last.toUs }, bytes: (lengthOf(spans) / 8e6) * bitsPerSecond }];
      }),
    );
  }

  coverage(camera: CameraKey, span: Span): Promise<CoverageAnswer> {
    const spans = this.spans(camera)
      .filter((one) => one.toUs > span.fromUs && one.fromUs < span.toUs)
      .map((one) => ({ fromUs: Math.max(one.fromUs, span.fromUs), toUs: Math.min(one.toUs, span.toUs) }));
    return Promise.resolve({ spans, exactness: 'exact', durableUntilUs: this.#durableUntilUs(camera) });
  }

  #durableUntilUs(camera: CameraKey): number | null {
    const newest = this.#of(camera).at(-1);
    return newest === undefined ? null : newest.toUs - this.unsyncedUs;
  }

  // The simulated world keeps spans, not pictures.
  async *rows(): AsyncGenerator<never> {}
  async *read(): AsyncGenerator<never> {}
  async *follow(): AsyncGenerator<never> {}

  /** As the real store: what is locked stays. */
  drop(camera: CameraKey, span: Span): Promise<number> {
    const locked = [...this.#locks.values()].filter((lock) => lock.serverId === camera.serverId && lock.cameraId === camera.cameraId);
    const parts = locked.reduce((left, lock) => left.flatMap((one) => without(one, lock)), [{ ...span, offUs: 0 }]);
    for (const part of parts) this.#dropUnlocked(camera, part);
    return Promise.resolve(0);
  }

  #dropUnlocked(camera: CameraKey, span: Span): void {
    const hit = this.#of(camera).filter((one) => one.toUs > span.fromUs && one.fromUs < span.toUs);
    const parts = hit.map((one) => trueSpan({ fromUs: Math.max(one.fromUs, span.fromUs), toUs: Math.min(one.toUs, span.toUs), offUs: one.offUs }));
    this.onDrop?.(camera, span, parts);
    this.dropped.push({ key: footageKey(camera), span });
    const rest = this.#of(camera).flatMap((one) => without(one, span));
    this.#runs.set(footageKey(camera), rest);
  }

  markDouble(): Promise<void> {
    return Promise.resolve();
  }

  onEvent(): () => void {
    return () => {};
  }

  setRetention(rules: readonly RetentionRule[]): Promise<void> {
    this.rules = rules;
    return Promise.resolve();
  }

  lock(lock: EvidenceLock): Promise<void> {
    this.#locks.set(lock.id, lock);
    return Promise.resolve();
  }

  unlock(id: string): Promise<void> {
    this.#locks.delete(id);
    return Promise.resolve();
  }

  locks(): Promise<readonly EvidenceLock[]> {
    return Promise.resolve([...this.#locks.values()]);
  }

  rebuild(): Promise<{ readonly segments: number; readonly units: number; readonly damaged: readonly string[] }> {
    return Promise.resolve({ segments: 0, units: 0, damaged: [] });
  }

  health(): ReturnType<FailoverStore['health']> {
    return { state: this.state, freeBytes: this.freeBytes, totalBytes: 1e12, usedBytes: 1e12 - this.freeBytes, text: this.state };
  }

  #of(camera: CameraKey): Run[] {
    const key = footageKey(camera);
    const known = this.#runs.get(key);
    if (known !== undefined) return known;
    const runs: Run[] = [];
    this.#runs.set(key, runs);
    return runs;
  }
}

/** One run of writing, on the host's clock. */
export interface Run {
  fromUs: number;
  toUs: number;
  readonly offUs: number;
}

const bitsPerSecond = 4e6;
const trueSpan = (run: Run): Span => ({ fromUs: run.fromUs - run.offUs, toUs: run.toUs - run.offUs });

/** Overlapping spans as one, in order of time. */
export function merged(spans: readonly Span[]): readonly Span[] {
  const result: { fromUs: number; toUs: number }[] = [];
  for (const span of spans.toSorted((a, b) => a.fromUs - b.fromUs)) {
    const last = result.at(-1);
    if (last !== undefined && span.fromUs <= last.toUs) last.toUs = Math.max(last.toUs, span.toUs);
    else result.push({ ...span });
  }
  return result;
}

function without(one: Run, gone: Span): Run[] {
  if (gone.toUs <= one.fromUs || gone.fromUs >= one.toUs) return [one];
  const head = gone.fromUs > one.fromUs ? [{ ...one, toUs: gone.fromUs }] : [];
  if (gone.toUs >= one.toUs) return head;
  // The end stays what it is: it may be written on.
  one.fromUs = gone.toUs;
  return [...head, one];
}
