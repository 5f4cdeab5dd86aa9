/**
 * How footage and index rows travel in the body of a bulk answer (`footage.read`, `footage.rows`): a
 * row of records, each `u32 header bytes, u32 data bytes, header (JSON), data`, numbers big-endian.
 * A batch's header names its stream config only when it changed; bytes (parameter sets, audio config,
 * then the units in order) lie in the data part, so nothing is encoded twice.
 */
import { z } from 'zod';
import type { UnitRow } from '../core/units.ts';
import { UnderstudyError } from './errors.ts';

/** Same shape as the video engine's `StreamConfig`. */
export interface WireConfig {
  readonly version: number;
  readonly video: {
    readonly codec: 'h264' | 'h265';
    readonly parameterSets: readonly Uint8Array[];
    readonly width: number;
    readonly height: number;
    readonly clockRate: number;
  };
  readonly audio?: {
    readonly codec: 'aac' | 'pcmu' | 'pcma';
    readonly clockRate: number;
    readonly channels: number;
    readonly config?: Uint8Array;
  };
}
export type WireUnit = UnitRow & { readonly data: Uint8Array };
/** Same shape as the video engine's `FootageBatch`. */
export interface WireBatch {
  readonly config: WireConfig;
  readonly units: readonly WireUnit[];
}

/** A larger record is a defect of the sender (a batch is a few seconds at most). */
const maxRecordBytes = 256 * 1024 * 1024;

const count = z.int().nonnegative();
const wireRow = z.tuple([
  z.enum(['v', 'a']),
  z.number(), // rtpTime
  z.int(), // timeUs
  z.union([z.literal(0), z.literal(1)]), // key
  count, // vclBytes
  count, // vclCrc
  z.union([z.literal(0), z.literal(1)]), // gapBefore
]);
const wireConfig = z.object({
  version: z.int(),
  video: z.object({ codec: z.enum(['h264', 'h265']), sets: z.array(count).max(64), width: count, height: count, clockRate: z.int().positive() }),
  audio: z.object({ codec: z.enum(['aac', 'pcmu', 'pcma']), clockRate: z.int().positive(), channels: count, config: count.optional() }).optional(),
});
const rowsHeader = z.object({ rows: z.array(wireRow) });
const batchHeader = z.object({ config: wireConfig.optional(), rows: z.array(wireRow), sizes: z.array(count) });

const toWire = (row: UnitRow): z.infer<typeof wireRow> => [
  row.track === 'video' ? 'v' : 'a',
  row.rtpTime,
  row.timeUs,
  row.key ? 1 : 0,
  row.vclBytes,
  row.vclCrc,
  row.gapBefore ? 1 : 0,
];
const fromWire = (row: z.infer<typeof wireRow>): UnitRow => ({
  track: row[0] === 'v' ? 'video' : 'audio',
  rtpTime: row[1],
  timeUs: row[2],
  key: row[3] === 1,
  vclBytes: row[4],
  vclCrc: row[5],
  gapBefore: row[6] === 1,
});

export async function* encodeRows(pages: AsyncIterable<readonly UnitRow[]>): AsyncIterable<Uint8Array> {
  for await (const page of pages) yield* record({ rows: page.map(toWire) }, []);
}

export async function* decodeRows(body: AsyncIterable<Uint8Array>): AsyncIterable<readonly UnitRow[]> {
  for await (const { header } of records(body)) yield parse(rowsHeader, header).rows.map(fromWire);
}

export async function* encodeBatches(batches: AsyncIterable<WireBatch>): AsyncIterable<Uint8Array> {
  let told: WireConfig | null = null;
  for await (const { config, units: all } of batches)
    for (const units of inParts(all)) {
      const news = told !== config;
      told = config;
      const bytes = [...(news ? configBytes(config) : []), ...units.map((unit) => unit.data)];
      const header = { rows: units.map(toWire), sizes: units.map((unit) => unit.data.length), ...(news ? { config: describe(config) } : {}) };
      yield* record(header, bytes);
    }
}

/** A record is of use once all of it is there: at a low rate megabytes take minutes, and are lost when the connection is. */
const partBytes = 256 * 1024;

