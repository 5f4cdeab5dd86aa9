import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Timers } from '../platform/clock.ts';
import { errorCode } from '../platform/read-bytes.ts';
import { settingsFileNames } from './folder.ts';

/**
 * Calls `changed` when a settings file was written, replaced or removed. Asks the file system every
 * half second: file events are lost on network file systems and with some editors' way to save. Called once
 * at the first look in any case; the receiver knows what it has read.
 */
export function watchSettings(root: string, timers: Timers, changed: () => void): () => void {
  let last: string | null = null;
  let busy = false;
  return timers.every(500, () => {
    if (busy) return;
    busy = true;
    void look(root)
      .then((now) => {
        // The first look counts as a change: nobody looked since the settings were read, and what was written in
        // between would else be in force only at the next start.
        if (now !== last) changed();
        last = now;
      })
      .finally(() => {
        busy = false;
      });
  });
}

async function look(root: string): Promise<string> {
  const marks = settingsFileNames.map(async (name) => {
    try {
      const { ino, size, mtimeNs } = await stat(join(root, name), { bigint: true });
      return `${ino} ${size} ${mtimeNs}`;
    } catch (error) {
      return errorCode(error) ?? 'unreadable';
    }
  });
  return (await Promise.all(marks)).join('|');
}
