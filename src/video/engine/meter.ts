/** Measures of a stream: frames and bits per second over the last second, the peak, the longest group of pictures. */
export class StreamMeter {
  framesPerSecond = 0;
  bitsPerSecond = 0;
  peakBitsPerSecond = 0;
  gopMs = 0;
  frames = 0;
  #windowFrames = 0;
  #windowBytes = 0;
  #windowStartMs = 0;
  #lastKeyUs = Number.NaN;

  frame(key: boolean, timeUs: number, bytes: number): void {
    this.frames += 1;
    this.#windowFrames += 1;
    this.#windowBytes += bytes;
    if (!key) return;
    const distance = timeUs - this.#lastKeyUs;
    // Beyond a minute it is an interruption and no group of pictures.
    if (distance > 0 && distance < 60_000_000) this.gopMs = Math.max(this.gopMs, Math.round(distance / 1000));
    this.#lastKeyUs = timeUs;
  }

  /** A new session: the distance to the last key frame of the old one says nothing. */
  interrupted(): void {
    this.#lastKeyUs = Number.NaN;
  }

  /** Closes the window if it is a second long. */
  tick(nowMs: number): void {
    if (this.#windowStartMs === 0) this.#windowStartMs = nowMs;
    const elapsed = nowMs - this.#windowStartMs;
    if (elapsed < 1000) return;
    this.framesPerSecond = Math.round((this.#windowFrames * 10_000) / elapsed) / 10;
    this.bitsPerSecond = Math.round((this.#windowBytes * 8000) / elapsed);
    this.peakBitsPerSecond = Math.max(this.peakBitsPerSecond, this.bitsPerSecond);
    this.#windowFrames = 0;
    this.#windowBytes = 0;
    this.#windowStartMs = nowMs;
  }
}
