/** Pure: what servers need, measured where possible, and what room there is for each. */
import { assumedBitsPerSecond } from '../assumed.ts';
import type { ServerView } from '../server-types.ts';
import type { Needs } from './protection.ts';

export const cameraBits = (camera: { readonly peakBitsPerSecond: number | null }): number => camera.peakBitsPerSecond ?? assumedBitsPerSecond;

const none: Needs = { cameras: 0, bitsPerSecond: 0 };

export function needsOf(server: ServerView): Needs {
  return server.cameras.reduce((sum, camera) => (camera.enabled ? { cameras: sum.cameras + 1, bitsPerSecond: sum.bitsPerSecond + cameraBits(camera) } : sum), none);
}

export const bytesPerDay = (needs: Needs): number => (needs.bitsPerSecond / 8) * 86_400;

export const isServed = ({ role }: ServerView): boolean => role.state === 'taking over' || role.state === 'active' || role.state === 'restoring';
export const plus = (a: Needs, b: Needs): Needs => ({ cameras: a.cameras + b.cameras, bitsPerSecond: a.bitsPerSecond + b.bitsPerSecond });
const minus = (a: Needs, b: Needs): Needs => ({ cameras: a.cameras - b.cameras, bitsPerSecond: a.bitsPerSecond - b.bitsPerSecond });

export interface Rooms {
  readonly needs: Needs;
  /** The limits, less what other servers that are taken over use now. */
  readonly room: Needs;
  /** The same if the largest other server, not served yet, failed too. */
  readonly atSecondFailure: Needs;
}

/** All servers at once: for a thousand of them the screen asks four times a second. */
export function roomsOf(all: readonly ServerView[], limits: Needs): ReadonlyMap<string, Rooms> {
  const each = all.map((server) => ({ server, needs: needsOf(server), served: isServed(server) }));
  const servedNeeds = each.filter((one) => one.served).reduce((sum, one) => plus(sum, one.needs), none);
  const idle = each.filter((one) => !one.served);
  const byCameras = idle.toSorted((a, b) => b.needs.cameras - a.needs.cameras).slice(0, 2);
  const byBits = idle.toSorted((a, b) => b.needs.bitsPerSecond - a.needs.bitsPerSecond).slice(0, 2);
  return new Map(
    each.map(({ server, needs, served }) => {
      const room = minus(limits, served ? minus(servedNeeds, needs) : servedNeeds);
      const other = (list: typeof each): Needs => list.find((one) => one.server.id !== server.id)?.needs ?? none;
      const largest = { cameras: other(byCameras).cameras, bitsPerSecond: other(byBits).bitsPerSecond };
      return [server.id, { needs, room, atSecondFailure: minus(room, largest) }];
    }),
  );
}