function* inParts(units: readonly WireUnit[]): Iterable<readonly WireUnit[]> {
  let from = 0;
  let bytes = 0;
  for (const [at, { data }] of units.entries()) {
    if (at > from && bytes + data.length > partBytes) {
      yield units.slice(from, at);
      from = at;
      bytes = 0;
    }
    bytes += data.length;
  }
  yield units.slice(from);
}

export async function* decodeBatches(body: AsyncIterable<Uint8Array>): AsyncIterable<WireBatch> {
  let config: WireConfig | null = null;
  for await (const { header, data } of records(body)) {
    const batch = parse(batchHeader, header);
    let at = 0;
    const cut = (size: number): Uint8Array => {
      if (at + size > data.length) throw wrong('A batch is shorter than its header says.');
      return data.subarray(at, (at += size));
    };
    if (batch.config !== undefined) config = build(batch.config, cut);
    if (config === null) throw wrong('A batch comes before its stream config.');
    if (batch.rows.length !== batch.sizes.length) throw wrong('A batch has not one size per unit.');
    yield { config, units: batch.rows.map((row, index) => ({ ...fromWire(row), data: cut(batch.sizes[index] ?? 0) })) };
  }
}

function configBytes(config: WireConfig): Uint8Array[] {
  return [...config.video.parameterSets, ...(config.audio?.config === undefined ? [] : [config.audio.config])];
}

function describe(config: WireConfig): z.infer<typeof wireConfig> {
  const { video, audio } = config;
  return {
    version: config.version,
    video: { codec: video.codec, sets: video.parameterSets.map((set) => set.length), width: video.width, height: video.height, clockRate: video.clockRate },
    ...(audio === undefined
      ? {}
      : {
          audio: {
            codec: audio.codec,
            clockRate: audio.clockRate,
            channels: audio.channels,
            ...(audio.config === undefined ? {} : { config: audio.config.length }),
          },
        }),
  };
}

function build(wire: z.infer<typeof wireConfig>, cut: (size: number) => Uint8Array): WireConfig {
  const { sets, ...video } = wire.video;
  const parameterSets = sets.map((size) => new Uint8Array(cut(size)));
  if (wire.audio === undefined) return { version: wire.version, video: { ...video, parameterSets } };
  const { config, ...audio } = wire.audio;
  return { version: wire.version, video: { ...video, parameterSets }, audio: { ...audio, ...(config === undefined ? {} : { config: new Uint8Array(cut(config)) }) } };
}

function* record(header: object, bytes: readonly Uint8Array[]): Iterable<Uint8Array> {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const head = new Uint8Array(8 + text.length);
  const view = new DataView(head.buffer);
  view.setUint32(0, text.length);
  view.setUint32(
    4,
    bytes.reduce((sum, part) => sum + part.length, 0),
  );
  head.set(text, 8);
  yield head;
  for (const part of bytes) if (part.length > 0) yield part;
}

async function* records(body: AsyncIterable<Uint8Array>): AsyncIterable<{ readonly header: unknown; readonly data: Uint8Array }> {
  const parts: Uint8Array[] = [];
  let have = 0;
  let need = 8;
  for await (const part of body) {
    parts.push(part);
    have += part.length;
    while (have >= need) {
      const all = join(parts.splice(0), have);
      const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
      const headerBytes = view.getUint32(0);
      const total = 8 + headerBytes + view.getUint32(4);
      if (total > maxRecordBytes) throw wrong('A record is larger than allowed.');
      need = total;
      if (have >= total) {
        yield { header: json(all.subarray(8, 8 + headerBytes)), data: all.subarray(8 + headerBytes, total) };
        have -= total;
        need = 8;
      }
      if (have > 0) parts.push(all.subarray(all.length - have));
    }
  }
  if (have > 0) throw wrong('The footage ends in the middle of a record.');
}

function join(parts: readonly Uint8Array[], bytes: number): Uint8Array {
  if (parts.length === 1 && parts[0] !== undefined) return parts[0];
  const all = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function json(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new UnderstudyError('link.protocol', 'A footage header is not JSON.', { cause: error });
  }
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw wrong(`A footage header does not fit: ${parsed.error.issues[0]?.path.join('.') ?? ''}.`);
}

const wrong = (text: string): UnderstudyError => new UnderstudyError('link.protocol', text);
