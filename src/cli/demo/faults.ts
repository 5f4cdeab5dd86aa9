import { open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { freeze, pullPower, thaw } from '../site/power.ts';
import type { RecorderSite, Site } from '../site/site.ts';

export const faultNames = ['power', 'freeze', 'disk', 'network'] as const;
export type FaultName = (typeof faultNames)[number];

export const faultTexts: Readonly<Record<FaultName, string>> = {
  power: 'Pull the power',
  freeze: 'Freeze',
  disk: 'Fill the disk',
  network: 'Cut the network',
};

/** Breaks one recorder for real, and mends it again. One fault at a time each. */
export class Faults {
  readonly #site: Site;
  readonly #broken = new Map<RecorderSite, FaultName>();
  readonly #fillers = new Map<RecorderSite, () => Promise<void>>();
  /** Recorders whose disk is a small one of their own, so that filling it harms nobody. */
  readonly #smallDisks: ReadonlySet<RecorderSite>;

  constructor(site: Site, smallDisks: ReadonlySet<RecorderSite>) {
    this.#site = site;
    this.#smallDisks = smallDisks;
  }

  broken(recorder: RecorderSite): FaultName | null {
    return this.#broken.get(recorder) ?? null;
  }

  /** Why it cannot be done now; null if it can. */
  refusal(recorder: RecorderSite, fault: FaultName): string | null {
    const now = this.#broken.get(recorder);
    if (now !== undefined) return `${recorder.name}: “${faultTexts[now]}” first has to be mended.`;
    if (fault === 'disk' && !this.#smallDisks.has(recorder)) return 'This needs a small disk of its own, which only root can make (run the demo as root).';
    return null;
  }

  async strike(recorder: RecorderSite, fault: FaultName): Promise<void> {
    const no = this.refusal(recorder, fault);
    if (no !== null) throw new Error(no);
    this.#broken.set(recorder, fault);
    if (fault === 'power') await pullPower(recorder);
    else if (fault === 'freeze') await freeze(recorder);
    else if (fault === 'network') recorder.cable.cut();
    else this.#fillers.set(recorder, await keepFull(recorder.storePath));
  }

  async mend(recorder: RecorderSite): Promise<void> {
    const fault = this.#broken.get(recorder);
    if (fault === undefined) return;
    if (fault === 'power') await this.#site.restartAgent(recorder);
    else if (fault === 'freeze') await thaw(recorder);
    else if (fault === 'network') recorder.cable.mend();
    else {
      await this.#fillers.get(recorder)?.();
      await emptyDisk(recorder.storePath);
    }
    this.#broken.delete(recorder);
  }
}

const ballast = 'filled-by-the-demo';

export const emptyDisk = async (folder: string): Promise<void> => await rm(join(folder, ballast));

/** The recorder drops its oldest footage to make room: a disk that is to stay full is filled again and again. Gives what ends that. */
async function keepFull(folder: string): Promise<() => Promise<void>> {
  await fillDisk(folder);
  let ended = false;
  const filling = (async (): Promise<void> => {
    while (!ended) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      if (!ended) await fillDisk(folder);
    }
  })();
  return async () => {
    ended = true;
    await filling;
  };
}

/** Writes until nothing more fits. */
export async function fillDisk(folder: string): Promise<void> {
  const file = await open(join(folder, ballast), 'a');
  const block = Buffer.alloc(1024 * 1024);
  try {
    for (let { bavail, bsize } = await statfs(folder); bavail * bsize > 0; { bavail, bsize } = await statfs(folder)) await file.write(block);
  } catch (error) {
    // The disk is full: that was the aim.
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    await file.close();
  }
}
