import { UnderstudyError } from '../../src/contract/errors.ts';
import type { BlobFolder } from '../../src/platform/blob-folder.ts';

/** The backup directory of a simulated host: what was written whole stays, whoever dies. */
export class BlobDisk {
  readonly blobs = new Map<string, Buffer>();
  /** In its marker file. */
  id: string | null = null;
  /** Not mounted: the empty folder below the mount point is there in its place. */
  away = false;
  /** Nothing more can be written. */
  full = false;
  /** It answers nothing until this is called; null: it answers. */
  #goOn: (() => void) | null = null;
  #answers: Promise<void> = Promise.resolve();

  get hangs(): boolean {
    return this.#goOn !== null;
  }

  /** A network disk whose server is gone: whoever asks waits, also one that died meanwhile. */
  hang(): void {
    if (this.#goOn !== null) return;
    this.#answers = new Promise((resolve) => (this.#goOn = resolve));
  }

  answer(): void {
    this.#goOn?.();
    this.#goOn = null;
  }

  /** As one process sees it; a dead one writes nothing more. */
  folder(alive: () => boolean): BlobFolder {
    const { blobs } = this;
    const found = (name: string): Buffer | undefined => (this.away ? undefined : blobs.get(name));
    return {
      marker: async () => {
        await this.#answers;
        return this.away || this.id === null ? { kind: 'none' } : { kind: 'there', id: this.id };
      },
      mark: async () => {
        await this.#answers;
        if (this.full) throw new UnderstudyError('store.full', 'The disk of the backup directory is full.');
        if (this.away) throw new Error('A mount point was taken for the backup directory.');
        return (this.id ??= 'disk-1');
      },
      write: async (body, nameWhenWhole, id) => {
        await this.#answers;
        if (this.away || id !== this.id) throw new UnderstudyError('store.missing', 'The backup directory is not there.');
        const parts: Uint8Array[] = [];
        for await (const part of body) {
          if (this.full) throw new UnderstudyError('store.full', 'The disk of the backup directory is full.');
          parts.push(part);
        }
        await this.#answers;
        if (this.away) throw new UnderstudyError('store.missing', 'The backup directory is not there.');
        if (alive()) blobs.set(nameWhenWhole(), Buffer.concat(parts));
      },
      read: (name) => this.#read(name, found),
      remove: async (name) => {
        await this.#answers;
        if (alive() && !this.away) blobs.delete(name);
      },
      sweep: () => this.#answers,
    };
  }

  async *#read(name: string, found: (name: string) => Buffer | undefined): AsyncGenerator<Buffer> {
    await this.#answers;
    const body = found(name);
    if (body === undefined) throw new UnderstudyError('input.not-found', `There is no ${name}.`);
    yield body;
  }

  /** A bit rots. */
  rot(name: string): void {
    const found = blobs(this, name);
    const rotten = Buffer.from(found);
    rotten[rotten.length - 1] = (rotten[rotten.length - 1] ?? 0) ^ 1;
    this.blobs.set(name, rotten);
  }
}

function blobs(disk: BlobDisk, name: string): Buffer {
  const found = disk.blobs.get(name);
  if (found === undefined) throw new Error(`There is no blob ${name}.`);
  return found;
}
