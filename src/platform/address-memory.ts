import { z } from 'zod';
import { readIfThere, writeDurably } from './durable-file.ts';
import type { Log } from './log.ts';
import type { AddressMemory } from './transport-addresses.ts';

const file = z.record(z.string(), z.string());

/**
 * Last good addresses in a small file, for a start while DNS is down. Only a help: an unreadable file
 * is said and forgotten, and a write that fails changes nothing else.
 */
export async function fileAddressMemory(path: string, log: Log): Promise<AddressMemory> {
  const known = parse(await readIfThere(path).catch(() => null), path, log);
  let writing: Promise<void> = Promise.resolve();
  let next: string | null = null;
  return {
    load: () => known,
    save(addresses) {
      const first = next === null;
      next = JSON.stringify(addresses, null, 2);
      if (!first) return; // the write that waits takes the newest
      writing = writing
        .then(async () => {
          const text = next ?? '{}';
          next = null;
          await writeDurably(path, text);
        })
        .catch((error: unknown) => log.warn({ err: error, path }, 'The last good addresses could not be stored.'));
    },
  };
}

function parse(text: string | null, path: string, log: Log): Readonly<Record<string, string>> {
  if (text === null) return {};
  try {
    return file.parse(JSON.parse(text));
  } catch (error) {
    log.warn({ err: error, path }, 'The file of last good addresses is damaged and is begun anew.');
    return {};
  }
}
