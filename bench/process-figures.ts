import { readFile } from 'node:fs/promises';

/** What the kernel says of processes: CPU seconds used so far and memory that is theirs (PSS). */
export interface Figures {
  readonly cpuS: number;
  readonly memoryMb: number;
}

/** Linux counts CPU time in hundredths of a second on every platform that Node runs on (USER_HZ). */
const ticksPerSecond = 100;

async function figuresOf(pid: number): Promise<Figures> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The command's name may hold spaces and brackets: fields are counted behind the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const cpuS = (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  return { cpuS, memoryMb: Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) / 1024 };
}

export async function figuresOfAll(pids: readonly number[]): Promise<Figures> {
  const all = await Promise.all(pids.map(figuresOf));
  return { cpuS: all.reduce((sum, each) => sum + each.cpuS, 0), memoryMb: all.reduce((sum, each) => sum + each.memoryMb, 0) };
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * share) - 1))] ?? Number.NaN;
}
