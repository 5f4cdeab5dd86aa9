/** Footage as fragmented MP4 for a browser (Media Source Extensions) or any player, as it is read. */
import type { TimeUs } from '../../core/units.ts';
import type { FootageBatch, FootageUnit, RingUnit, StreamConfig } from '../contract.ts';
import { codecString } from '../mp4/decoder-config.ts';
import { FragmentWriter, UUID_HEAD } from '../mp4/fragment.ts';
import { initSegment } from '../mp4/movie.ts';
import { sampleEntryType } from '../mp4/sample-entries.ts';
import { chunkLength } from '../mp4/unit-rows.ts';
import { audible } from './audible.ts';
import { sameConfig } from './same-config.ts';

export interface MuxOptions {
  /** Media time zero; the first unit's time unless told. Earlier units are placed at zero. */
  readonly baseUs?: TimeUs;
  /** Leave out what browsers do not play (G.711), and sound that does not come (see audible.ts). */
  readonly forBrowser?: boolean;
}

export type MuxPart =
  | { readonly kind: 'init'; readonly mimeType: string; readonly baseUs: TimeUs; readonly bytes: Uint8Array }
  | { readonly kind: 'fragment'; readonly fromUs: TimeUs; readonly bytes: Uint8Array };

/** An init segment first and whenever the configuration changes (MSE takes it in mid-stream), then fragments. */
export async function* muxParts(batches: AsyncIterable<FootageBatch>, options: MuxOptions = {}): AsyncGenerator<MuxPart> {
  let config: StreamConfig | null = null;
  let writer: FragmentWriter | null = null;
  let baseUs = options.baseUs ?? null;
  for await (const batch of options.forBrowser === true ? audible(batches) : batches) {
    const first = batch.units[0];
    if (first === undefined) continue;
    baseUs ??= first.timeUs;
    if (config === null || writer === null || !sameConfig(config, batch.config)) {
      config = batch.config;
      writer = new FragmentWriter(config, LEAN);
      writer.restart(baseUs);
      yield { kind: 'init', mimeType: mimeType(config), baseUs, bytes: initSegment(config, true) };
    }
    for (const units of splitForPlaying(batch.units))
      yield { kind: 'fragment', fromUs: units[0]?.timeUs ?? baseUs, bytes: fragment(writer, units) };
  }
}

export async function* muxFragmented(batches: AsyncIterable<FootageBatch>, options: MuxOptions = {}): AsyncGenerator<Uint8Array> {
  for await (const part of muxParts(batches, options)) yield part.bytes;
}

/** For `MediaSource.isTypeSupported` and `Content-Type`. */
export function mimeType({ video, audio }: StreamConfig): string {
  const codecs = [codecString(sampleEntryType(video.codec, true), video.parameterSets)];
  if (audio !== undefined) codecs.push({ aac: 'mp4a.40.2', pcmu: 'ulaw', pcma: 'alaw' }[audio.codec]);
  return `video/mp4; codecs="${codecs.join(', ')}"`;
}

/** A stream may last for hours: it follows the drift of the camera's clock, unseen. */
const LEAN = 0.001;

/** A player waits for whole fragments: none is longer than this. */
const FRAGMENT_US = 1_000_000;

function* splitForPlaying(units: readonly FootageUnit[]): Generator<readonly FootageUnit[]> {
  let group: FootageUnit[] = [];
  for (const unit of units) {
    const first = group[0];
    // The picture before a loss lasts until the one behind it, in one fragment.
    const cut = first !== undefined && !isTorn(unit) && ((unit.gapBefore && unit.track === 'video') || unit.timeUs - first.timeUs >= FRAGMENT_US);
    if (cut) {
      yield group;
      group = [];
    }
    group.push(unit);
  }
  if (group.length > 0) yield group;
}

/** Behind a loss, and no key frame: a browser that finds a hole there waits for the next one. */
const isTorn = (unit: FootageUnit): boolean => unit.gapBefore && unit.track === 'video' && !unit.key;

function fragment(writer: FragmentWriter, units: readonly FootageUnit[]): Uint8Array {
  const data = new Map<RingUnit, Uint8Array>();
  for (const unit of units) data.set({ ...unit, start: 0, length: unit.data.length, epoch: 0 }, unit.data);
  writer.rewind();
  // The picture before the loss is given out already: the one behind it takes its place as well.
  const first = units.find(({ track }) => track === 'video');
  const joined = first !== undefined && isTorn(first);
  // The unit rows in front are for the index, not for players.
  const parts: Uint8Array[] = [writer.front([...data.keys()], 0, joined).subarray(UUID_HEAD + chunkLength(units.length))];
  for (const track of writer.ordered) for (const unit of track) parts.push(data.get(unit) ?? new Uint8Array());
  return Buffer.concat(parts);
}
