import { fork, type ChildProcess } from 'node:child_process';
import type { Played } from './play.ts';

export type Task =
  | { readonly kind: 'seed'; readonly seed: number; readonly servers: number | null }
  | { readonly kind: 'mutant'; readonly name: string; readonly seeds: readonly number[] }
  | { readonly kind: 'failpoint'; readonly name: string }
  | { readonly kind: 'failpoints' }
  | { readonly kind: 'n12'; readonly days: number; readonly servers: number; readonly seed: number }
  | { readonly kind: 'memory'; readonly cycles: number };

export interface Answer {
  readonly task: Task;
  readonly result: unknown;
  readonly cpuSeconds: number;
}

const worker = new URL('./worker.ts', import.meta.url).pathname;

/** Processes that do one task after the other; worlds share nothing, so neither do they. */
export class Shards {
  readonly #children: ChildProcess[];

  constructor(count: number) {
    this.#children = Array.from({ length: count }, () => fork(worker, { execArgv: [...process.execArgv.filter((arg) => !arg.includes('prof')), '--expose-gc', '--max-semi-space-size=64'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }));
  }

  /** Gives tasks out as long as `next` has some; `done` hears of each. Rejects if a process ends by itself. */
  async run(next: () => Task | null, done: (answer: Answer) => void): Promise<void> {
    await Promise.all(this.#children.map((child) => feed(child, next, done)));
  }

  close(): void {
    for (const child of this.#children) child.disconnect();
  }
}

async function feed(child: ChildProcess, next: () => Task | null, done: (answer: Answer) => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const give = (): void => {
      const task = next();
      if (task === null) resolve();
      else child.send(task);
    };
    const hear = (answer: Answer): void => {
      done(answer);
      give();
    };
    child.removeAllListeners('message');
    child.removeAllListeners('exit');
    child.on('message', hear);
    child.on('exit', (code, signal) => reject(new Error(`A worker process ended (${String(code ?? signal)}).`)));
    give();
  });
}

export const played = (answer: Answer): Played => answer.result as Played;
