import { z } from 'zod';
import { writeDurably } from '../platform/durable-file.ts';
import { readBytesIfThere } from '../platform/read-bytes.ts';
import { recorderFolder } from './folder.ts';

const file = z.object({ paths: z.array(z.string()) });

/**
 * Which store paths this recorder has set up. Only a new one may be created: an old one without its
 * marker file is a disk that is not mounted, and must not be filled up underneath.
 */
export interface KnownStores {
  has(path: string): Promise<boolean>;
  add(path: string): Promise<void>;
}

export function knownStores(root: string): KnownStores {
  const { knownStores: path } = recorderFolder(root);
  const read = async (): Promise<readonly string[]> => {
    const body = await readBytesIfThere(path);
    return body === null ? [] : file.parse(JSON.parse(body.toString('utf8'))).paths;
  };
  return {
    has: async (store) => (await read()).includes(store),
    async add(store) {
      const paths = await read();
      if (!paths.includes(store)) await writeDurably(path, JSON.stringify({ paths: [...paths, store] }));
    },
  };
}
