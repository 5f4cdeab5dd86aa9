import type { Log } from '../../platform/log.ts';

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
      try {
        await step.run();
      } catch (error) {
        this.#log.error({ step: step.name, error: String(error) }, 'A step of the shutdown failed.');
      }
    }
  }
}
