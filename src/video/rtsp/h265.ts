/** RTP payload format for H.265, RFC 7798: single NAL unit, AP, FU, PACI; decoding order numbers are passed over. */
import type { NalSink } from './nal-sink.ts';
import { NalDepacketiser, type PayloadFormat } from './nal-units.ts';

const format: PayloadFormat = {
  headerBytes: 2,
  type: (first) => (first >> 1) & 63,
  aggregation: 48,
  fragment: 49,
  carrier: 50,
  isSingle: (type) => type < 48,
  // Access unit delimiter, end of sequence, end of bitstream, filler.
  isDispensable: (type) => type >= 35 && type <= 38,
  isInterleaved: () => false,
  isSlice: (type) => type < 32,
  isFront: (type) => (type >= 32 && type <= 35) || type === 39,
  firstByte: (first, type) => (first & 0x81) | (type << 1),
};

export class H265Depacketiser extends NalDepacketiser {
  constructor(sink: NalSink, numbered: boolean) {
    super(format, sink, numbered);
  }
}
