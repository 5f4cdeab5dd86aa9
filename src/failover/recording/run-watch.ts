import type { CameraProgress } from '../../contract/link.ts';
import type { TimeUs } from '../../core/units.ts';

/** The pre-roll gives at least 11 s back; less what noticing takes (3 s), and a margin. */
const mostUnsyncedUs = 6_000_000;
/** Synced again this far: a power-off costs no more than is reckoned with. */
const caughtUpUs = 3_000_000;

type Report = Pick<CameraProgress, 'id' | 'newestUs' | 'sinceUs' | 'durableUs' | 'packetsLost'>;

/** Written, but not on the recorder's disk; a run has nothing synced before its first sync. Makes that do not tell are believed. */
function unsyncedUs({ newestUs, sinceUs, durableUs }: Report): number {
  if (newestUs === null || durableUs === null) return 0;
  return newestUs - Math.max(durableUs, sinceUs ?? durableUs);
}

/** So much lies in the recorder's memory alone that its power-off would cost more than the pre-roll has. */
export const isFarBehind = (report: Report): boolean => unsyncedUs(report) > mostUnsyncedUs;

export const hasCaughtUp = (report: Report): boolean => unsyncedUs(report) <= caughtUpUs;

interface Told {
  readonly sinceUs: TimeUs | null;
  /** Null: it does not tell. */
  readonly packetsLost: number | null;
  /** How far it had written when packets were last found missing; null: none were yet. */
  readonly lossUs: TimeUs | null;
}

/**
 * A recorder that is alive may lose a camera for less time than makes it *not recording*: a session that
 * broke, frames that were dropped, packets that never came. Its keep-alives tell by the begin of each
 * camera's unbroken run, and by the packets that it counts as lost while that run goes on.
 */
export class RunWatch {
  readonly #told = new Map<string, Map<string, Told>>();

  /** Ids of the cameras of which something is missing since the keep-alive before. The first one tells of none. */
  broken(serverId: string, reports: readonly Report[]): readonly string[] {
    const before = this.#told.get(serverId);
    this.#told.set(serverId, new Map(reports.map((report) => [report.id, toldBy(report, before?.get(report.id))])));
    if (before === undefined) return [];
    return reports.filter((report) => isMissing(report, before.get(report.id))).map(({ id }) => id);
  }

  /** No packet of it was lost for so long as to have a whole group of pictures again. */
  isWhole(serverId: string, { id, newestUs }: Report, gopMs: number): boolean {
    const lossUs = this.#told.get(serverId)?.get(id)?.lossUs ?? null;
    return lossUs === null || (newestUs !== null && newestUs - lossUs >= Math.max(gopMs, 1000) * 1000);
  }

  forget(serverId: string): void {
    this.#told.delete(serverId);
  }
}

const isMissing = (report: Report, before: Told | undefined): boolean =>
  (before?.sinceUs ?? null) !== null && (before?.sinceUs !== report.sinceUs || lostMore(report, before));

/** A count that fell is of another run of the recorder. */
const lostMore = ({ packetsLost }: Report, before: Told | undefined): boolean =>
  packetsLost !== undefined && before !== undefined && before.packetsLost !== null && packetsLost > before.packetsLost;

const toldBy = (report: Report, before: Told | undefined): Told => ({
  sinceUs: report.sinceUs,
  packetsLost: report.packetsLost ?? null,
  // A run that was begun anew is judged by its own length.
  lossUs: lostMore(report, before) ? report.newestUs : before?.sinceUs === report.sinceUs ? before.lossUs : null,
});
