/** RTP payload format for H.264, RFC 6184: single NAL unit, STAP-A, FU-A (packetization modes 0 and 1). */
import type { NalSink } from './nal-sink.ts';
import { NalDepacketiser, type PayloadFormat } from './nal-units.ts';

const format: PayloadFormat = {
  headerBytes: 1,
  type: (first) => first & 31,
  aggregation: 24,
  fragment: 28,
  carrier: -1,
  isSingle: (type) => type > 0 && type < 24,
  // Access unit delimiter, end of sequence, end of stream, filler.
  isDispensable: (type) => type >= 9 && type <= 12,
  // STAP-B, MTAP16, MTAP24, FU-B
  isInterleaved: (type) => (type >= 25 && type <= 27) || type === 29,
  isSlice: (type) => type === 1 || type === 5,
  isFront: (type) => type >= 6 && type <= 9,
  firstByte: (first, type) => (first & 0xe0) | type,
};

export class H264Depacketiser extends NalDepacketiser {
  constructor(sink: NalSink) {
    super(format, sink);
  }
}
