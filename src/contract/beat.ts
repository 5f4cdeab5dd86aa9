/** Keep-alives in short, both ways: what changed since a whole one, and the whole one again from that. */
import { UnderstudyError } from './errors.ts';
import type { Beat, CameraProgress, LifeSign, Progress } from './link.ts';

export type KeepAlive = Extract<LifeSign, { type: 'keep-alive' }>;

/** Older than this, a whole keep-alive is sent again: rates and cameras' clocks are only told there. */
export const wholeEveryMs = 15_000;

/** What the receiver makes of it; cameras are drawn up only for who asks for them. */
class BeatProgress implements Progress {
  readonly ids: readonly string[];
  readonly newestUs: readonly (number | null)[];
  readonly left: BeatBase['left'];
  readonly #durableUs: readonly number[];
  readonly #base: Progress;
  readonly bytesWritten: number;
  readonly #freeBytes: number;
  #cameras: CameraProgress[] | null = null;

  constructor(base: Progress, { ids, left }: Pick<BeatBase, 'ids' | 'left'>, newestUs: readonly (number | null)[], beat: Beat) {
    this.#base = base;
    this.ids = ids;
    this.left = left;
    this.newestUs = newestUs;
    this.#durableUs = beat.durableUs;
    this.bytesWritten = beat.bytesWritten;
    this.#freeBytes = beat.freeBytes;
  }

  get cameras(): CameraProgress[] {
    return (this.#cameras ??= this.#drawCameras());
  }

  #drawCameras(): CameraProgress[] {
    return this.#base.cameras.map((camera, at) => ({
      ...camera,
      newestUs: this.newestUs[at] ?? null,
      durableUs: camera.durableUs === null ? null : camera.durableUs + (this.#durableUs[at] ?? 0),
    }));
  }

  get disk(): Progress['disk'] {
    return { ...this.#base.disk, freeBytes: this.#freeBytes };
  }

  get settingsDigest(): string {
    return this.#base.settingsDigest;
  }
}

/** A whole keep-alive that beats of the same connection may build on. */
export interface BeatBase {
  readonly sign: KeepAlive;
  /** One array for all beats of this base, so that readers see at once that the cameras are the same. */
  readonly ids: readonly string[];
  /** Which of the cameras are left to the failover server; null: none, as nearly always. */
  readonly left: readonly boolean[] | null;
}

export function beatBase(sign: KeepAlive): BeatBase {
  const { cameras } = sign.progress;
  return { sign, ids: cameras.map((camera) => camera.id), left: leftOf(cameras) };
}

function leftOf(cameras: Progress['cameras']): readonly boolean[] | null {
  return cameras.some(({ state }) => state === 'released') ? cameras.map(({ state }) => state === 'released') : null;
}

/** The whole keep-alive that a beat stands for. Throws `link.protocol` with the field if it does not fit its base. */
export function expandBeat(base: BeatBase | null, beat: Beat): KeepAlive {
  if (base === null || base.sign.seq !== beat.base) throw misfit('base', 'is not the newest whole keep-alive of this connection');
  const { sign } = base;
  const { cameras } = sign.progress;
  if (beat.newestUs.length !== cameras.length) throw misfit('newestUs', `has ${beat.newestUs.length} cameras, its keep-alive ${cameras.length}`);
  if (beat.durableUs.length !== cameras.length) throw misfit('durableUs', `has ${beat.durableUs.length} cameras, its keep-alive ${cameras.length}`);
  const newestUs: (number | null)[] = [];
  for (let at = 0; at < cameras.length; at++) {
    const from = (cameras[at] as CameraProgress).newestUs;
    newestUs.push(from === null ? null : from + (beat.newestUs[at] as number));
  }
  const { server, instance, agentBoot, boot, phase, settingsProblems } = sign;
  const progress = new BeatProgress(sign.progress, base, newestUs, beat);
  return { type: 'keep-alive', server, instance, agentBoot, boot, phase, seq: beat.seq, wallMs: beat.wallMs, progress, ...(settingsProblems === undefined ? {} : { settingsProblems }) };
}

const misfit = (field: string, text: string): UnderstudyError => new UnderstudyError('link.protocol', `beat.${field}: ${text}.`, { field });

interface Columns {
  readonly ids: readonly string[];
  readonly newestUs: readonly (number | null)[];
  readonly left: BeatBase['left'];
}

/** Camera ids and newest frames as columns, without drawing up cameras. Not of those that the recorder leaves to us: nothing is due of them. */
export function columnsOf(progress: Progress): Pick<Columns, 'ids' | 'newestUs'> {
  const { ids, newestUs, left } = progress instanceof BeatProgress ? progress : wholeColumns(progress.cameras);
  if (left === null) return { ids, newestUs };
  return { ids: ids.filter((_, at) => left[at] !== true), newestUs: newestUs.filter((_, at) => left[at] !== true) };
}

/** Cameras that the recorder leaves to the failover server. Nearly always none, which costs nothing to say. */
export function leftCameras(progress: Progress): readonly string[] {
  const { ids, left } = progress instanceof BeatProgress ? progress : wholeColumns(progress.cameras);
  return left === null ? [] : ids.filter((_, at) => left[at] === true);
}

const wholeColumns = (cameras: Progress['cameras']): Columns => ({ ids: cameras.map(({ id }) => id), newestUs: cameras.map(({ newestUs }) => newestUs), left: leftOf(cameras) });

/** The beat that says `now` on top of `base`; null: more changed than a beat can say. */
export function beatOf(base: KeepAlive, now: KeepAlive): Beat | null {
  const [old, progress] = [base.progress, now.progress];
  const same =
    base.phase === 'running' && now.phase === 'running' && base.progressAgeMs === undefined && now.progressAgeMs === undefined &&
    base.server === now.server && base.instance === now.instance && base.agentBoot === now.agentBoot && base.boot === now.boot &&
    old.settingsDigest === progress.settingsDigest && old.disk.state === progress.disk.state && old.disk.text === progress.disk.text &&
    old.cameras.length === progress.cameras.length && areSame(base.settingsProblems, now.settingsProblems);
  if (!same) return null;
  const newestUs: number[] = [];
  const durableUs: number[] = [];
  for (let at = 0; at < old.cameras.length; at++) {
    const [before, after] = [old.cameras[at] as CameraProgress, progress.cameras[at] as CameraProgress];
    if (!isSameButTimes(before, after)) return null;
    newestUs.push((after.newestUs ?? 0) - (before.newestUs ?? 0));
    durableUs.push((after.durableUs ?? 0) - (before.durableUs ?? 0));
  }
  return { type: 'beat', base: base.seq, seq: now.seq, wallMs: now.wallMs, newestUs, durableUs, bytesWritten: progress.bytesWritten, freeBytes: progress.disk.freeBytes };
}

function areSame(a: KeepAlive['settingsProblems'], b: KeepAlive['settingsProblems']): boolean {
  return a === b || (a !== undefined && b !== undefined && a.length === b.length && a.every(({ code, text }, at) => code === b[at]?.code && text === b[at].text));
}

function isSameButTimes(a: CameraProgress, b: CameraProgress): boolean {
  return (
    a.id === b.id && a.state === b.state && a.reason === b.reason && a.code === b.code && a.sinceUs === b.sinceUs && a.stateSinceUs === b.stateSinceUs && a.gopMs === b.gopMs && a.packetsLost === b.packetsLost &&
    (a.newestUs === null) === (b.newestUs === null) && (a.durableUs === null) === (b.durableUs === null)
  );
}
