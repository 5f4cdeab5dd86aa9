/** Sample entries (ISO/IEC 14496-12 §8.5.2, 14496-14, 14496-15; QuickTime for G.711). */
import type { StreamConfig } from '../contract.ts';
import { box, fullBox, text, u16, u32, u8 } from './box.ts';
import { avcC, hvcC } from './decoder-config.ts';

/**
 * `avc3`/`hev1` allow parameter sets in band, which cameras send; `avc1`/`hvc1` (every player knows
 * them) do not, so a writer of those must take them out.
 */
export type SampleEntryType = 'avc1' | 'avc3' | 'hvc1' | 'hev1';

export function sampleEntryType(codec: 'h264' | 'h265', inBand: boolean): SampleEntryType {
  if (codec === 'h264') return inBand ? 'avc3' : 'avc1';
  return inBand ? 'hev1' : 'hvc1';
}

export function videoSampleEntry(type: SampleEntryType, video: StreamConfig['video']): Buffer {
  const config =
    video.codec === 'h264' ? avcC(video.parameterSets) : hvcC(video.parameterSets, type === 'hvc1');
  return box(
    type,
    u8(0, 0, 0, 0, 0, 0),
    u16(1),
    u32(0, 0, 0, 0),
    u16(video.width, video.height),
    u32(0x480000, 0x480000, 0),
    u16(1),
    Buffer.alloc(32),
    u16(0x18, 0xffff),
    config,
  );
}

export function audioSampleEntry(audio: NonNullable<StreamConfig['audio']>): Buffer {
  const type = { aac: 'mp4a', pcmu: 'ulaw', pcma: 'alaw' }[audio.codec];
  const parts = [
    u8(0, 0, 0, 0, 0, 0),
    u16(1),
    u32(0, 0),
    u16(audio.channels, 16, 0, 0),
    // 16.16 fixed point: rates above 65,535 Hz do not fit and are told by the AudioSpecificConfig alone.
    u32((audio.clockRate <= 0xffff ? audio.clockRate : 0) * 0x10000),
  ];
  if (audio.codec === 'aac') parts.push(esds(audio.config ?? new Uint8Array()));
  else if (audio.channels <= 2) parts.push(channelLayout(audio.channels));
  return box(type, ...parts);
}

/** QuickTime's `chan`, mono or stereo: tools that find none say that they guess. */
function channelLayout(channels: number): Buffer {
  return fullBox('chan', 0, 0, u32((99 + channels) * 0x10000 + channels, 0, 0));
}

/** Elementary stream descriptor of AAC (ISO/IEC 14496-1 §7.2.6). */
function esds(config: Uint8Array): Buffer {
  const specific = descriptor(5, config);
  const decoder = descriptor(4, u8(0x40, 0x15, 0, 0, 0), u32(0, 0), specific);
  return fullBox('esds', 0, 0, descriptor(3, u16(2), u8(0), decoder, descriptor(6, u8(2))));
}

function descriptor(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length = u8(
    0x80 | ((body.length >> 21) & 0x7f),
    0x80 | ((body.length >> 14) & 0x7f),
    0x80 | ((body.length >> 7) & 0x7f),
    body.length & 0x7f,
  );
  return Buffer.concat([u8(tag), length, body]);
}

/** `ftyp` for recordings and streams (`fragmented`) or for a clip. */
export function fileType(fragmented: boolean): Buffer {
  return fragmented
    ? box('ftyp', text('iso6'), u32(0), text('iso6iso5iso2mp41'))
    : box('ftyp', text('isom'), u32(0x200), text('isomiso2mp41'));
}
