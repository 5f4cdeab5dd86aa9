import { footageHeaders } from '../../../src/contract/api/footage.ts';
import { bufferOf, openSource, type Buffer } from './buffer.ts';

/** Gives the footage of one camera as fragmented MP4; null: there is none in this span. */
export type OpenFootage = (fromUs: number, toUs: number, signal: AbortSignal) => Promise<Response | null>;

export type SourceState = { readonly kind: 'loading' } | { readonly kind: 'ready' } | { readonly kind: 'unsupported'; readonly mime: string } | { readonly kind: 'failed'; readonly message: string };

export interface SourceOrder {
  readonly video: HTMLVideoElement;
  readonly open: OpenFootage;
  /** Server's clock, microseconds. */
  readonly nowUs: () => number;
  /** End of the known gap that `us` lies in, else `us`. */
  readonly skip: (us: number) => number;
  /** How much footage the timeline knows between two moments, µs. */
  readonly promised: (fromUs: number, toUs: number) => number;
  readonly onState: (state: SourceState) => void;
}

/** One camera's footage as a browser's buffer that is filled ahead of the cursor, window by window. */
export interface FootageSource {
  /** Keeps the buffer around the cursor; one request at a time. */
  fill(cursorUs: number, speed: number): void;
  /** End of the buffered stretch that holds `us`, or null. */
  bufferedTo(us: number): number | null;
  /** Start of the first buffered stretch behind `us`, or null. */
  nextAfter(us: number): number | null;
  /** Up to where everything that exists has been loaded. */
  loadedTo(): number;
  timeOf(us: number): number;
  usOf(seconds: number): number;
  /** Begins anew: what was not there may be there now. */
  anew(us: number): void;
  /** Shows nothing more and asks nothing more. */
  close(): void;
  state(): SourceState;
}

const windowUs = 20e6;
const behindUs = 20e6;
/** Footage this new may still be on its way to the disk: what is missing there is asked again. */
const freshUs = 10e6;
/** The timeline knows of footage and none came (a host that was just restarted, a link that broke): asked again so often, then passed over. */
const mostTries = 5;
const tryAgainMs = 700;
const worthAskingUs = 1e6;

export function footageSource({ video, open, nowUs, skip, promised, onState }: SourceOrder): FootageSource {
  let state: SourceState = { kind: 'loading' };
  let run = newRun(0);

  function newRun(fromUs: number) {
    return { fromUs, originUs: fromUs, loadedUs: fromUs, busy: false, tries: 0, notBefore: 0, abort: new AbortController(), opened: null as Awaited<ReturnType<typeof openSource>> | null, buffer: null as Buffer | null };
  }
  type Run = typeof run;

  function tell(next: SourceState): void {
    if (next.kind === state.kind) return;
    state = next;
    onState(next);
  }

  const stretches = (of: Run = run): readonly (readonly [number, number])[] => (of.buffer?.ranges() ?? []).map(([from, to]) => [of.originUs + from * 1e6, of.originUs + to * 1e6] as const);

  function restart(fromUs: number): void {
    run.abort.abort();
    run.opened?.close();
    run = newRun(fromUs);
    state = { kind: 'loading' };
    onState(state);
  }

  async function load(of: Run, fromUs: number, toUs: number, cursorUs: number): Promise<void> {
    // Side by side: the first picture after a click should not wait for the one and then for the other.
    const [response, opened] = await Promise.all([open(fromUs, toUs, of.abort.signal), of.opened ?? openSource(video)]);
    of.opened = opened;
    if (of !== run) {
      await response?.body?.cancel();
      return opened.close();
    }
    const startUs = Number(response?.headers.get(footageHeaders.startUs) ?? Number.NaN);
    const mime = response?.headers.get(footageHeaders.mime);
    if (response?.body && mime && Number.isFinite(startUs)) {
      if (!MediaSource.isTypeSupported(mime)) {
        await response.body.cancel();
        if (of === run) tell({ kind: 'unsupported', mime });
        return;
      }
      await appendAll(of, response.body, mime, startUs, cursorUs);
    }
    if (of !== run) return;
    const end = stretches(of).findLast(([from, to]) => from < toUs && to > fromUs)?.[1];
    const reached = Math.max(of.loadedUs, Math.min(toUs, end ?? fromUs));
    const fresh = toUs > nowUs() - freshUs;
    const owed = !fresh && promised(reached, toUs) > worthAskingUs;
    of.tries = owed && reached < fromUs + worthAskingUs ? of.tries + 1 : 0;
    const again = fresh || (owed && of.tries < mostTries);
    of.loadedUs = again ? reached : toUs;
    of.notBefore = performance.now() + (fresh ? 300 : again ? tryAgainMs : 0);
    tell({ kind: 'ready' });
  }

  /** What was let go is asked for again when the cursor goes back to it; the browser lets go of whole groups of pictures. */
  async function forget(of: Run, beforeUs: number): Promise<void> {
    if (of.buffer === null || beforeUs <= of.fromUs) return;
    await of.buffer.remove(0, (beforeUs - of.originUs) / 1e6);
    of.fromUs = Math.max(beforeUs, stretches(of)[0]?.[0] ?? 0);
  }

  async function appendAll(of: Run, body: ReadableStream<Uint8Array<ArrayBuffer>>, mime: string, startUs: number, cursorUs: number): Promise<void> {
    if (of.buffer === null) {
      of.originUs = startUs;
      of.buffer = bufferOf(of.opened!.source, mime);
    }
    of.buffer.beginAt((startUs - of.originUs) / 1e6, mime);
    await forget(of, cursorUs - behindUs);
    const reader = body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || of !== run) return;
      await of.buffer.append(value);
      tell({ kind: 'ready' });
    }
  }

  return {
    fill(cursorUs, speed) {
      if (state.kind === 'unsupported') return;
      const size = windowUs * Math.max(1, speed);
      const held = stretches().some(([from, to]) => from <= cursorUs && cursorUs <= to);
      // A jump out of what is loaded (or about to be) begins anew; a step back within the buffer does not.
      if (!held && (cursorUs < run.fromUs - 1 || cursorUs > run.loadedUs + size)) restart(cursorUs);
      if (run.busy || performance.now() < run.notBefore || run.loadedUs > cursorUs + size * 0.75) return;
      const fromUs = skip(run.loadedUs);
      run.loadedUs = Math.max(run.loadedUs, fromUs);
      const toUs = Math.min(fromUs + size, nowUs() - 500_000);
      if (toUs - fromUs < 300_000) return;
      const mine = run;
      mine.busy = true;
      load(mine, Math.round(fromUs), Math.round(toUs), cursorUs)
        .catch((error: unknown) => {
          if (mine !== run || mine.abort.signal.aborted) return;
          mine.notBefore = performance.now() + 2_000;
          tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
        })
        .finally(() => (mine.busy = false));
    },
    bufferedTo: (us) => stretches().find(([from, to]) => from - 1_000 <= us && us < to)?.[1] ?? null,
    nextAfter: (us) => stretches().find(([from]) => from > us)?.[0] ?? null,
    loadedTo: () => run.loadedUs,
    timeOf: (us) => (us - run.originUs) / 1e6,
    usOf: (seconds) => Math.round(run.originUs + seconds * 1e6),
    anew: restart,
    close() {
      run.abort.abort();
      run.opened?.close();
      run = newRun(0);
    },
    state: () => state,
  };
}
