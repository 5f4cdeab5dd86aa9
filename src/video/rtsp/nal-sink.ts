/** Where depacketisers write NAL units to: the ring, which puts their length before them. */
export interface NalSink {
  beginNal(): void;
  put(bytes: Buffer, from: number, to: number): void;
  putByte(byte: number): void;
  endNal(): void;
}

/** One codec's RTP payload format. */
export interface VideoDepacketiser {
  /** False: the payload is malformed or its beginning is missing, so the access unit is damaged. */
  payload(bytes: Buffer, start: number, end: number): boolean;
  /**
   * What begins with this payload: a picture with its first slice, what stands in front of one (parameter
   * sets, SEI, a delimiter; H.264 §7.4.1.2.3, H.265 §7.4.2.4.4), or nothing that can be told.
   */
  begins(bytes: Buffer, start: number, end: number): 'picture' | 'front' | 'nothing';
  /** Whether it belongs to an interleaved stream (H.264 packetization-mode 2), which is not supported. */
  interleaves(bytes: Buffer, start: number, end: number): boolean;
  /** The access unit is over; ends a fragmented NAL unit whose last fragment was not marked. */
  endUnit(): void;
}
