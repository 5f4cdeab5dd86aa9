import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { processesOf } from '../chaos/processes.ts';

/** What one process was like at one moment. */
export interface Sample {
  readonly atMs: number;
  readonly residentMb: number;
  readonly handles: number;
  readonly heapMb: number | null;
  /** Event-loop delay since the last sample; null: the process did not say. */
  readonly delayMs: number | null;
}

export interface Samples {
  /** By process: `failover`, `agent 1`, `recorder 2`, `cameras`. */
  readonly processes: ReadonlyMap<string, readonly Sample[]>;
  /** By folder, MB. */
  readonly disks: ReadonlyMap<string, readonly { readonly atMs: number; readonly megabytes: number }[]>;
}

const said = z.object({ heapMb: z.number(), externalMb: z.number(), p99Ms: z.number(), maxMs: z.number() });

export interface SampleNeeds {
  readonly run: string;
  readonly probeFolder: string;
  /** Name of a process by its kind and pid, as long as it is known. */
  nameOf(what: string, pid: number): string | null;
  readonly disks: Readonly<Record<string, string>>;
  readonly everyMs: number;
}

/** Samples until told to stop. */
export function startSampling(needs: SampleNeeds): { readonly samples: Samples; stop(): Promise<void> } {
  const processes = new Map<string, Sample[]>();
  const disks = new Map<string, { readonly atMs: number; readonly megabytes: number }[]>();
  let going = true;
  const put = <T>(map: Map<string, T[]>, key: string, value: T): void => void (map.get(key)?.push(value) ?? map.set(key, [value]));
  const worker = (async () => {
    while (going) {
      const atMs = Date.now();
      for (const { pid, what, residentMb, handles } of await processesOf(needs.run)) {
        const name = needs.nameOf(what, pid);
        if (name === null) continue;
        const own = await saidBy(join(needs.probeFolder, `${pid}.json`));
        put(processes, name, { atMs, residentMb, handles, heapMb: own?.heapMb ?? null, delayMs: own?.maxMs ?? null });
      }
      for (const [name, folder] of Object.entries(needs.disks)) put(disks, name, { atMs, megabytes: (await bytesBelow(folder)) / 1_048_576 });
      await new Promise((resolve) => setTimeout(resolve, Math.max(100, atMs + needs.everyMs - Date.now())));
    }
  })();
  return {
    samples: { processes, disks },
    async stop() {
      going = false;
      await worker;
    },
  };
}

async function saidBy(path: string): Promise<z.infer<typeof said> | null> {
  try {
    return said.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null; // not written yet, or being written at this moment: the next sample has it
  }
}

async function bytesBelow(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => [] as string[]); // not made yet
  const sizes = await Promise.all(names.map((name) => stat(join(folder, name)).then((found) => (found.isFile() ? found.size : 0), () => 0 /* deleted meanwhile */)));
  return sizes.reduce((sum, size) => sum + size, 0);
}
