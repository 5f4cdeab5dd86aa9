import { readIfThere, writeDurably } from '../../platform/durable-file.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import type { Random } from '../../platform/random.ts';
import { vaultKey, type VaultKey } from './seal.ts';

/**
 * The vault's key: 32 bytes as hex in a file of its own, 0600, apart from the database and from the
 * backup directory, so that neither copy alone shows a password. Made at the first start.
 */
export async function openVaultKey(path: string, random: Random): Promise<VaultKey> {
  const text = await readIfThere(path);
  if (text === null) {
    const bytes = random.bytes(32);
    await writeDurably(path, `${Buffer.from(bytes).toString('hex')}\n`, 0o600);
    return vaultKey(bytes);
  }
  if (!/^[0-9a-f]{64}\s*$/.test(text))
    throw new UnderstudyError('store.damaged', `The key file ${path} is damaged.`, { advice: 'Put the original back. Without it the settings backups cannot be opened.' });
  return vaultKey(Buffer.from(text.trim(), 'hex'));
}
