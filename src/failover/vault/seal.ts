import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';
import { UnderstudyError } from '../../contract/errors.ts';
import type { Random } from '../../platform/random.ts';

/**
 * Sealed bytes, of any length, in bounded memory:
 *
 *     "USV1" · key id (8) · salt (16) · chunk … chunk
 *
 * A chunk is up to 64 KiB of AES-256-GCM ciphertext and its 16-byte tag. The file's own key comes from
 * the vault's key and the salt (HKDF-SHA-256, RFC 5869), so counting nonces from 0 never repeats one.
 * The nonce carries the chunk's number and, in its last byte, whether it is the last: chunks cannot be
 * reordered, doubled, dropped or cut off unnoticed (the STREAM construction).
 */
const magic = Buffer.from('USV1');
const headBytes = magic.length + 8 + 16;
const chunkBytes = 65_536;
const tagBytes = 16;

export interface VaultKey {
  readonly bytes: Uint8Array;
  /** First 8 bytes of its SHA-256: tells a lost key from a damaged file. */
  readonly id: Buffer;
}

export function vaultKey(bytes: Uint8Array): VaultKey {
  if (bytes.length !== 32) throw new UnderstudyError('backup.corrupt', 'The key file of the vault must hold 32 bytes.', { advice: 'Put the original key file back.' });
  return { bytes, id: createHash('sha256').update('understudy vault key').update(bytes).digest().subarray(0, 8) };
}

/** Name of content in the vault: a keyed hash, so that names give away nothing about the content. */
export const contentName = (key: VaultKey, sha256: string): string => createHmac('sha256', key.bytes).update(`name ${sha256}`).digest('hex');

const fileKey = (key: VaultKey, salt: Uint8Array): Buffer => Buffer.from(hkdfSync('sha256', key.bytes, salt, 'understudy vault file', 32));

function nonce(count: number, last: boolean): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUIntBE(count, 5, 6);
  bytes[11] = last ? 1 : 0;
  return bytes;
}

export async function* seal(key: VaultKey, random: Random, body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const salt = random.bytes(16);
  const own = fileKey(key, salt);
  yield Buffer.concat([magic, key.id, salt]);
  let count = 0;
  const sealed = (chunk: Uint8Array, last: boolean): Buffer => {
    const cipher = createCipheriv('aes-256-gcm', own, nonce(count, last));
    count += 1;
    return Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()]);
  };
  for await (const { chunk, last } of inChunks(body, chunkBytes)) yield sealed(chunk, last);
}

/** Throws `backup.corrupt` at the first chunk that is not what was sealed; nothing unverified is yielded. */
export async function* unseal(key: VaultKey, body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let own: Buffer | null = null;
  let count = 0;
  for await (const { chunk, last } of inChunks(body, chunkBytes + tagBytes, headBytes)) {
    if (own === null) {
      own = opened(key, chunk);
      continue;
    }
    if (chunk.length < tagBytes) throw corrupt();
    const decipher = createDecipheriv('aes-256-gcm', own, nonce(count, last));
    count += 1;
    decipher.setAuthTag(chunk.subarray(chunk.length - tagBytes));
    const plain = decipher.update(chunk.subarray(0, chunk.length - tagBytes));
    try {
      decipher.final();
    } catch (error) {
      throw corrupt(error);
    }
    if (plain.length > 0) yield plain;
  }
  // Even empty content has one sealed chunk.
  if (own === null || count === 0) throw corrupt();
}

function opened(key: VaultKey, head: Uint8Array): Buffer {
  const bytes = Buffer.from(head);
  if (bytes.length < headBytes || !bytes.subarray(0, 4).equals(magic)) throw corrupt();
  if (!bytes.subarray(4, 12).equals(key.id))
    throw new UnderstudyError('backup.corrupt', 'The backup was sealed with another key than the one in the key file.', {
      field: 'key',
      advice: 'Put the original key file back; the backups themselves may be whole.',
    });
  return fileKey(key, bytes.subarray(12));
}

const corrupt = (cause?: unknown): UnderstudyError => new UnderstudyError('backup.corrupt', 'The checksum of the backup does not match.', { cause });

/** True for the error of a wrong key, which says nothing about the files. */
export const isOtherKey = (error: unknown): boolean => error instanceof UnderstudyError && error.code === 'backup.corrupt' && error.field === 'key';

/** Cuts a stream into chunks of one size (the first may have another); the last is marked and may be short or empty. */
async function* inChunks(body: AsyncIterable<Uint8Array>, size: number, firstSize = size): AsyncIterable<{ readonly chunk: Uint8Array; readonly last: boolean }> {
  let waiting: Uint8Array[] = [];
  let have = 0;
  let want = firstSize;
  for await (const bytes of body) {
    waiting.push(bytes);
    have += bytes.length;
    // More than `want`, not as much: the last chunk must be known as the last.
    while (have > want) {
      const all: Uint8Array = waiting.length === 1 && waiting[0] !== undefined ? waiting[0] : Buffer.concat(waiting);
      yield { chunk: all.subarray(0, want), last: false };
      waiting = [all.subarray(want)];
      have -= want;
      want = size;
    }
  }
  yield { chunk: Buffer.concat(waiting), last: true };
}

/** Small secrets (tokens, mail passwords) at rest in the database. */
export async function sealBytes(key: VaultKey, random: Random, bytes: Uint8Array): Promise<Uint8Array> {
  return collect(seal(key, random, once(bytes)));
}

export async function unsealBytes(key: VaultKey, bytes: Uint8Array): Promise<Uint8Array> {
  return collect(unseal(key, once(bytes)));
}

export async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

export async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}
