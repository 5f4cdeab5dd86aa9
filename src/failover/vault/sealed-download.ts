import { scrypt } from 'node:crypto';
import { UnderstudyError } from '../../contract/errors.ts';
import type { Random } from '../../platform/random.ts';
import type { Manifest } from './manifest.ts';
import { manifest as manifestRule } from './manifest.ts';
import { collect, seal, unseal, vaultKey, type VaultKey } from './seal.ts';
import { splitBodies } from './split.ts';

/**
 * A downloaded backup: "USD1" · salt (16) · sealed stream (see seal.ts) of: length of the manifest
 * (4 bytes, big-endian) · manifest (JSON, with the document and its passwords) · bodies of the files in
 * the manifest's order. The key is made from a passphrase with scrypt (N 2^15, r 8, p 1: RFC 7914).
 */
const magic = Buffer.from('USD1');
const headBytes = magic.length + 16;

async function passphraseKey(passphrase: string, salt: Uint8Array): Promise<VaultKey> {
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, 32, { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 }, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
  return vaultKey(bytes);
}

export async function* sealedDownload(content: Manifest, bodies: AsyncIterable<Uint8Array>, passphrase: string, random: Random): AsyncIterable<Uint8Array> {
  const salt = random.bytes(16);
  const key = await passphraseKey(passphrase, salt);
  yield Buffer.concat([magic, salt]);
  yield* seal(key, random, plain(content, bodies));
}

async function* plain(content: Manifest, bodies: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const head = Buffer.from(JSON.stringify(content));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(head.length);
  yield Buffer.concat([length, head]);
  yield* bodies;
}

/** Opens a download. Files are given one after the other and must be read in order. `auth.wrong`: another passphrase. */
export async function openDownload(
  stream: AsyncIterable<Uint8Array>,
  passphrase: string,
  file: (path: string, body: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<Manifest> {
  const outer = splitBodies(stream);
  const head = await collect(outer.take(headBytes)).catch(() => Buffer.alloc(0)); // too short: told below
  if (!head.subarray(0, 4).equals(magic)) throw new UnderstudyError('input.invalid', 'This is not a downloaded settings backup.');
  const key = await passphraseKey(passphrase, head.subarray(4));
  const inner = splitBodies(guarded(key, outer.rest()));
  const length = (await collect(inner.take(4))).readUInt32BE();
  const content = manifestRule.parse(JSON.parse((await collect(inner.take(length))).toString('utf8')));
  for (const one of content.files) await file(one.path, inner.take(one.bytes));
  await inner.done();
  return content;
}

/** The key's id tells a wrong passphrase from a damaged file. */
async function* guarded(key: VaultKey, body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield* unseal(key, body);
  } catch (error) {
    if (error instanceof UnderstudyError && error.field === 'key') throw new UnderstudyError('auth.wrong', 'The passphrase is not the one that the backup was sealed with.', { field: 'passphrase' });
    throw error;
  }
}
