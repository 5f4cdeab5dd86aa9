import type { CameraKey, Span } from '../../src/core/units.ts';
import type { CoverageAnswer, EvidenceLock, FailoverStore, RetentionRule } from '../../src/failover/ports.ts';

export const footageKey = ({ serverId, cameraId }: CameraKey): string => `${serverId}/${cameraId}`;

/** A simulated disk with footage: spans per camera. Outlives the process that wrote it. */
export class FootageDisk implements FailoverStore {
  readonly #spans = new Map<string, Span[]>();
  readonly #locks = new Map<string, EvidenceLock>();
  rules: readonly RetentionRule[] = [];
  readonly dropped: { readonly key: string; readonly span: Span }[] = [];
  state: 'ok' | 'full' | 'missing' | 'read-only' = 'ok';
  freeBytes = 1e12;

  /** Begins a run of writing; the returned object grows with `toUs`. */
  write(camera: CameraKey, span: Span): { fromUs: number; toUs: number } {
    const open = { ...span };
    this.#of(camera).push(open);
    return open;
  }

  spans(camera: CameraKey): readonly Span[] {
    return merged(this.#of(camera));
  }

  cameras(): Promise<readonly (CameraKey & { readonly span: Span; readonly bytes: number })[]> {
    return Promise.resolve(
      [...this.#spans].flatMap(([key, spans]) => {
        const [serverId = '', cameraId = ''] = key.split('/');
        const first = spans[0];
        const last = spans.at(-1);
        return first === undefined || last === undefined ? [] : [{ serverId, cameraId, span: { fromUs: first.fromUs, toUs: last.toUs }, bytes: 0 }];
      }),
    );
  }

  coverage(camera: CameraKey, span: Span): Promise<CoverageAnswer> {
    const spans = this.spans(camera)
      .filter((one) => one.toUs > span.fromUs && one.fromUs < span.toUs)
      .map((one) => ({ fromUs: Math.max(one.fromUs, span.fromUs), toUs: Math.min(one.toUs, span.toUs) }));
    return Promise.resolve({ spans, exactness: 'exact', durableUntilUs: spans.at(-1)?.toUs ?? null });
  }

  // The simulated world keeps spans, not pictures.
  async *rows(): AsyncGenerator<never> {}
  async *read(): AsyncGenerator<never> {}
  async *follow(): AsyncGenerator<never> {}

  drop(camera: CameraKey, span: Span): Promise<number> {
    this.dropped.push({ key: footageKey(camera), span });
    const rest = this.#of(camera).flatMap((one) => without(one, span));
    this.#spans.set(footageKey(camera), rest);
    return Promise.resolve(0);
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

  #of(camera: CameraKey): Span[] {
    const key = footageKey(camera);
    const spans = this.#spans.get(key) ?? [];
    this.#spans.set(key, spans);
    return spans;
  }
}

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

function without(one: Span, gone: Span): Span[] {
  if (gone.toUs <= one.fromUs || gone.fromUs >= one.toUs) return [one];
  return [
    ...(gone.fromUs > one.fromUs ? [{ fromUs: one.fromUs, toUs: gone.fromUs }] : []),
    ...(gone.toUs < one.toUs ? [{ fromUs: gone.toUs, toUs: one.toUs }] : []),
  ];
}
