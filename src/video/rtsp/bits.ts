/** Reads bits of a NAL unit, stepping over emulation prevention bytes (H.264 §7.4.1.1). */
export class BitReader {
  readonly #bytes: Uint8Array;
  #byte: number;
  #bit = 0;
  #zeros = 0;

  constructor(bytes: Uint8Array, skipBytes: number) {
    this.#bytes = bytes;
    this.#byte = skipBytes;
  }

  /** Throws `RangeError` at the end. */
  bit(): number {
    if (this.#bit === 0 && this.#zeros >= 2 && this.#bytes[this.#byte] === 3) {
      this.#byte += 1;
      this.#zeros = 0;
    }
    const byte = this.#bytes[this.#byte];
    if (byte === undefined) throw new RangeError('The NAL unit ends too early.');
    const value = (byte >> (7 - this.#bit)) & 1;
    this.#bit += 1;
    if (this.#bit === 8) {
      this.#bit = 0;
      this.#byte += 1;
      this.#zeros = byte === 0 ? this.#zeros + 1 : 0;
    }
    return value;
  }

  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i += 1) value = value * 2 + this.bit();
    return value;
  }

  skip(count: number): void {
    for (let i = 0; i < count; i += 1) this.bit();
  }

  /** ue(v), §9.1 */
  unsigned(): number {
    let zeros = 0;
    while (this.bit() === 0) if ((zeros += 1) > 32) throw new RangeError('An Exp-Golomb code is too long.');
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** se(v), §9.1.1 */
  signed(): number {
    const code = this.unsigned();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}
