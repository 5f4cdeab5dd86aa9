/** What one camera sends, from the memory of its thread to whoever looks at it. */
import type { FootageBatch } from '../contract.ts';

/** A reader who is so far behind gets no more: it is cut off, and may ask again. */
const MOST_WAITING = 400;

export class Watching {
  readonly #signal: AbortSignal;
  readonly #end: () => void;
  #waiting: FootageBatch[] = [];
  #wake: () => void = () => undefined;
  #over = false;

  /** `end` is called once, when nobody reads any more. */
  constructor(signal: AbortSignal, end: () => void) {
    this.#signal = signal;
    this.#end = end;
    signal.addEventListener('abort', () => this.close(), { once: true });
  }

  take(batches: readonly FootageBatch[]): void {
    this.#waiting.push(...batches);
    if (this.#waiting.length > MOST_WAITING) this.close();
    this.#wake();
  }

  close(): void {
    this.#over = true;
    this.#wake();
  }

  async *batches(): AsyncGenerator<FootageBatch> {
    try {
      while (!this.#over && !this.#signal.aborted) {
        const next = this.#waiting.shift();
        if (next !== undefined) yield next;
        else
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
      }
    } finally {
      this.#end();
    }
  }
}
