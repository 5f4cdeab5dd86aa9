import { spawn } from 'node:child_process';
import { open, rename, stat } from 'node:fs/promises';
import { errorCode } from './read-bytes.ts';

export interface ExitStatus {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface LastingProcess {
  readonly pid: number;
  readonly exited: Promise<ExitStatus>;
  /** Lets our own process end without waiting for it. */
  forget(): void;
}

const mostLogBytes = 10 * 1024 * 1024;

/**
 * Starts a program that outlives us: nothing of it is a pipe to us (a pipe would kill it when we
 * die), its output is appended to `logFile`, which is turned over at 10 MiB. With `ownGroup` it is
 * out of reach of Ctrl-C and of signals to our process group too.
 */
export async function startLasting(
  command: readonly [string, ...string[]],
  more: { readonly logFile: string; readonly ownGroup: boolean },
): Promise<LastingProcess> {
  await turnOver(more.logFile);
  const log = await open(more.logFile, 'a', 0o600);
  try {
    const [program, ...args] = command;
    const child = spawn(program, args, {
      detached: more.ownGroup,
      stdio: ['ignore', log.fd, log.fd],
    });
    const exited = new Promise<ExitStatus>((resolve, reject) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
      child.once('error', reject);
    });
    const { pid } = child;
    if (pid === undefined) return await exited.then(() => Promise.reject(new Error(`${program} did not start.`)));
    return { pid, exited, forget: () => child.unref() };
  } finally {
    await log.close();
  }
}

async function turnOver(path: string): Promise<void> {
  try {
    if ((await stat(path)).size > mostLogBytes) await rename(path, `${path}.1`);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error; // no log yet
  }
}

/** Whether a process of this pid is there (as far as we may know). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** Sends a signal; false if the process is gone already. */
export function signal(pid: number, name: 'SIGTERM' | 'SIGKILL'): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false;
    throw error;
  }
}
