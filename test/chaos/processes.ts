import { readdir, readFile, readlink } from 'node:fs/promises';
import { readIfThere } from '../../src/platform/durable-file.ts';

/** Every process of a run carries this variable, so that none can hide, whoever its parent is. */
export const mark = 'UNDERSTUDY_CHAOS_RUN';

export interface ProcessFigures {
  readonly pid: number;
  /** `failover`, `agent`, `recorder`, `cameras`, or the command. */
  readonly what: string;
  readonly residentMb: number;
  readonly handles: number;
}

/** All living processes of the run but our own and those above us. */
export async function processesOf(run: string): Promise<readonly ProcessFigures[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.filter((pid) => pid !== process.pid && pid !== process.ppid).map((pid) => figuresOf(pid, run)));
  return found.filter((each) => each !== null);
}

async function figuresOf(pid: number, run: string): Promise<ProcessFigures | null> {
  try {
    const environ = await readFile(`/proc/${pid}/environ`, 'latin1');
    if (!environ.split('\0').includes(`${mark}=${run}`)) return null;
    const [status, words, handles] = await Promise.all([readFile(`/proc/${pid}/status`, 'utf8'), readFile(`/proc/${pid}/cmdline`, 'utf8'), readdir(`/proc/${pid}/fd`)]);
    if (/^State:\s+[ZX]/m.test(status)) return null;
    return { pid, what: nameOf(words.split('\0')), residentMb: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024, handles: handles.length };
  } catch (error) {
    // Gone between two looks, or not ours to look at.
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

function nameOf(words: readonly string[]): string {
  if (words.some((word) => word.includes('/cameras/main.'))) return 'cameras';
  return words.find((word) => ['failover', 'agent', 'recorder'].includes(word)) ?? words.join(' ').slice(0, 80);
}

export async function killAllOf(run: string): Promise<void> {
  for (const { pid } of await processesOf(run))
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
}

/** Files and sockets that a process holds, for a person who looks for a leak. */
export async function handlesOf(pid: number): Promise<readonly string[]> {
  const names = await readdir(`/proc/${pid}/fd`);
  return await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => 'closed meanwhile')));
}

/** The recorder that holds a folder; null: none. */
export async function recorderOf(folder: string): Promise<number | null> {
  const text = await readIfThere(`${folder}/recorder.lock`);
  return text === null ? null : (JSON.parse(text) as { readonly pid: number }).pid;
}
