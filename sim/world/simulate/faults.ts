/** Everything that can go wrong in the world, by name, with the rows of the fault catalogue that it stands for. */
import type { Scene } from './scene.ts';
import type { Fault } from './script.ts';
import type { Site } from '../site.ts';
import { failoverFaults } from './faults-failover.ts';
import { networkFaults } from './faults-network.ts';
import { peopleFaults } from './faults-people.ts';
import { siteFaults } from './faults-site.ts';

export interface FaultDefinition {
  /** It meets one monitored server, or the failover server and all. */
  readonly of: 'site' | 'all';
  /** Rows of the catalogue that it stands for; none: it is beyond the catalogue. Only what is done as the row says, not what is near it. */
  readonly rows: readonly string[];
  /** How often, against the others of its kind. */
  readonly weight: number;
  /** It takes a working monitored server away: its recording, or the failover server's sight of it. */
  readonly outage: boolean;
  /** What lay in memory alone, of both machines, is lost: hot standby promises nothing around it. */
  readonly allMemory?: true;
  readonly begin: (scene: Scene, fault: Fault, site: Site) => void | Promise<void>;
  /** After `forMs`; what it does must be right whatever happened meanwhile. */
  readonly end?: (scene: Scene, fault: Fault, site: Site) => void | Promise<void>;
}

export const faults = { ...siteFaults, ...networkFaults, ...failoverFaults, ...peopleFaults } satisfies Record<string, FaultDefinition>;
export type FaultKind = keyof typeof faults;
export const faultKinds = Object.keys(faults) as readonly FaultKind[];
export const definitionOf = (kind: FaultKind): FaultDefinition => faults[kind];
