import { UnderstudyError } from '../../contract/errors.ts';
import type { FootageDoor } from './footage-door.ts';

/** For a failover server that is built without a part: the routes stay, and say so. */
export const notReady = (what: string) => (): never => {
  throw new UnderstudyError('process.not-ready', `${what} is not available in this failover server.`);
};

export const noFootage: FootageDoor = {
  cameras: async () => [],
  timeline: notReady('The timeline'),
  play: notReady('Playback'),
  live: notReady('Live view'),
  clip: notReady('Download'),
  locks: async () => [],
  lock: notReady('The evidence lock'),
  unlock: notReady('The evidence lock'),
};
