import { loadAac } from './clips.ts';
import { PacketBuilder, type PacketRun } from './packets.ts';

/** One audio stream; packet m is captured at m × samples / clockRate seconds after 1970. */
export interface Sound {
  readonly payloadType: number;
  readonly clockRate: number;
  /** Samples per packet. */
  readonly samples: number;
  /** Lines of the SDP media section between `m=` and `a=control`. */
  readonly sdp: readonly string[];
  packet(m: number): PacketRun;
}

export type SoundCodec = 'aac' | 'pcmu' | 'pcma';

const sounds = new Map<SoundCodec, Sound>();

export function soundOf(codec: SoundCodec): Sound {
  let sound = sounds.get(codec);
  if (!sound) {
    sound = codec === 'aac' ? aacSound() : g711Sound(codec);
    sounds.set(codec, sound);
  }
  return sound;
}

/** AAC-LC, 16 kHz, mono; one frame per packet, AAC-hbr (RFC 3640 3.3.6). */
function aacSound(): Sound {
  const loop = loadAac().map((frame) => {
    const packet = new PacketBuilder(97);
    const header = Buffer.alloc(4);
    header.writeUInt16BE(16, 0);
    header.writeUInt16BE(frame.length << 3, 2);
    packet.add(true, header, frame);
    return packet.done();
  });
  return {
    payloadType: 97,
    clockRate: 16_000,
    samples: 1024,
    sdp: [
      'a=rtpmap:97 MPEG4-GENERIC/16000/1',
      'a=fmtp:97 streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=1408',
    ],
    packet: (m) => loop[m % loop.length]!,
  };
}

/** G.711 at 8 kHz, 20 ms per packet: every second begins with a beep, one tone higher than the last. */
function g711Sound(codec: 'pcmu' | 'pcma'): Sound {
  const payloadType = codec === 'pcmu' ? 0 : 8;
  const code = codec === 'pcmu' ? muLaw : aLaw;
  const loop = Array.from({ length: 400 }, (_unused, m) => {
    const packet = new PacketBuilder(payloadType);
    packet.add(false, Uint8Array.from({ length: 160 }, (_none, i) => code(tone((m * 160 + i) / 8000))));
    return packet.done();
  });
  return {
    payloadType,
    clockRate: 8000,
    samples: 160,
    sdp: [`a=rtpmap:${payloadType} ${codec.toUpperCase()}/8000`],
    packet: (m) => loop[m % loop.length]!,
  };
}

/** A 16-bit sample at `t` seconds into the loop. */
function tone(t: number): number {
  const loud = t % 1 < 0.25 ? 9000 * Math.sin(2 * Math.PI * (400 + 100 * Math.floor(t)) * t) : 0;
  return Math.round(loud + 300 * Math.sin(2 * Math.PI * 100 * t));
}

/** ITU-T G.711 µ-law of a 16-bit sample. */
export function muLaw(sample: number): number {
  const magnitude = Math.min(Math.abs(sample), 32_635) + 132;
  const segment = Math.floor(Math.log2(magnitude)) - 7;
  const step = (magnitude >> (segment + 3)) & 0x0f;
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | step) & 0xff;
}

/** ITU-T G.711 A-law of a 16-bit sample. */
export function aLaw(sample: number): number {
  const magnitude = Math.min(sample < 0 ? -sample - 1 : sample, 32_767) >> 3;
  const segment = magnitude < 32 ? 0 : Math.floor(Math.log2(magnitude)) - 4;
  const step = (magnitude >> (segment === 0 ? 1 : segment)) & 0x0f;
  return ((sample < 0 ? 0 : 0x80) | (segment << 4) | step) ^ 0x55;
}
