/** NAL units of H.264 (ITU-T H.264 7.3.1) and H.265 (ITU-T H.265 7.3.1.2), as far as the simulator needs them. */
export type VideoKind = 'h264' | 'h265';

export type NalRole = 'parameters' | 'sei' | 'key slice' | 'slice' | 'other';

/** Splits an Annex B byte stream into NAL units without start codes. */
export function splitAnnexB(bytes: Uint8Array): Uint8Array[] {
  const starts: number[] = [];
  for (let at = 0; at + 2 < bytes.length; at++) {
    if (bytes[at + 2]! > 1) at += 2;
    else if (bytes[at] === 0 && bytes[at + 1] === 0 && bytes[at + 2] === 1) starts.push((at += 2) + 1);
  }
  return starts.map((start, index) => {
    let end = index + 1 < starts.length ? starts[index + 1]! - 3 : bytes.length;
    while (end > start && bytes[end - 1] === 0) end--;
    return bytes.subarray(start, end);
  });
}

export function nalType(kind: VideoKind, nal: Uint8Array): number {
  return kind === 'h264' ? nal[0]! & 0x1f : (nal[0]! >> 1) & 0x3f;
}

export function nalRole(kind: VideoKind, nal: Uint8Array): NalRole {
  const type = nalType(kind, nal);
  if (kind === 'h264') {
    if (type === 7 || type === 8) return 'parameters';
    if (type === 6) return 'sei';
    if (type === 5) return 'key slice';
    return type === 1 ? 'slice' : 'other';
  }
  if (type >= 32 && type <= 34) return 'parameters';
  if (type === 39 || type === 40) return 'sei';
  if (type >= 16 && type <= 21) return 'key slice';
  return type < 16 ? 'slice' : 'other';
}

/** Removes the emulation prevention bytes. */
export function unescape(nal: Uint8Array): Uint8Array {
  const out = new Uint8Array(nal.length);
  let length = 0;
  let zeros = 0;
  for (const byte of nal) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    out[length++] = byte;
  }
  return out.subarray(0, length);
}
