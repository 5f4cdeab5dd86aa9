import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A disk in memory, so that it can really be full. Null where we may not mount (not root). */
export async function mountSmallDisk(folder: string, megabytes = 400): Promise<{ unmount(): Promise<void> } | null> {
  if (process.getuid?.() !== 0) return null;
  await mkdir(folder, { recursive: true });
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'understudy-demo', folder]);
  } catch {
    return null; // a container without the right to mount: the button then says so
  }
  return { unmount: async () => void (await run('umount', ['-l', folder])) };
}
