import { z } from 'zod';
import { writeDurably } from '../platform/durable-file.ts';
import { readBytesIfThere } from '../platform/read-bytes.ts';
import { recorderFolder } from './folder.ts';

const file = z.object({ boot: z.string(), pid: z.number(), reason: z.string() });
export type LastWords = z.infer<typeof file>;

/** The notice of a normal shutdown for an agent that is not connected at that moment. */
export async function writeLastWords(root: string, words: LastWords): Promise<void> {
  await writeDurably(recorderFolder(root).lastWords, JSON.stringify(words));
}

/** Null if there are none, or none that can be understood: then the end was not announced. */
export async function readLastWords(root: string): Promise<LastWords | null> {
  const body = await readBytesIfThere(recorderFolder(root).lastWords);
  if (body === null) return null;
  try {
    return file.parse(JSON.parse(body.toString('utf8')));
  } catch {
    return null; // torn or of another version: as good as none
  }
}
