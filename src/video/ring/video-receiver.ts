/**
 * Makes access units of one session's video packets and keeps them in the ring.
 *
 * A unit ends where the RTP timestamp changes, and also at the marker bit once the camera has shown
 * that its markers are true: some set it on every slice, some never. A unit with a lost packet is
 * dropped and the next one kept is marked `gapBefore`; nothing is glued together.
 */
import { crc32 } from 'node:zlib';
import type { StreamConfig } from '../contract.ts';
import { H264Depacketiser } from '../rtsp/h264.ts';
import { H265Depacketiser } from '../rtsp/h265.ts';
import type { VideoDepacketiser } from '../rtsp/nal-sink.ts';
import { type NalRules, nalRules } from '../rtsp/nal-types.ts';
import { recoveryPoint } from '../rtsp/recovery-point.ts';
import { ppsOfSlice } from '../rtsp/set-ids.ts';
import { type ConfigMaker, ParameterSets } from '../rtsp/parameter-sets.ts';
import { RtpReceiver, TimestampUnwrapper } from '../rtsp/rtp.ts';
import type { VideoDescription } from '../rtsp/sdp.ts';
import type { Ring } from './ring.ts';
import type { StreamTime } from './stream-time.ts';

/** So many units must end as their markers say before markers are believed. */
const UNITS_TO_TRUST_MARKER = 8;
/** So long without a key frame, a refresh that takes several pictures is taken for one. */
const NO_KEY_US = 2_500_000;

const START_CODE = Buffer.from([0, 0, 1]);
/** Slices as small as a packet make thousands of NAL units of a large picture; more are none of an encoder's. */
const MOST_NALS = 65_536;
/** NAL units in one: each is moved by a byte, with all behind it. */
const MOST_GLUED = 64;

/** What a finished unit holds. */
interface Found {
  readonly key: boolean;
  readonly vclBytes: number;
  readonly vclCrc: number;
  /** The PPS that the picture refers to; told of key frames. */
  readonly pps: number | null;
}

/** What is still missing before the first picture can be kept. */
export type Lacking = 'packets' | 'described packets' | 'pictures' | 'plain packets' | 'whole pictures' | 'key frame' | 'parameter sets' | 'smaller pictures' | null;

export interface VideoReceiverOptions {
  readonly description: VideoDescription;
  readonly audio: StreamConfig['audio'] | undefined;
  readonly ring: Ring;
  readonly configs: ConfigMaker;
  readonly time: StreamTime;
  /** Called for each unit kept. */
  kept(key: boolean, timeUs: number, bytes: number, config: StreamConfig): void;
}

export class VideoReceiver {
  readonly rtp = new RtpReceiver();
  /** Units dropped because packets were missing or malformed. */
  damaged = 0;
  config: StreamConfig | null = null;
  readonly #options: VideoReceiverOptions;
  readonly #ring: Ring;
  readonly #rules: NalRules;
  readonly #depacketiser: VideoDepacketiser;
  readonly #sets: ParameterSets;
  readonly #unwrapper = new TimestampUnwrapper();
  #open = false;
  #timestamp = -1;
  #arrivalUs = 0;
  #damaged = false;
  #mayLackStart = false;
  #gap = true;
  #needKey = true;
  #sawMarker = false;
  #interleaved = false;
  /** The first slice of the unit under way came. */
  #sawFirst = false;
  /** Pictures were seen that share a timestamp. */
  #shared = false;
  #trust = 0;
  #lastKeyUs = Number.NEGATIVE_INFINITY;
  /** B slices were seen: pictures are shown in another order than they come. */
  #reorders = false;
  lacking: Lacking = 'packets';

  constructor(options: VideoReceiverOptions) {
    this.#options = options;
    this.#ring = options.ring;
    const { codec, clockRate, parameterSets, numbered } = options.description;
    this.#rules = nalRules[codec];
    this.#depacketiser = codec === 'h264' ? new H264Depacketiser(options.ring) : new H265Depacketiser(options.ring, numbered);
    this.#sets = new ParameterSets(codec, clockRate, parameterSets);
    options.ring.abandon();
  }

