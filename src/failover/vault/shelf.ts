import { createHash } from 'node:crypto';
import type { SettingsFile } from '../../contract/link.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import type { BlobFolder } from '../../platform/blob-folder.ts';
import type { Random } from '../../platform/random.ts';
import { manifest, type Manifest } from './manifest.ts';
import { collect, contentName, once, seal, unseal, type VaultKey } from './seal.ts';

const corrupt = (text: string): UnderstudyError => new UnderstudyError('backup.corrupt', text);
/** A document with its list of files; 10,000 cameras are about 4 MB. */
const mostManifestBytes = 64_000_000;

/** Sealed content in the backup directory: bodies of files and manifests. Nothing is ever changed in place. */
export class Shelf {
  readonly #blobs: BlobFolder;
  readonly #key: VaultKey;
  readonly #random: Random;

  constructor(blobs: BlobFolder, key: VaultKey, random: Random) {
    this.#blobs = blobs;
    this.#key = key;
    this.#random = random;
  }

  /** Stores one file while it arrives. What does not fit its announced length and checksum gets no name. `place`: the id of the directory that is meant. */
  async putFile(file: SettingsFile, body: AsyncIterable<Uint8Array>, place: string): Promise<string> {
    const name = contentName(this.#key, file.sha256);
    await this.#blobs.write(seal(this.#key, this.#random, proven(file, body)), () => name, place);
    return name;
  }

  /** `named`: its name, before it is written. */
  async putManifest(content: Manifest, named: (name: string) => void, place: string): Promise<string> {
    const bytes = Buffer.from(JSON.stringify(content));
    const name = contentName(this.#key, createHash('sha256').update(bytes).digest('hex'));
    named(name);
    await this.#blobs.write(seal(this.#key, this.#random, once(bytes)), () => name, place);
    return name;
  }

  /** Throws `backup.corrupt` if it is gone, damaged, or sealed with another key. */
  async manifest(name: string): Promise<Manifest> {
    const bytes = await collect(limited(this.#open(name), mostManifestBytes));
    const parsed = manifest.safeParse(parseJson(bytes));
    if (!parsed.success) throw corrupt('The list of contents of the backup does not fit.');
    return parsed.data;
  }

  /** The file's bytes, proven at the end: read it to its end before believing it. */
  file(file: SettingsFile): AsyncIterable<Uint8Array> {
    return proven(file, this.#open(contentName(this.#key, file.sha256)));
  }

  /** Reads every byte of every file; memory stays bounded. */
  async verify(files: readonly SettingsFile[]): Promise<void> {
    for (const file of files) for await (const _ of this.file(file));
  }

  nameOf(file: SettingsFile): string {
    return contentName(this.#key, file.sha256);
  }

  remove(name: string): Promise<void> {
    return this.#blobs.remove(name);
  }

  async *#open(name: string): AsyncIterable<Uint8Array> {
    try {
      yield* unseal(this.#key, this.#blobs.read(name));
    } catch (error) {
      if (error instanceof UnderstudyError && error.code === 'input.not-found') throw corrupt('A file of the backup is gone from the backup directory.');
      throw error;
    }
  }
}

/** Passes the bytes on and throws at the end unless they are exactly those that were announced. */
async function* proven(file: SettingsFile, body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const part of body) {
    hash.update(part);
    bytes += part.length;
    yield part;
  }
  if (bytes !== file.bytes || hash.digest('hex') !== file.sha256) throw corrupt(`The checksum of ${file.path} does not match.`);
}

async function* limited(body: AsyncIterable<Uint8Array>, most: number): AsyncIterable<Uint8Array> {
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    if (bytes > most) throw corrupt('The list of contents of the backup is too large.');
    yield part;
  }
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new UnderstudyError('backup.corrupt', 'The list of contents of the backup is not readable.', { cause: error });
  }
}
