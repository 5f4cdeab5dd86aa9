import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const camerasMain = new URL('../sim/cameras/main.js', import.meta.url).pathname;
const ready = z.object({ urls: z.array(z.string()), control: z.number() });
/** One process of the simulator serves up to so many. */
const perProcess = 200;

export interface BenchCameras {
  readonly urls: readonly string[];
  /** Sessions opened since the start, of all cameras. */
  sessionsOpened(): Promise<number>;
  end(): void;
}

/** Simulated cameras with padded pictures, in as many processes as they need. */
export async function startBenchCameras(count: number, bitrate: string): Promise<BenchCameras> {
  const sizes = Array.from({ length: Math.ceil(count / perProcess) }, (_, index) => Math.min(perProcess, count - index * perProcess));
  const children: ChildProcess[] = [];
  try {
    const found = await Promise.all(
      sizes.map(async (size, index) => {
        const child = spawn(process.execPath, [camerasMain, '--count', String(size), '--first', String(index * perProcess + 1), '--port', '0', '--control', '0', '--bitrate', bitrate, '--padding', 'slice'], { stdio: ['ignore', 'pipe', 'inherit'] });
        children.push(child);
        return await new Promise<z.infer<typeof ready>>((resolve, reject) => {
          createInterface({ input: child.stdout }).once('line', (line) => resolve(ready.parse(JSON.parse(line))));
          child.once('exit', (code) => reject(new Error(`The simulated cameras ended at once, exit code ${code}.`)));
        });
      }),
    );
    return {
      urls: found.flatMap(({ urls }) => urls),
      async sessionsOpened() {
        let sum = 0;
        for (const { control } of found) {
          const state = z.array(z.object({ counters: z.object({ sessionsOpened: z.number() }) })).parse(await (await fetch(`http://127.0.0.1:${control}/`)).json());
          for (const { counters } of state) sum += counters.sessionsOpened;
        }
        return sum;
      },
      end: () => children.forEach((child) => child.kill('SIGTERM')),
    };
  } catch (error) {
    for (const child of children) child.kill('SIGKILL');
    throw error;
  }
}
