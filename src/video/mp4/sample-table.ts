/** Sample tables of a whole (not fragmented) track (ISO/IEC 14496-12 §8.6, §8.7). */
import { box, fullBox, u32, u64 } from './box.ts';
import { MOVIE_TIMESCALE } from './movie.ts';

export class SampleTable {
  /** Presentation time of each sample, ticks. */
  readonly times: number[] = [];
  readonly #sizes: number[] = [];
  readonly #keys: number[] = [];
  readonly #chunkOffsets: number[] = [];
  readonly #chunkSamples: number[] = [];

  get count(): number {
    return this.times.length;
  }

  add(time: number, size: number, key: boolean): void {
    this.times.push(time);
    this.#sizes.push(size);
    if (key) this.#keys.push(this.times.length);
  }

  /** The last `samples` samples lie together at `offset` in the file. */
  chunk(offset: number, samples: number): void {
    if (samples === 0) return;
    this.#chunkOffsets.push(offset);
    this.#chunkSamples.push(samples);
  }

  /** `stts`, `ctts`, `stss`, `stsz`, `stsc`, `co64`; and where showing begins in media time. */
  finish(lastDuration: number, allKey: boolean): { readonly tables: Buffer[]; readonly duration: number; readonly delay: number } {
    const decode = this.times.toSorted((a, b) => a - b);
    // Decode times are the times of showing in rising order; `delay` makes every offset ≥ 0.
    const delay = this.times.reduce((most, time, at) => Math.max(most, (decode[at] ?? 0) - time), 0);
    const durations = decode.map((time, at) => (at + 1 < decode.length ? (decode[at + 1] ?? 0) - time : lastDuration));
    const offsets = this.times.map((time, at) => time + delay - (decode[at] ?? 0));
    return {
      tables: [
        fullBox('stts', 0, 0, runs(durations)),
        ...(delay > 0 ? [fullBox('ctts', 0, 0, runs(offsets))] : []),
        ...(allKey ? [] : [fullBox('stss', 0, 0, u32(this.#keys.length), numbers(this.#keys))]),
        ...this.#places(),
      ],
      duration: durations.reduce((sum, one) => sum + one, 0),
      delay,
    };
  }

  #places(): Buffer[] {
    const chunks: number[] = [];
    for (const [at, samples] of this.#chunkSamples.entries())
      if (samples !== this.#chunkSamples[at - 1]) chunks.push(at + 1, samples, 1);
    return [
      fullBox('stsz', 0, 0, u32(0, this.#sizes.length), numbers(this.#sizes)),
      fullBox('stsc', 0, 0, u32(chunks.length / 3), numbers(chunks)),
      fullBox('co64', 0, 0, u32(this.#chunkOffsets.length), ...this.#chunkOffsets.map(u64)),
    ];
  }
}

/** Count and value of each run of equal values, the form of `stts` and `ctts`. */
function runs(values: readonly number[]): Buffer {
  const out: number[] = [];
  for (const value of values) {
    if (out.length > 0 && out.at(-1) === value) out[out.length - 2] = (out.at(-2) ?? 0) + 1;
    else out.push(1, value);
  }
  return Buffer.concat([u32(out.length / 2), numbers(out)]);
}

function numbers(values: readonly number[]): Buffer {
  const out = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) out.writeUInt32BE(value, at * 4);
  return out;
}

/** Shows nothing for `emptyUs`, then the media from tick `from` on (ISO/IEC 14496-12 §8.6.6). */
export function editList(emptyUs: number, from: number, duration: number, timescale: number): Buffer {
  const inMovie = (seconds: number) => Math.round(seconds * MOVIE_TIMESCALE);
  const show = Buffer.concat([u64(inMovie(duration / timescale)), u64(from), u32(0x10000)]);
  if (inMovie(emptyUs / 1e6) === 0) return box('edts', fullBox('elst', 1, 0, u32(1), show));
  const nothing = Buffer.concat([u64(inMovie(emptyUs / 1e6)), u32(0xffffffff, 0xffffffff), u32(0x10000)]);
  return box('edts', fullBox('elst', 1, 0, u32(2), nothing, show));
}
