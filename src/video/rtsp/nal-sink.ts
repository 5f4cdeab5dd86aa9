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
  /** The access unit is over; ends a fragmented NAL unit whose last fragment was not marked. */
  endUnit(): void;
}
