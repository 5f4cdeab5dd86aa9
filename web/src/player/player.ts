/**
 * Several cameras in step. The cursor is a clock of its own (wall time of the footage); each video follows
 * it. One tick at a time decides from what is wanted and what is there: a new seek simply replaces the wish.
 */
import { footageSource, type FootageSource, type OpenFootage, type SourceState } from './source.ts';
import { follow, hold } from './follow.ts';
import { gapEndAt, knownBetween, nextSpanAfter, type KnownFootage } from './known.ts';

export interface PlayerView {
  /** `waiting`: for footage to arrive. `ended`: nothing comes behind the cursor. */
  readonly mode: 'paused' | 'waiting' | 'playing' | 'ended';
  readonly cursorUs: number;
  readonly speed: number;
  /** The last stretch that was skipped because no camera has footage there. */
  readonly skipped: { readonly fromUs: number; readonly toUs: number } | null;
}

export interface Player {
  readonly subscribe: (listener: () => void) => () => void;
  readonly view: () => PlayerView;
  attach(camera: string, video: HTMLVideoElement, open: OpenFootage, onState: (state: SourceState) => void): { readonly usOf: (seconds: number) => number; readonly close: () => void };
  know(footage: KnownFootage): void;
  seek(us: number): void;
  play(): void;
  pause(): void;
  setSpeed(speed: number): void;
  /** One frame on (1) or back (−1). */
  step(direction: 1 | -1): void;
  close(): void;
}

interface Seat {
  readonly video: HTMLVideoElement;
  readonly source: FootageSource;
}

/** Longest wait for one camera before the others go on without it. */
const patienceMs = 8_000;
const shownEveryMs = 100;

export function createPlayer(nowUs: () => number): Player {
  const seats = new Map<string, Seat>();
  const listeners = new Set<() => void>();
  /** Cameras that were waited for in vain: the others go on without them until they are back. */
  const late = new Set<string>();
  let known: KnownFootage = new Map();
  let wantsPlay = false;
  let view: PlayerView = { mode: 'paused', cursorUs: 0, speed: 1, skipped: null };
  let lastTick = performance.now();
  let lastShown = 0;
  let waitingSince = 0;

  function show(change: Partial<PlayerView>, now = performance.now()): void {
    const quiet = change.mode === undefined || change.mode === view.mode;
    view = { ...view, ...change };
    // The cursor moves with every frame; the page need not render as often.
    if (quiet && change.speed === undefined && now - lastShown < shownEveryMs) return;
    lastShown = now;
    for (const listener of listeners) listener();
  }

  /** Footage is there, or it is known that none will come for this camera now. */
  function settled(camera: string, { source }: Seat, us: number): boolean {
    const { kind } = source.state();
    if (kind === 'unsupported' || kind === 'failed') return true;
    return source.bufferedTo(us) !== null || source.loadedTo() > us || gapEndAt(known, camera, us) > us;
  }

  /** It was asked for in vain, and the timeline knows footage there: a host that could not be asked answers again. */
  function isMissed(camera: string, { source }: Seat, us: number, footage: KnownFootage): boolean {
    return source.bufferedTo(us) === null && source.loadedTo() > us && knownBetween(footage, camera, us, us + 1e6) > 0.5e6;
  }

  const shows = ({ source }: Seat, us: number): boolean => source.bufferedTo(us) !== null;

  function jump(us: number): number | null {
    const starts = [...seats].flatMap(([camera, { source }]) => [source.nextAfter(us), nextSpanAfter(known, camera, us)]).filter((start) => start !== null);
    return starts.length === 0 ? null : Math.min(...starts);
  }

  function tick(now: number): void {
    const passedMs = now - lastTick;
    lastTick = now;
    if (seats.size === 0 || view.cursorUs === 0) return;
    for (const { source } of seats.values()) source.fill(view.cursorUs, view.speed);
    // A tab that was in the background must not leap: time that nobody watched does not count.
    const here = view.mode === 'playing' ? view.cursorUs + Math.min(passedMs, 200) * 1_000 * view.speed : view.cursorUs;
    advance(here, now);
  }

  function advance(us: number, now: number): void {
    const all = [...seats];
    const unsettled = all.filter(([camera, seat]) => !settled(camera, seat, us)).map(([camera]) => camera);
    for (const camera of late) if (!unsettled.includes(camera)) late.delete(camera);
    const missing = unsettled.filter((camera) => !late.has(camera));
    if (missing.length > 0) {
      if (view.mode !== 'waiting') waitingSince = now;
      if (missing.length === all.length || now - waitingSince < patienceMs) return stand(us, wantsPlay ? 'waiting' : 'paused', now);
      for (const camera of missing) late.add(camera);
    }
    const some = all.some(([, seat]) => shows(seat, us));
    if (!some && wantsPlay) {
      const next = jump(us);
      if (next !== null) return show({ cursorUs: next, skipped: { fromUs: us, toUs: next } }, now);
      return stand(us, us > nowUs() - 30e6 ? 'waiting' : 'ended', now);
    }
    if (!wantsPlay) return stand(us, 'paused', now);
    for (const [, seat] of all) {
      if (shows(seat, us)) follow(seat.video, seat.source.timeOf(us), view.speed);
      else hold(seat.video, null);
    }
    show({ mode: 'playing', cursorUs: us }, now);
  }

  function stand(us: number, mode: PlayerView['mode'], now: number): void {
    for (const seat of seats.values()) hold(seat.video, shows(seat, us) ? seat.source.timeOf(us) : null);
    show({ mode, cursorUs: us }, now);
  }

  let frame = requestAnimationFrame(function loop(now) {
    tick(now);
    frame = requestAnimationFrame(loop);
  });

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    view: () => view,
    attach(camera, video, open, onState) {
      const source = footageSource({ video, open, nowUs, skip: (us) => gapEndAt(known, camera, us), promised: (fromUs, toUs) => knownBetween(known, camera, fromUs, toUs), onState });
      seats.set(camera, { video, source });
      return {
        usOf: (seconds) => source.usOf(seconds),
        close: () => {
          source.close();
          if (seats.get(camera)?.source === source) seats.delete(camera);
        },
      };
    },
    know(footage) {
      const us = view.cursorUs;
      for (const [camera, seat] of seats) if (isMissed(camera, seat, us, footage) && knownBetween(known, camera, us, us + 1e6) === 0) seat.source.anew(us);
      known = footage;
    },
    seek(us) {
      for (const [camera, seat] of seats) if (isMissed(camera, seat, us, known)) seat.source.anew(us);
      show({ cursorUs: Math.round(us), skipped: null, mode: wantsPlay ? 'waiting' : 'paused' });
      waitingSince = performance.now();
    },
    play() {
      wantsPlay = true;
      show({ mode: 'waiting' });
    },
    pause() {
      wantsPlay = false;
      show({ mode: 'paused' });
    },
    setSpeed: (speed) => show({ speed }),
    step(direction) {
      wantsPlay = false;
      const seat = [...seats.values()].find((each) => shows(each, view.cursorUs));
      // From the middle of a frame to the middle of its neighbour: rounding then never shows the same one again.
      const frameUs = Number(seat?.video.dataset['frameUs'] ?? 40_000);
      const shownUs = Number(seat?.video.dataset['shownUs'] ?? view.cursorUs);
      show({ mode: 'paused', cursorUs: Math.round(shownUs + (direction + 0.5) * frameUs), skipped: null });
    },
    close() {
      cancelAnimationFrame(frame);
      for (const { source } of seats.values()) source.close();
      seats.clear();
    },
  };
}
