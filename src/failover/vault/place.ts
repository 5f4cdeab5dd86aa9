import { UnderstudyError } from '../../contract/errors.ts';
import type { BlobFolder, FolderMarker } from '../../platform/blob-folder.ts';
import type { Refusal } from '../ports.ts';
import { refusal } from './refusal.ts';
import type { Versions } from './versions.ts';
import { writtenDown } from './written-down.ts';

export interface PlaceNeeds {
  readonly blobs: Pick<BlobFolder, 'marker' | 'mark'>;
  readonly versions: Pick<Versions, 'place' | 'setPlace' | 'any'>;
  /** The setting. */
  readonly directory: () => string;
  /** Another one is used from now on. */
  readonly adopted: () => void;
}

/**
 * Is the backup directory the one that it was? A disk that is not mounted leaves an empty folder in its place: what is
 * written there is lost from sight when the disk is back, and what is missing there says nothing of the versions. A
 * directory that a person named anew is taken as it is.
 */
export class Place {
  readonly #needs: PlaceNeeds;
  #adopting: { readonly path: string; readonly id: Promise<string> } | null = null;

  constructor(needs: PlaceNeeds) {
    this.#needs = needs;
  }

  /** The id that it shows; `store.missing` if it is not there. */
  async demand(): Promise<string> {
    const { blobs, versions } = this.#needs;
    const directory = this.#needs.directory();
    const known = versions.place();
    if (known?.path === directory) {
      const marker = await blobs.marker();
      if (marker.kind === 'there' && marker.id === known.id) return known.id;
      throw away(directory, marker);
    }
    // One at a time: two would give it two ids. Another directory does not wait for one that hangs.
    if (this.#adopting?.path !== directory) {
      const adopting = { path: directory, id: this.#adopt(directory, known === null).finally(() => this.#adopting === adopting && (this.#adopting = null)) };
      this.#adopting = adopting;
    }
    return await this.#adopting.id;
  }

  get directory(): string {
    return this.#needs.directory();
  }

  /** It is the one of before; a new one is not taken for it. */
  async isKnown(): Promise<boolean> {
    return this.#needs.versions.place()?.path === this.#needs.directory() && (await this.why()) === null;
  }

  /** Why it is not there; null: it is. */
  async why(): Promise<Refusal | null> {
    return await this.demand().then(() => null, refusal);
  }

  async #adopt(path: string, first: boolean): Promise<string> {
    const { blobs, versions } = this.#needs;
    const marker = first ? await blobs.marker() : null;
    // Versions were written before directories had ids, and every directory had its marker then.
    if (marker !== null && marker.kind !== 'there' && versions.any()) throw away(path, marker);
    const id = await blobs.mark();
    if (path !== this.directory) return id; // another one was named meanwhile
    writtenDown(() => versions.setPlace({ path, id }));
    this.#needs.adopted();
    return id;
  }
}

function away(path: string, marker: FolderMarker): UnderstudyError {
  const seen = {
    none: 'its marker file is missing',
    unreadable: 'its marker file cannot be read',
    there: 'its marker file is not the one of before',
  }[marker.kind];
  return new UnderstudyError('store.missing', `The backup directory ${path} is not there: ${seen}. Perhaps its disk is not mounted. Nothing is written there, and nothing said of its backups, until it is back. Mount the disk; if it is gone for good, set another backup Directory under Setup › Failover.`);
}
