import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type TransferListItem, Worker } from 'node:worker_threads';

export interface ThreadOptions {
  /** Shown in process lists and errors. */
  readonly name: string;
  readonly data?: unknown;
  readonly transfer?: readonly TransferListItem[];
}

/**
 * Starts a worker thread from a module beside the caller: `startThread(import.meta.url, './work', …)`,
 * without extension. Run from dist/ it starts the compiled .js; run from source (tests) the .ts itself
 * through scripts/ts.mjs, so that a test can never run stale compiled code.
 */
export function startThread(callerUrl: string, module: string, options: ThreadOptions): Worker {
  const extension = callerUrl.endsWith('.ts') ? '.ts' : '.js';
  const url = new URL(module + extension, callerUrl);
  return new Worker(url, {
    name: options.name,
    // A thread is part of the same command and may ask which one.
    argv: process.argv.slice(2),
    workerData: options.data,
    transferList: [...(options.transfer ?? [])],
    ...(extension === '.ts' ? { execArgv: ['--import', sourceLoader()] } : {}),
  });
}

function sourceLoader(): string {
  const url = new URL('../../scripts/ts.mjs', import.meta.url);
  if (!existsSync(fileURLToPath(url))) throw new Error(`${url.href} is missing: build first, or run from the source tree.`);
  return url.href;
}
