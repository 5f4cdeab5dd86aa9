/**
 * One camera's memory: the newest units, whole groups of pictures, in a buffer that is laid out once for
 * the most that may come. The machine gives a page of it when it is first written, so the room it takes
 * follows what is kept (arena.ts). Bytes are written here by the depacketisers and read by the fragment
 * writer; there is no copy in between.
 *
 * Rules:
 * - What lies from the reading position on, and what is being appended, is never overwritten.
 * - If there is no room then, video is dropped up to the next key frame and counted; nothing waits.
 * - A video unit that is no key frame is kept only if the one before it was.
 */
import type { FootageBatch, FootageUnit, RingUnit, StreamConfig, UnitBatch } from '../contract.ts';
import type { TimeUs } from '../../core/units.ts';
import { Arena } from './arena.ts';

export interface RingOptions {
  readonly bytes: number;
  /** Part of `bytes` for audio; 0 without audio. */
  readonly audioBytes: number;
  readonly prerollUs: number;
  /** Up to so many bytes it grows by itself, where single pictures need more than was laid out; not at all unless told. */
  readonly mostBytes?: number;
}

type Reading = 'off' | 'on' | 'suspended';

/**
 * A row of each unit is kept besides its bytes, which may be few: three quarters of an hour of a camera that never sends
 * a second key frame. As many fit into a fragment's rows.
 */
const MOST_UNITS = 65_535;

/** A larger ring has room for all that a smaller one kept. */
const never = (): boolean => false;

export class Ring {
  memory: Buffer;
  #video: Arena;
  #audio: Arena;
  #prerollUs: number;
  readonly #mostBytes: number;
  /** Entry `i` (counted from the beginning of time) lies at `i & mask`. */
  #units: (RingUnit | null)[] = Array.from({ length: 256 }, () => null);
  #configs: (StreamConfig | null)[] = Array.from({ length: 256 }, () => null);
  #mask = 255;
  #first = 0;
  #next = 0;
  /** Entry numbers of the video key frames kept. */
  readonly #keys: number[] = [];
  #reading: Reading = 'off';
  /** Next entry to hand out. */
  #position = 0;
  /** First entry of the batch in flight, or -1. */
  #pinned = -1;
  /** The video unit before the next one is kept, so one that refers to it makes sense. */
  #chain = false;
  #overrun = false;
  /** Bytes of the unit under way that had no room. */
  #overrunBytes = 0;
  /** Is it the unit itself that leaves no room, and not what waits to be written? Holds for what refers to it too. */
  #tooLarge = false;
  /** Units between what was handed out last and what will be next never reach the reader: it must be told. */
  #hole = false;
  #nalOffset = 0;
  bytesKept = 0;
  /** Video units that were dropped while they should have been written. */
  dropped = 0;
  /** Those of them that were too large for this memory, or refer to one that was: no disk could have helped. */
  droppedTooLarge = 0;
  /** How many units were too large, written or not, and the bytes of the newest of them. */
  tooLarge = { count: 0, bytes: 0 };

  constructor(options: RingOptions) {
    this.memory = Buffer.allocUnsafeSlow(options.bytes);
    this.#video = new Arena(0, options.bytes - options.audioBytes);
    this.#audio = new Arena(options.bytes - options.audioBytes, options.audioBytes);
    this.#prerollUs = options.prerollUs;
    this.#mostBytes = options.mostBytes ?? options.bytes;
  }

  set prerollUs(value: number) {
    this.#prerollUs = value;
  }

