/**
 * By which clips a span comes whole. One file holds one video codec: players show the first and fail at, or
 * leave out, what follows. So where a camera changed its codec, a clip ends and the next one begins.
 */
import type { Span, TimeUs } from '../../core/units.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import type { StreamConfig, VideoCodec } from '../contract.ts';
import { type FootageSource, mergedFootage } from './merge.ts';

export interface ClipPart extends Span {
  readonly codec: VideoCodec;
  /** Of its first picture. */
  readonly width: number;
  readonly height: number;
}

/** Looked at this often at least, and at most so many times where nothing changes. */
const EVERY_US = 60_000_000;
const MOST_LOOKS = 16;
/** Nearer than this to a change, its first picture is read for. */
const NEAR_US = 2_000_000;

/**
 * Looks at few places, each with one short reading: a codec that came and went between two of them is not
 * seen here (the clip itself then tells it). Empty: no footage.
 */
export async function clipParts(sources: readonly FootageSource[], span: Span): Promise<readonly ClipPart[]> {
  const places = lookAt(span);
  const found: (StreamConfig | null)[] = [];
  // One after the other: another machine is asked for a minute of its index each time.
  for (const atUs of places) found.push(await configAt(sources, { fromUs: atUs, toUs: span.toUs }));
  const parts: ClipPart[] = [];
  const begin = (fromUs: TimeUs, { video }: StreamConfig): void => {
    const before = parts.pop();
    if (before !== undefined) parts.push({ ...before, toUs: fromUs });
    parts.push({ fromUs, toUs: span.toUs, codec: video.codec, width: video.width, height: video.height });
  };
  const [first = null] = found;
  if (first !== null) begin(span.fromUs, first);
  for (let i = 1; i < places.length; i += 1)
    for (const { atUs, config } of await changes(sources, span.toUs, { fromUs: places[i - 1] as TimeUs, toUs: places[i] as TimeUs }, found[i - 1] ?? null, found[i] ?? null)) begin(atUs, config);
  return parts;
}

/** Throws `input.invalid` with the moments where one clip cannot hold the span. */
export async function demandOnePart(sources: readonly FootageSource[], span: Span): Promise<void> {
  const parts = await clipParts(sources, span);
  if (parts.length < 2) return;
  const steps = parts.slice(1).map((part, i) => `from ${codecName((parts[i] as ClipPart).codec)} to ${codecName(part.codec)} at ${utc(part.fromUs)}`);
  throw new UnderstudyError('input.invalid', `The camera changed its video codec ${steps.join(', and ')}; no player shows both in one file.`, {
    field: 'toUs',
    advice: `Download ${parts.length} clips that together hold every picture: ${parts.map(({ fromUs, toUs }) => `${utc(fromUs)} to ${utc(toUs)}`).join(', ')} (fromUs=${parts.map(({ fromUs, toUs }) => `${fromUs}&toUs=${toUs}`).join(', fromUs=')}).`,
  });
}

export const codecName = (codec: VideoCodec): string => ({ h264: 'H.264', h265: 'H.265' })[codec];

const utc = (us: TimeUs): string => new Date(us / 1000).toISOString();

function lookAt({ fromUs, toUs }: Span): TimeUs[] {
  const steps = Math.min(MOST_LOOKS, Math.ceil((toUs - fromUs) / EVERY_US));
  return Array.from({ length: steps + 1 }, (_, i) => (i < steps ? fromUs + Math.floor(((toUs - fromUs) * i) / steps) : toUs - 1));
}

/** What a player gets first that begins there; null: nothing comes. */
async function configAt(sources: readonly FootageSource[], { fromUs, toUs }: Span): Promise<StreamConfig | null> {
  // No more is read than the group of one picture, unless there is none.
  for (const span of [{ fromUs, toUs: Math.min(fromUs + 1, toUs) }, { fromUs, toUs }])
    for await (const { config } of mergedFootage(sources, span)) return config;
  return null;
}

interface Change {
  readonly atUs: TimeUs;
  readonly config: StreamConfig;
}

/** All changes of the codec that halving finds between two places, in order. */
async function changes(sources: readonly FootageSource[], endUs: TimeUs, between: Span, before: StreamConfig | null, after: StreamConfig | null): Promise<readonly Change[]> {
  const { fromUs, toUs } = between;
  // Behind the last footage there is nothing to be changed to; what lies before it may still hold one.
  if (before === null || before.video.codec === after?.video.codec) return [];
  if (toUs - fromUs <= NEAR_US) return after === null ? [] : await firstOther(sources, { fromUs, toUs: endUs }, before);
  const middleUs = fromUs + Math.floor((toUs - fromUs) / 2);
  const middle = await configAt(sources, { fromUs: middleUs, toUs: endUs });
  return [
    ...(await changes(sources, endUs, { fromUs, toUs: middleUs }, before, middle)),
    ...(await changes(sources, endUs, { fromUs: middleUs, toUs }, middle, after)),
  ];
}

async function firstOther(sources: readonly FootageSource[], span: Span, before: StreamConfig): Promise<readonly Change[]> {
  for await (const { config, units } of mergedFootage(sources, span)) {
    const first = units.find(({ track, key }) => track === 'video' && key);
    if (config.video.codec !== before.video.codec && first !== undefined) return [{ atUs: first.timeUs, config }];
  }
  return [];
}
