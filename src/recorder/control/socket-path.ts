import { type FileHandle, open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

/** `sun_path` holds 108 bytes; a settings folder may lie deeper. */
const longest = 100;

/**
 * A name for the socket that fits, valid until `release`. Long ones go through the folder's
 * descriptor in /proc.
 */
export async function socketPath(path: string): Promise<{ readonly path: string; release(): Promise<void> }> {
  if (Buffer.byteLength(path) <= longest) return { path, release: async () => {} };
  const folder: FileHandle = await open(dirname(path), 'r');
  return { path: `/proc/self/fd/${folder.fd}/${basename(path)}`, release: () => folder.close() };
}
