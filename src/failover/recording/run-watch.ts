import type { CameraProgress } from '../../contract/link.ts';
import type { TimeUs } from '../../core/units.ts';

/** The pre-roll gives at least 11 s back; less what noticing takes (3 s), and a margin. */
const mostUnsyncedUs = 6_000_000;
/** Synced again this far: a power-off costs no more than is reckoned with. */
const caughtUpUs = 3_000_000;

type Report = Pick<CameraProgress, 'id' | 'newestUs' | 'sinceUs' | 'durableUs'>;

/** Written, but not on the recorder's disk; a run has nothing synced before its first sync. Makes that do not tell are believed. */
function unsyncedUs({ newestUs, sinceUs, durableUs }: Report): number {
  if (newestUs === null || durableUs === null) return 0;
  return newestUs - Math.max(durableUs, sinceUs ?? durableUs);
}

/** So much lies in the recorder's memory alone that its power-off would cost more than the pre-roll has. */
export const isFarBehind = (report: Report): boolean => unsyncedUs(report) > mostUnsyncedUs;

export const hasCaughtUp = (report: Report): boolean => unsyncedUs(report) <= caughtUpUs;

/**
 * A recorder that is alive may lose a camera for less time than makes it *not recording*: a session that
 * broke, frames that were dropped. Its keep-alives tell by the begin of each camera's unbroken run.
 */
export class RunWatch {
  readonly #begins = new Map<string, Map<string, TimeUs | null>>();

  /** Ids of the cameras whose run has ended since the keep-alive before. The first one tells of none. */
  broken(serverId: string, reports: readonly Report[]): readonly string[] {
    const before = this.#begins.get(serverId);
    this.#begins.set(serverId, new Map(reports.map(({ id, sinceUs }) => [id, sinceUs])));
    if (before === undefined) return [];
    return reports.filter(({ id, sinceUs }) => (before.get(id) ?? null) !== null && before.get(id) !== sinceUs).map(({ id }) => id);
  }

  forget(serverId: string): void {
    this.#begins.delete(serverId);
  }
}
