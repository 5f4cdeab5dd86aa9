import type { Place } from './place.ts';
import type { Reader } from './reader.ts';
import { Turns } from './turns.ts';
import type { Versions } from './versions.ts';

export interface SecondLookNeeds {
  readonly versions: Pick<Versions, 'list' | 'get' | 'any'>;
  readonly reader: Pick<Reader, 'open'>;
  readonly place: Pick<Place, 'why' | 'directory'>;
  readonly serverIds: () => readonly string[];
  /** Reads what a take-over would use. */
  readonly read: (serverId: string) => Promise<unknown>;
  /** The directory is back: what failed because it was away. */
  readonly makeUp: (serverId: string) => Promise<void>;
  readonly stopped: () => boolean;
}

const atOnce = 4;

/**
 * Damage is not for good: a disk that was away for a moment, or a folder that was brought back, looks the same. What was
 * condemned is read once more after a start, a return of the directory, and a day; and before nobody is protected.
 */
export class SecondLook {
  readonly #needs: SecondLookNeeds;
  readonly #seen = new Set<string>();
  #isAway = false;
  /** What is being looked at. A disk that hangs answers no look, and each would keep a thread of the file system's few for good. */
  #looking: string | null = null;

  constructor(needs: SecondLookNeeds) {
    this.#needs = needs;
  }

  /** Everything is due for it again. */
  renew(): void {
    this.#seen.clear();
  }

  async take(serverId: string): Promise<void> {
    if (this.#seen.has(serverId)) return;
    const { versions, place, reader } = this.#needs;
    const damaged = versions.list(serverId).filter((one) => one.state === 'corrupt');
    // While it is away nothing is learned of them.
    if (damaged.length > 0 && (await place.why()) !== null) return;
    this.#seen.add(serverId);
    for (const version of damaged) await reader.open(version);
  }

  /** No good one is left: true if the newest damaged one proved whole, and is good. */
  async lastResort(serverId: string): Promise<boolean> {
    const versions = this.#needs.versions.list(serverId);
    const damaged = versions.find((one) => one.state === 'corrupt');
    if (damaged === undefined || versions.some((one) => one.state === 'good')) return false;
    await this.#needs.reader.open(damaged);
    return this.#needs.versions.get(serverId, damaged.version)?.state === 'good';
  }

  /** Told when the directory goes; when it is back everything is read again, and what failed meanwhile made up for. */
  async lookAtPlace(): Promise<void> {
    const { versions, place, serverIds, read, makeUp, stopped } = this.#needs;
    const { directory } = place;
    if (this.#looking === directory || !versions.any()) return;
    this.#looking = directory;
    const isAway = (await place.why().finally(() => this.#looking === directory && (this.#looking = null))) !== null;
    if (stopped() || directory !== place.directory || isAway === this.#isAway) return;
    this.#isAway = isAway;
    if (!isAway) this.renew();
    const turns = new Turns(atOnce);
    const work = serverIds().map((serverId) =>
      turns.run(async () => {
        if (!stopped()) await read(serverId);
        if (!isAway && !stopped()) await makeUp(serverId);
      }),
    );
    await Promise.all(work);
  }
}
