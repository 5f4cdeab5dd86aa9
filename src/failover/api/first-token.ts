import { readIfThere, writeDurably } from '../../platform/durable-file.ts';
import type { Tokens } from './tokens.ts';

export const firstTokenId = 'first';

/**
 * The installation's own token lies in a file of the data folder that only its owner may read. Whoever
 * may read the file may command the failover server. A removed file is made anew at the next start,
 * with another token: the way out when it leaked.
 */
export async function firstToken(tokens: Tokens, path: string): Promise<{ readonly path: string; readonly made: boolean }> {
  const there = (await readIfThere(path))?.trim() ?? '';
  const secret = there === '' ? tokens.newSecret('ust') : there;
  if (there === '') await writeDurably(path, `${secret}\n`, 0o600);
  tokens.install(firstTokenId, 'administrator', secret);
  return { path, made: there === '' };
}
