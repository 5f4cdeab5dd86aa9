export interface Fragment {
  readonly pictures: number;
  readonly ms: number;
}

/** Pictures and length of each fragment of a file, from its `moof` boxes alone (ISO/IEC 14496-12 §8.8). */
export function fragmentLengthsMs(file: Buffer): Fragment[] {
  const out: Fragment[] = [];
  for (const [type, body] of boxes(file)) {
    if (type !== 'moof') continue;
    for (const [inner, traf] of boxes(body)) {
      if (inner !== 'traf') continue;
      const parts = new Map(boxes(traf));
      const trun = parts.get('trun');
      // Track 1 is the picture, in ticks of 90 kHz.
      if (trun === undefined || parts.get('tfhd')?.readUInt32BE(4) !== 1) continue;
      const flags = trun.readUInt32BE(0) & 0xffffff;
      const count = trun.readUInt32BE(4);
      const size = 4 * [0x100, 0x200, 0x400, 0x800].filter((flag) => (flags & flag) !== 0).length;
      let at = 8 + ((flags & 1) === 0 ? 0 : 4) + ((flags & 4) === 0 ? 0 : 4);
      let ticks = 0;
      // The last picture's own length is only an estimate.
      for (let i = 0; i + 1 < count; i += 1, at += size) ticks += trun.readUInt32BE(at);
      out.push({ pictures: count, ms: ticks / 90 });
    }
  }
  return out;
}

function boxes(bytes: Buffer): [string, Buffer][] {
  const out: [string, Buffer][] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    if (size < 8) break;
    out.push([bytes.toString('latin1', at + 4, at + 8), bytes.subarray(at + 8, at + size)]);
    at += size;
  }
  return out;
}
