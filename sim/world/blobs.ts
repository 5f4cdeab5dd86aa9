import { UnderstudyError } from '../../src/contract/errors.ts';
import type { BlobFolder } from '../../src/platform/blob-folder.ts';

/** The backup directory of a simulated host: what was written whole stays, whoever dies. */
export class BlobDisk {
  readonly blobs = new Map<string, Buffer>();
  /** Nothing more can be written. */
  full = false;

  /** As one process sees it; a dead one writes nothing more. */
  folder(alive: () => boolean): BlobFolder {
    const { blobs } = this;
    return {
      write: async (body, nameWhenWhole) => {
        const parts: Uint8Array[] = [];
        for await (const part of body) {
          if (this.full) throw new UnderstudyError('store.full', 'The disk of the backup directory is full.');
          parts.push(part);
        }
        if (alive()) blobs.set(nameWhenWhole(), Buffer.concat(parts));
      },
      async *read(name) {
        const found = blobs.get(name);
        if (found === undefined) throw new UnderstudyError('input.not-found', `There is no ${name}.`);
        yield found;
      },
      present: () => Promise.resolve(true),
      remove: (name) => {
        if (alive()) blobs.delete(name);
        return Promise.resolve();
      },
      sweep: () => Promise.resolve(),
    };
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