  /**
   * Moves everything into larger memory. A batch in flight keeps the old one alive; units under way
   * and the reading position go along. Smaller sizes are ignored: what is kept is worth more.
   */
  grow(bytes: number, audioBytes: number): void {
    if (bytes <= this.memory.length) return;
    const old = this.memory;
    const open = old.subarray(this.#video.start, this.#video.start + this.#video.length);
    this.memory = Buffer.allocUnsafeSlow(bytes);
    this.#video = new Arena(0, bytes - audioBytes);
    this.#audio = new Arena(bytes - audioBytes, audioBytes);
    for (let at = this.#first; at < this.#next; at += 1) {
      const unit = this.#at(at);
      const arena = unit.track === 'video' ? this.#video : this.#audio;
      arena.reserve(this.memory, unit.length, never);
      old.copy(this.memory, arena.start, unit.start, unit.start + unit.length);
      this.#units[at & this.#mask] = { ...unit, start: arena.start };
      arena.length = unit.length;
      arena.keep();
    }
    this.#video.reserve(this.memory, open.length, never);
    open.copy(this.memory, this.#video.start);
    this.#video.length = open.length;
  }

  /** Memory that was ever written, which is what the machine really gives for it. */
  get usedBytes(): number {
    return this.#video.top - this.#video.base + this.#audio.top - this.#audio.base;
  }

  // --- the unit under way ---

  /** Offset in `memory` and bytes of the video unit under way; may move while it grows. */
  get openStart(): number {
    return this.#video.start;
  }

  get openLength(): number {
    return this.#video.length;
  }

  /** The unit under way has no room: `refuseVideo` is all that can be done with it. */
  get overrun(): boolean {
    return this.#overrun;
  }

  beginNal(): void {
    if (!this.#room(this.#video, 4)) return;
    this.#nalOffset = this.#video.length;
    this.#video.length += 4;
  }

  put(bytes: Buffer, from: number, to: number): void {
    if (!this.#room(this.#video, to - from)) return;
    const arena = this.#video;
    bytes.copy(this.memory, arena.start + arena.length, from, to);
    arena.length += to - from;
  }

  putByte(byte: number): void {
    if (!this.#room(this.#video, 1)) return;
    const arena = this.#video;
    this.memory[arena.start + arena.length] = byte;
    arena.length += 1;
  }

  endNal(): void {
    if (this.#overrun) return;
    const at = this.#video.start + this.#nalOffset;
    this.memory.writeUInt32BE(this.#video.length - this.#nalOffset - 4, at);
  }

  /**
   * A start code (`00 00 01`) lies within a NAL unit of the unit under way: what is behind it becomes a
   * NAL unit of its own. Both are places within the unit: of the NAL unit's length, and of the code.
   */
  splitNal(nal: number, code: number): void {
    const before = this.#video.start;
    const end = nal + 4 + this.memory.readUInt32BE(before + nal);
    let cut = code;
    while (cut > nal + 5 && this.memory[before + cut - 1] === 0) cut -= 1;
    const added = cut + 4 - (code + 3);
    if (added > 0) this.putByte(0);
    if (this.#overrun) return;
    const arena = this.#video;
    const { start } = arena;
    this.memory.copyWithin(start + cut + 4, start + code + 3, start + arena.length - Math.max(0, added));
    if (added < 0) arena.length += added;
    this.memory.writeUInt32BE(cut - nal - 4, start + nal);
    this.memory.writeUInt32BE(end + added - cut - 4, start + cut);
  }

  /** Forgets the video unit under way. */
  abandon(): void {
    this.#video.length = 0;
    this.#overrun = false;
    this.#overrunBytes = 0;
  }

  /** Drops the unit under way for want of room, and with it what refers to it. */
  refuseVideo(): void {
    const { length } = this.#video;
    const isPicture = length > 0 || this.#overrun;
    if (this.#overrun) {
      this.#chain = false;
      if (this.#tooLarge) this.tooLarge = { count: this.tooLarge.count + 1, bytes: length + this.#overrunBytes };
    }
    this.abandon();
    if (this.#reading === 'off' || !isPicture) return;
    this.dropped += 1;
    if (this.#tooLarge) this.droppedTooLarge += 1;
  }

  /** Keeps the unit under way; false if it had no room, or refers to one that had none. */
  keepVideo(unit: Omit<RingUnit, 'start' | 'length'>, config: StreamConfig): boolean {
    const { start, length } = this.#video;
    const hasEntry = this.#hasEntry();
    if (!hasEntry) this.#chain = false;
    if (!hasEntry || this.#overrun || length === 0 || (!unit.key && !this.#chain)) {
      this.refuseVideo();
      return false;
    }
    this.#video.keep();
    if (unit.key) {
      this.#keys.push(this.#next);
      this.#chain = true;
      this.#tooLarge = false;
    }
    this.#push({ ...unit, start, length }, config);
    this.#trim(unit.timeUs);
    return true;
  }

  /** Keeps one audio frame; before the first key frame there is nothing that it could accompany. */
  keepAudio(unit: Omit<RingUnit, 'start' | 'length'>, config: StreamConfig, bytes: Buffer, from: number, to: number): boolean {
    const arena = this.#audio;
    if (to <= from || !this.#hasEntry() || this.#next === this.#first || !arena.reserve(this.memory, to - from, this.#freeOldest)) return false;
    bytes.copy(this.memory, arena.start, from, to);
    arena.length = to - from;
    const start = arena.start;
    arena.keep();
    this.#push({ ...unit, start, length: to - from }, config);
    return true;
  }

  // --- reading ---

  /**
   * Begins to hand out units: from the oldest key frame kept, or from the last one before the place
   * where reading stopped (written twice is fine, a gap is not).
   */
  startReading(): void {
    if (this.#reading === 'on') return;
    if (this.#reading === 'off') {
      const before = this.#position;
      this.#position = this.#keys.findLast((key) => key <= before) ?? this.#keys[0] ?? this.#next;
      this.#hole ||= this.#position > before;
    } else this.#skipToKey();
    if (this.#position === this.#next) this.#chain = false;
    this.#reading = 'on';
  }

  /**
   * What could not be written is lost up to the next key frame; the rest is kept while there is room. `again`: so is
   * the batch in flight, to be handed out once more.
   */
  suspendReading(again = false): void {
    if (again && this.#pinned !== -1) this.#position = this.#pinned;
    this.#reading = 'suspended';
    this.#hole = true;
    this.#skipToKey();
  }

  stopReading(): void {
    this.#reading = 'off';
    if (this.#keys.length === 0) this.#chain = false;
  }

  /** Units waiting to be handed out. */
  get waiting(): number {
    return this.#reading === 'on' ? this.#next - this.#position : 0;
  }

  /** Time between the oldest and the newest waiting unit. */
  get waitingUs(): number {
    if (this.waiting === 0) return 0;
    return this.#at(this.#next - 1).timeUs - this.#at(this.#position).timeUs;
  }

  /**
   * The next batch: one config, about `maxBytes`, and its last frame over (as far as the one before
   * tells) within `maxUs`; a key frame only at its beginning, unless `acrossKeys`. It stays untouched
   * until `settle`. Null if nothing waits.
   */
  gather(maxUs: number, maxBytes: number, acrossKeys = false): UnitBatch | null {
    if (this.waiting === 0 || this.#pinned !== -1) return null;
    const from = this.#position;
    const firstUs = this.#at(from).timeUs;
    const config = this.#configs[from & this.#mask] as StreamConfig;
    const units: RingUnit[] = [];
    let bytes = 0;
    let at = from;
    let pictureUs = firstUs;
    for (; at < this.#next; at += 1) {
      const unit = this.#at(at);
      if (at > from) {
        if ((!acrossKeys && unit.key && unit.track === 'video') || this.#configs[at & this.#mask] !== config) break;
        const frameUs = unit.track === 'video' ? unit.timeUs - pictureUs : 0;
        if (unit.timeUs + frameUs - firstUs > maxUs || bytes + unit.length > maxBytes) break;
      }
      if (unit.track === 'video') pictureUs = unit.timeUs;
      bytes += unit.length;
      units.push(unit);
    }
    this.#pinned = from;
    this.#position = at;
    return { config, memory: this.memory, units: this.#hole ? this.#behindHole(units) : units };
  }

  /** As it was received nothing is missing before it; of what was written there is. Coverage and seams go by this. */
  #behindHole(units: readonly RingUnit[]): readonly RingUnit[] {
    const first = units.findIndex(({ track }) => track === 'video');
    if (first >= 0) this.#hole = false;
    return units.map((unit, at) => (at === first ? { ...unit, gapBefore: true } : unit));
  }

  /**
   * Copies of what was kept since `from` (an answer of before), or from the newest key frame on when that
   * is gone or null; for people who watch. Reading and writing go on untouched.
   */
  tail(from: number | null): { readonly next: number; readonly batches: readonly FootageBatch[] } {
    const newest = this.#keys.at(-1);
    const lost = from === null || from < this.#first;
    if (lost && newest === undefined) return { next: this.#next, batches: [] };
    const batches: { config: StreamConfig; units: FootageUnit[] }[] = [];
    for (let at = lost ? (newest ?? this.#next) : from; at < this.#next; at += 1) {
      const { start, length, ...row } = this.#at(at);
      const config = this.#configs[at & this.#mask] as StreamConfig;
      if (batches.at(-1)?.config !== config) batches.push({ config, units: [] });
      batches.at(-1)?.units.push({ ...row, data: Uint8Array.from(this.memory.subarray(start, start + length)) });
    }
    return { next: this.#next, batches };
  }

  /** The append of the batch is over: its memory may be used again. */
  settle(): void {
    this.#pinned = -1;
  }

  /** What is kept and begins with a key frame. */
  span(): { readonly fromUs: TimeUs; readonly toUs: TimeUs } | null {
    const key = this.#keys[0];
    if (key === undefined) return null;
    return { fromUs: this.#at(key).timeUs, toUs: this.#at(this.#next - 1).timeUs };
  }

  // --- inside ---

  /** Units without the key frame before them are of no use in a file: they count as dropped. */
  #skipToKey(): void {
    const target = this.#keys.find((key) => key >= this.#position) ?? this.#next;
    for (let at = Math.max(this.#position, this.#first); at < target; at += 1) if (this.#at(at).track === 'video') this.dropped += 1;
    this.#position = target;
  }

  #at(index: number): RingUnit {
    return this.#units[index & this.#mask] as RingUnit;
  }

  #room(arena: Arena, more: number): boolean {
    if (this.#overrun) {
      this.#overrunBytes += more;
      return false;
    }
    const grows = this.#mayGrowFor(arena.length + more);
    // Larger memory rather than less pre-roll: nobody else has that.
    if (arena.reserve(this.memory, more, grows && this.#prerollUs > 0 ? never : this.#freeOldest)) return true;
    if (grows) {
      this.grow(Math.min(this.#mostBytes, 2 * this.memory.length), 2 * (this.#audio.limit - this.#audio.base));
      return this.#room(this.#video, more);
    }
    this.#overrun = true;
    this.#overrunBytes = more;
    this.#tooLarge = 2 * (arena.length + more) > arena.limit - arena.base;
    return false;
  }

  /** Room for one picture, for the one before it that is being written, and for the next. A slow disk alone is no reason. */
  #mayGrowFor(picture: number): boolean {
    const { length } = this.memory;
    return 3 * picture >= length && length < this.#mostBytes;
  }

  #hasEntry(): boolean {
    return this.#next - this.#first < MOST_UNITS || this.#freeOldest();
  }

  #push(unit: RingUnit, config: StreamConfig): void {
    if (this.#next - this.#first > this.#mask) this.#growTable();
    this.#units[this.#next & this.#mask] = unit;
    this.#configs[this.#next & this.#mask] = config;
    this.#next += 1;
    this.bytesKept += unit.length;
  }

  /** Entries that must stay: being appended, or not yet handed out. */
  #protectedFrom(): number {
    if (this.#pinned !== -1) return this.#pinned;
    return this.#reading === 'on' ? this.#position : this.#next;
  }

  /** Lets go of the oldest group of pictures, or of as much of it as may go. */
  readonly #freeOldest = (): boolean => {
    const stop = this.#protectedFrom();
    if (this.#first >= stop) return false;
    do this.#freeOne();
    while (this.#first < stop && this.#keys[0] !== this.#first && this.#keys.length > 0);
    // Without its key frame the rest of a group is of no use to a pre-roll, and what is still to come neither.
    if (this.#keys.length === 0 && this.#reading !== 'on') {
      while (this.#first < stop) this.#freeOne();
      this.#chain = false;
    }
    return true;
  };

  #freeOne(): void {
    const index = this.#first;
    const unit = this.#at(index);
    this.#units[index & this.#mask] = null;
    this.#configs[index & this.#mask] = null;
    this.#first += 1;
    this.bytesKept -= unit.length;
    if (this.#keys[0] === index) this.#keys.shift();
    if (this.#reading === 'suspended' && index >= this.#position && unit.track === 'video') this.dropped += 1;
    const arena = unit.track === 'video' ? this.#video : this.#audio;
    arena.free(this.#nextStart(unit.track));
  }

  /** Where the oldest remaining unit of a track begins. */
  #nextStart(track: 'video' | 'audio'): number | null {
    for (let at = this.#first; at < this.#next; at += 1) {
      const unit = this.#at(at);
      if (unit.track === track) return unit.start;
    }
    return null;
  }

  /** Keeps no more than the pre-roll asks for: from the last key frame that is old enough. */
  #trim(newestUs: TimeUs): void {
    const stop = this.#protectedFrom();
    for (;;) {
      const second = this.#keys[1];
      if (second === undefined || second > stop || this.#at(second).timeUs > newestUs - this.#prerollUs) return;
      while (this.#first < second) this.#freeOne();
    }
  }

  #growTable(): void {
    const size = 2 * (this.#mask + 1);
    const units: (RingUnit | null)[] = Array.from({ length: size }, () => null);
    const configs: (StreamConfig | null)[] = Array.from({ length: size }, () => null);
    for (let at = this.#first; at < this.#next; at += 1) {
      units[at & (size - 1)] = this.#at(at);
      configs[at & (size - 1)] = this.#configs[at & this.#mask] ?? null;
    }
    this.#units = units;
    this.#configs = configs;
    this.#mask = size - 1;
  }
}
