import { errors, UnderstudyError } from '../../contract/errors.ts';
import type { TimeUs } from '../../core/units.ts';
import type { FootageBatch, FootageUnit, StreamConfig } from '../../video/contract.ts';
import { mergedFootage, type FootageSource } from '../../video/playback/merge.ts';

export interface FollowNeeds {
  /** Whoever has footage of the camera now; asked anew each time, because that changes. */
  readonly sources: () => readonly FootageSource[];
  readonly nowUs: () => TimeUs;
  /** Resolves after so long, or when nobody wants the pictures any more. */
  readonly pause: (ms: number) => Promise<void>;
  readonly gone: AbortSignal;
}

/** So far behind now the pictures begin: what is written is told about a second later, and is asked for once a second. */
const behindUs = 4_000_000;
const askEveryMs = 1_000;
/** A long group of pictures is read from its begin each time: the longer it is, the less often. */
const askAgainAfter = 0.25;
/** What a camera that is silent for so long sent before is not looked at again: each look would plan all the time between. */
const forgetUs = 600_000_000;
/** Given out in pieces of so long, each at its time: a player that is fed in gulps stands still between them. */
const sliceUs = 240_000;

/** More is no error of measuring, nor drift: a clock was set. */
const clockStepUs = 1_000_000;

/**
 * Times must not move with each measure of the clocks. After a clock was set they must: else whoever watches would wait
 * for times that come again an hour later, or never.
 */
export function steadyShift(): (source: FootageSource) => FootageSource {
  const known = new Map<string, number>();
  return (source) => {
    const before = known.get(source.id);
    const shiftUs = before === undefined || Math.abs(source.shiftUs - before) > clockStepUs ? source.shiftUs : before;
    known.set(source.id, shiftUs);
    return { ...source, shiftUs };
  };
}

interface Picture {
  readonly config: StreamConfig;
  readonly unit: FootageUnit;
}

/**
 * Live pictures of a camera that is only written elsewhere, or that changes hands: both machines' footage, read on as it
 * grows, some seconds behind. Pictures only; sound would be cut where each reading ends.
 */
export async function* followRecorder({ sources, nowUs, pause, gone }: FollowNeeds): AsyncGenerator<FootageBatch> {
  let fromUs = nowUs() - behindUs;
  /** Of the group of pictures that begins at `fromUs`: so many were given out, the last of this time. */
  let given = 0;
  let lastUs = Number.NEGATIVE_INFINITY;
  /** Time of a picture and when it was given out. */
  let pace: { readonly pictureUs: TimeUs; readonly atUs: TimeUs } | null = null;
  while (!gone.aborted) {
    const askedUs = nowUs();
    const read = await readable(picturesOf(mergedFootage(sources(), { fromUs, toUs: askedUs + 1_000_000 })));
    // After a seam it may be another group: on with the next one that was not shown yet.
    const goesOn = read[given - 1]?.unit.timeUs === lastUs;
    const next = goesOn ? given : read.findIndex(({ unit }) => unit.key && unit.timeUs > lastUs);
    const fresh = next < 0 ? [] : read.slice(next);
    for (const slice of slices(fresh)) {
      const firstUs = slice[0]!.unit.timeUs;
      pace ??= { pictureUs: firstUs, atUs: nowUs() };
      const dueUs = pace.atUs + firstUs - pace.pictureUs;
      // After a hole in the footage the pace begins anew.
      if (dueUs - nowUs() > behindUs || nowUs() - dueUs > behindUs) pace = { pictureUs: firstUs, atUs: nowUs() };
      else await pause((dueUs - nowUs()) / 1000);
      if (gone.aborted) return;
      yield { config: slice[0]!.config, units: slice.map(({ unit }) => unit) };
    }
    if (fresh.length > 0) {
      const key = read.findLastIndex(({ unit }) => unit.key);
      // A hair behind its key picture: that is where reading begins.
      fromUs = read[key]!.unit.timeUs + 1;
      given = read.length - key;
      lastUs = read.at(-1)!.unit.timeUs;
    } else if (given === 0 || askedUs - lastUs > forgetUs) {
      fromUs = askedUs - behindUs;
      given = 0;
    }
    const tookMs = (nowUs() - askedUs) / 1000;
    await pause(Math.max(askEveryMs - tookMs, (lengthOf(read) / 1000) * askAgainAfter - tookMs, 50));
  }
}

const lengthOf = (pictures: readonly Picture[]): number => (pictures.at(-1)?.unit.timeUs ?? 0) - (pictures[0]?.unit.timeUs ?? 0);

/** A machine that goes away in the middle is another one's turn, or is asked again. */
async function readable(pictures: Promise<readonly Picture[]>): Promise<readonly Picture[]> {
  try {
    return await pictures;
  } catch (error) {
    if (error instanceof UnderstudyError && errors[error.code].fault === 'environment') return [];
    throw error;
  }
}

async function picturesOf(batches: AsyncIterable<FootageBatch>): Promise<Picture[]> {
  const found: Picture[] = [];
  for await (const { config, units } of batches) {
    const { audio: _audio, ...video } = config;
    for (const unit of units) if (unit.track === 'video') found.push({ config: video, unit });
  }
  // Before the first key picture nothing can be shown.
  return found.slice(Math.max(0, found.findIndex(({ unit }) => unit.key)));
}

function* slices(pictures: readonly Picture[]): Generator<readonly Picture[]> {
  let slice: Picture[] = [];
  for (const picture of pictures) {
    const first = slice[0];
    if (first !== undefined && (first.config !== picture.config || picture.unit.gapBefore || picture.unit.timeUs - first.unit.timeUs >= sliceUs)) {
      yield slice;
      slice = [];
    }
    slice.push(picture);
  }
  if (slice.length > 0) yield slice;
}
