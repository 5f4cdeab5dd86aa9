import { systemTimers } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';

/** A step that takes longer is named, again and again. */
const slowMs = 5000;

/** Things to end, in reverse order; each one is ended even if another fails. */
export class Ending {
  readonly #steps: { readonly name: string; readonly run: () => Promise<void> | void }[] = [];
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  add(name: string, run: () => Promise<void> | void): void {
    this.#steps.unshift({ name, run });
  }

  async run(): Promise<void> {
    for (const step of this.#steps.splice(0)) {
      const cancel = systemTimers.every(slowMs, () => this.#log.warn({ step: step.name }, `The shutdown waits for: ${step.name}. A disk that hangs can be the reason. Ctrl-C a second time ends at once.`));
      try {
        await step.run();
      } catch (error) {
        this.#log.error({ step: step.name, error: String(error) }, 'A step of the shutdown failed.');
      } finally {
        cancel();
      }
    }
  }
}