  packet(bytes: Buffer, start: number, end: number, nowUs: number): void {
    const rtp = this.rtp;
    if (!rtp.parse(bytes, start, end, this.#options.description.payloadType)) {
      if (rtp.received === 0) this.lacking = 'described packets';
      return;
    }
    // Until one is over: there are pictures that never are.
    if (this.lacking === 'packets' || this.lacking === 'described packets') this.lacking = 'whole pictures';
    if (rtp.gap) this.#missing(rtp.timestamp, rtp.restarted);
    const begins = this.#depacketiser.begins(bytes, rtp.payloadStart, rtp.payloadEnd);
    if (rtp.timestamp !== this.#timestamp) {
      this.#finish();
      this.#begin(rtp.timestamp, nowUs);
    } else if (this.#sawFirst && this.#sets.progressive && this.#isAnother(begins)) {
      // Another picture under the same timestamp: those are too coarse, or stand still. Two fields are one picture.
      this.#shared ||= begins === 'picture';
      this.#finish();
      this.#begin(rtp.timestamp, nowUs);
    } else if (!this.#open) {
      // The unit was over, said its marker, and it goes on all the same.
      if (this.#trust >= UNITS_TO_TRUST_MARKER) this.#distrust();
      return;
    }
    if (begins === 'picture') this.#sawFirst = true;
    // Known before their unit is over: they tell where it is.
    if (begins === 'front' && !this.#options.description.numbered) this.#sets.note(bytes, rtp.payloadStart, rtp.payloadEnd);
    if (this.#sawMarker) this.#trust = Number.NEGATIVE_INFINITY;
    if (!this.#depacketiser.payload(bytes, rtp.payloadStart, rtp.payloadEnd)) {
      this.#damaged = true;
      this.#interleaved ||= this.#depacketiser.interleaves(bytes, rtp.payloadStart, rtp.payloadEnd);
    }
    if (!rtp.marker) return;
    this.#sawMarker = true;
    if (this.#trust >= UNITS_TO_TRUST_MARKER) this.#finish();
  }

  /** What stands in front of a picture begins another one, but in streams that put it between the slices of one. */
  #isAnother(begins: 'picture' | 'front' | 'nothing'): boolean {
    return begins === 'picture' || (begins === 'front' && (this.#shared || !this.#open));
  }

  /** The session is over: what is incomplete will not be completed. */
  end(): void {
    this.#ring.abandon();
    this.#open = false;
  }

  #begin(timestamp: number, nowUs: number): void {
    this.#open = true;
    this.#timestamp = timestamp;
    this.#arrivalUs = nowUs;
    this.#sawMarker = false;
    this.#sawFirst = false;
  }

  #missing(timestamp: number, restarted: boolean): void {
    this.#gap = true;
    // The end of the unit under way is missing, or something in its middle.
    if (this.#open) this.#damaged = true;
    if (timestamp !== this.#timestamp || !this.#open) {
      this.#finish();
      this.#mayLackStart = true;
    }
    if (!restarted) return;
    this.#unwrapper.reset();
    this.#needKey = true;
    this.#options.time.newEpoch();
  }

  #distrust(): void {
    this.#trust = Number.NEGATIVE_INFINITY;
    this.#gap = true;
    this.damaged += 1;
  }

  #finish(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#depacketiser.endUnit();
    if (this.#sawMarker) this.#trust += 1;
    const lacksStart = this.#mayLackStart;
    this.#mayLackStart = false;
    if (this.#damaged) {
      this.#damaged = false;
      this.#drop();
      return;
    }
    this.#keep(lacksStart);
  }

  #drop(): void {
    if (this.#interleaved) this.lacking = 'plain packets';
    else if (this.lacking === 'pictures') this.lacking = 'whole pictures';
    this.#ring.abandon();
    this.#gap = true;
    this.damaged += 1;
  }

  #keep(lacksStart: boolean): void {
    const ring = this.#ring;
    const found = this.#inspect(lacksStart);
    if (found === null) {
      this.#drop();
      return;
    }
    if (ring.overrun) {
      const before = ring.tooLarge.count;
      ring.refuseVideo();
      this.#gap = true;
      if (ring.tooLarge.count > before) this.lacking = 'smaller pictures';
      return;
    }
    // Parameter sets alone make no picture; they count with the next key frame.
    if (found.vclBytes === 0) {
      if (this.lacking === 'whole pictures' && this.damaged === 0) this.lacking = 'pictures';
      ring.abandon();
      return;
    }
    const { time, configs, audio } = this.#options;
    const reorders = this.#reorders || this.#sets.reorders;
    const at = time.video(this.#unwrapper.unwrap(this.#timestamp), this.#arrivalUs, found.key, reorders);
    if (found.key) {
      const video = found.pps === null ? null : this.#sets.video(found.pps);
      this.config = video === null ? null : configs.make(video, audio);
    }
    if (this.config === null || (this.#needKey && !found.key)) {
      // Key frames that are too large are not lacking: that is what a person must hear.
      if (found.key || this.lacking !== 'smaller pictures') this.lacking = found.key ? 'parameter sets' : 'key frame';
      this.#gap = true;
      ring.abandon();
      return;
    }
    this.#needKey = false;
    if (found.key) this.#lastKeyUs = this.#arrivalUs;
    const bytes = ring.openLength;
    const unit = { track: 'video' as const, ...at, key: found.key, vclBytes: found.vclBytes, vclCrc: found.vclCrc, gapBefore: this.#gap };
    // What the ring had no room for is missing before the next unit too.
    this.#gap = !ring.keepVideo(unit, this.config);
    if (this.#gap) return;
    this.lacking = null;
    this.#options.kept(found.key, at.timeUs, bytes, this.config);
  }

  /** Walks over the NAL units of the finished unit. Null if its first slice is missing, or it is none of an encoder's. */
  #inspect(lacksStart: boolean): Found | null {
    const ring = this.#ring;
    const rules = this.#rules;
    let key = false;
    let vclBytes = 0;
    let vclCrc = 0;
    let first = -1;
    let firstEnd = -1;
    let nals = 0;
    let glued = 0;
    for (let offset = 0; offset + 4 < ring.openLength; ) {
      if (this.#splitGlued(offset)) glued += 1;
      nals += 1;
      if (nals > MOST_NALS || glued > MOST_GLUED) return null;
      const { memory, openStart } = ring;
      const from = openStart + offset + 4;
      const to = from + memory.readUInt32BE(openStart + offset);
      // Only an overrun leaves a length unwritten; the ring drops that unit itself.
      if (to <= from || to > openStart + ring.openLength) break;
      const type = rules.type(memory[from] as number);
      if (rules.isVcl(type)) {
        const slice = memory[from + rules.headerBytes] as number;
        // first_mb_in_slice = 0, first_slice_segment_in_pic_flag = 1: both are a first bit of 1.
        if (vclBytes === 0 && lacksStart && (slice & 0x80) === 0) return null;
        if (vclBytes === 0) [first, firstEnd] = [offset + 4, to - openStart];
        if (vclBytes === 0 && rules.headerBytes === 1) this.#reorders ||= isBSlice(slice);
        key ||= rules.isKey(type);
        vclBytes += to - from;
        vclCrc = crc32(memory.subarray(from, to), vclCrc);
      } else if (rules.isParameterSet(type)) this.#sets.note(memory, from, to);
      else if (rules.isSei(type)) key ||= this.#isEntry(memory, from, to);
      offset = to - openStart;
    }
    const pps = key && first >= 0 ? ppsOfSlice(this.#options.description.codec, ring.memory, ring.openStart + first, ring.openStart + firstEnd) : null;
    return { key, vclBytes, vclCrc, pps };
  }

  /**
   * Some encoders send parameter sets and the picture behind them as one NAL unit, start codes in
   * between. Looked for where no slice begins: slices are large, and sent alone. True: it was two.
   */
  #splitGlued(offset: number): boolean {
    const { memory, openStart, openLength } = this.#ring;
    const from = openStart + offset + 4;
    const to = from + memory.readUInt32BE(openStart + offset);
    if (to > openStart + openLength || this.#rules.isVcl(this.#rules.type(memory[from] as number))) return false;
    const code = memory.subarray(from, to).indexOf(START_CODE);
    if (code <= 0 || from + code + 3 >= to) return false;
    this.#ring.splitNal(offset, offset + 4 + code);
    return true;
  }

  /**
   * A recovery point counts as a key frame where it is an I picture (open groups), and where nothing
   * better comes: streams that refresh bit by bit have no IDR after their first, or none at all.
   */
  #isEntry(memory: Buffer, from: number, to: number): boolean {
    const pictures = recoveryPoint(this.#options.description.codec, memory, from, to);
    return pictures !== null && (pictures === 0 || this.#arrivalUs - this.#lastKeyUs >= NO_KEY_US);
  }
}

/** H.264 §7.3.3 behind `first_mb_in_slice` = 0 (one bit): slice_type 1 is `010`, 6 is `00111`. */
function isBSlice(first: number): boolean {
  return (first & 0xf0) === 0xa0 || (first & 0xfc) === 0x9c;
}
