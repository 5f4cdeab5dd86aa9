/** Makes units of one session's audio packets and keeps them in the ring. */
import { crc32 } from 'node:zlib';
import type { StreamConfig } from '../contract.ts';
import { AacDepacketiser, aacFrameTicks } from '../rtsp/aac.ts';
import { RtpReceiver, TimestampUnwrapper } from '../rtsp/rtp.ts';
import type { AudioDescription } from '../rtsp/sdp.ts';
import { SoundClock } from './sound-clock.ts';
import type { Ring } from './ring.ts';
import type { StreamTime } from './stream-time.ts';

export interface AudioReceiverOptions {
  readonly description: AudioDescription;
  readonly ring: Ring;
  readonly time: StreamTime;
  /** Config of the video that the audio goes with; null while there is none. */
  config(): StreamConfig | null;
}

export class AudioReceiver {
  readonly rtp = new RtpReceiver();
  readonly #options: AudioReceiverOptions;
  readonly #unwrapper = new TimestampUnwrapper();
  readonly #aac: AacDepacketiser | null;
  readonly #clock = new SoundClock();
  readonly #frameTicks: number;
  #gap = false;
  #told = 0;
  #missing = 0;
  #lostSeen = 0;
  #restarted = false;
  /** Time of the packet's first frame, and how many of its frames came. */
  #packetTime = 0;
  #frames = 0;
  #nowUs = 0;

  constructor(options: AudioReceiverOptions) {
    this.#options = options;
    const { description } = options;
    this.#frameTicks = aacFrameTicks(description);
    this.#aac =
      description.codec === 'aac'
        ? new AacDepacketiser(description, (bytes, from, to) => this.#frame(bytes, from, to))
        : null;
  }

  packet(bytes: Buffer, start: number, end: number, nowUs: number): void {
    const rtp = this.rtp;
    if (!rtp.parse(bytes, start, end, this.#options.description.payloadType)) return;
    this.#missing += rtp.lost - this.#lostSeen;
    this.#lostSeen = rtp.lost;
    this.#restarted ||= rtp.restarted;
    if (rtp.restarted) this.#unwrapper.reset();
    if (rtp.gap) {
      this.#gap = true;
      this.#aac?.gap();
    }
    this.#told = this.#unwrapper.unwrap(rtp.timestamp);
    this.#frames = 0;
    this.#nowUs = nowUs;
    if (this.#aac === null) this.#frame(bytes, rtp.payloadStart, rtp.payloadEnd);
    else if (!this.#aac.payload(bytes, rtp.payloadStart, rtp.payloadEnd)) this.#gap = true;
  }

  #frame(bytes: Buffer, from: number, to: number): void {
    const at = this.#aac === null ? from : behindAdts(bytes, from, to);
    const ticks = this.#ticks(to - at);
    if (this.#frames === 0) {
      this.#packetTime = this.#clock.next(this.#told, this.#missing, this.#restarted);
      this.#missing = 0;
      this.#restarted = false;
    }
    const rtpTime = this.#packetTime + this.#frames * ticks;
    this.#frames += 1;
    this.#clock.lasts(ticks);
    const config = this.#options.config();
    if (config !== null && to > at) this.#keep(config, rtpTime, bytes, at, to);
  }

  /** How long a frame lasts; G.711 has a byte for each sample of each channel. */
  #ticks(length: number): number {
    const { description } = this.#options;
    return this.#aac === null ? Math.floor(length / Math.max(1, description.channels)) : this.#frameTicks;
  }

  #keep(config: StreamConfig, rtpTime: number, bytes: Buffer, from: number, to: number): void {
    const at = this.#options.time.audio(rtpTime, this.#nowUs);
    const vclCrc = crc32(bytes.subarray(from, to));
    const unit = { track: 'audio' as const, ...at, key: true, vclBytes: to - from, vclCrc, gapBefore: this.#gap };
    this.#gap = !this.#options.ring.keepAudio(unit, config, bytes, from, to);
  }
}

/** Some cameras leave the head that their files have (ADTS, ISO 13818-7 §6.2) on each frame. No raw frame begins so. */
function behindAdts(bytes: Buffer, from: number, to: number): number {
  if (to - from <= 9 || bytes[from] !== 0xff || ((bytes[from + 1] as number) & 0xf6) !== 0xf0) return from;
  const length = (bytes.readUInt32BE(from + 3) >> 13) & 0x1fff;
  return length === to - from ? from + (((bytes[from + 1] as number) & 1) === 1 ? 7 : 9) : from;
}
