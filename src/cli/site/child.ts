import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { open } from 'node:fs/promises';
import { z } from 'zod';

/** A process of the site: started, ready, and to be ended by the one who started it. */
export interface Child<Ready> {
  readonly name: string;
  readonly pid: number;
  /** What the process said of itself in its first line of JSON. */
  readonly ready: Ready;
  alive(): boolean;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, after `graceMs` SIGKILL; resolves when it is gone. */
  end(graceMs?: number): Promise<void>;
  readonly gone: Promise<void>;
}

export interface ChildOrder<Ready> {
  readonly name: string;
  readonly args: readonly string[];
  /** Everything the process writes goes here; its tail is told when it does not get ready. */
  readonly logFile: string;
  readonly ready: z.ZodType<Ready>;
  readonly readyWithinMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Words before `node`: a program that becomes it (exec), like `nsenter`, so that the pid stays. */
  readonly before?: readonly string[];
  /** A process group of its own, so that power is pulled for it and all its children at once. */
  readonly group?: boolean;
}

/** Starts `node <args>` and waits for its first line that is JSON of the expected form. */
export async function startChild<Ready>(order: ChildOrder<Ready>): Promise<Child<Ready>> {
  const log = await open(order.logFile, 'a');
  const [program = process.execPath, ...words] = [...(order.before ?? []), process.execPath, ...order.args];
  const child = spawn(program, words, {
    stdio: ['ignore', 'pipe', log.fd],
    detached: order.group ?? false,
    env: { ...process.env, ...order.env },
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void gone.then(() => log.close());
  const ready = await firstJson(child, order, (line) => void log.appendFile(`${line}\n`).catch(() => undefined /* the process is gone, so is its log */));
  return {
    name: order.name,
    pid: child.pid!,
    ready,
    gone,
    alive: () => child.exitCode === null && child.signalCode === null,
    signal: (signal) => send(child, order.group ?? false, signal),
    async end(graceMs = 10_000) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const timer = setTimeout(() => send(child, order.group ?? false, 'SIGKILL'), graceMs);
      child.kill('SIGTERM');
      await gone;
      clearTimeout(timer);
    },
  };
}

function send(child: ChildProcess, group: boolean, signal: NodeJS.Signals): void {
  try {
    process.kill(group ? -child.pid! : child.pid!, signal);
  } catch (error) {
    // Already gone: that is what the signal was for.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function firstJson<Ready>(child: ChildProcess, order: ChildOrder<Ready>, log: (line: string) => void): Promise<Ready> {
  const { name, readyWithinMs = 30_000 } = order;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(`was not ready within ${readyWithinMs / 1000} s`), readyWithinMs);
    const fail = (what: string): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`${name} ${what}. Its log: ${order.logFile}`));
    };
    child.once('error', (error) => fail(`could not be started (${error.message})`));
    child.once('exit', (code, signal) => fail(`ended at once (${signal ?? `exit code ${code}`})`));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      log(line);
      if (!line.startsWith('{')) return;
      const found = order.ready.safeParse(parsed(line));
      if (!found.success) return;
      clearTimeout(timer);
      resolve(found.data);
    });
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null; // a log line that only looks like JSON
  }
}
