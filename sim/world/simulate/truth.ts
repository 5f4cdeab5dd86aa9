import type { Site } from '../site.ts';
import type { World } from '../world.ts';
import type { Scene } from './scene.ts';

/** How often the world is looked at. */
export const sampleMs = 1000;
/** Good for less is a moment between two troubles, in which nothing need have been heard. */
const momentMs = 3000;

/** What is true of one monitored server, whatever anybody believes of it. */
export interface SiteTruth {
  /** It works, records, and the failover server could hear it, without a break since; null: not now. */
  goodSinceMs: number | null;
  /** Since it was last good: for so long the failover server was awake, had its own network, and could have noticed. */
  watchedBadMs: number;
  /** Since it was last good: for so long the failover server was awake, but its own network was down. */
  blindBadMs: number;
  /** When it was lost, newest last. */
  lossesMs: number[];
  lastGoodMs: number;
}

/** Looks at everything once a second. */
export class Truth {
  readonly #scene: Scene;
  readonly #of = new Map<string, SiteTruth>();
  /** Monitored servers that worked and were lost. */
  lost = 0;

  constructor(scene: Scene) {
    this.#scene = scene;
    for (const site of scene.sites) this.#of.set(site.serverId, { goodSinceMs: null, watchedBadMs: 0, blindBadMs: 0, lossesMs: [], lastGoodMs: 0 });
  }

  of(serverId: string): SiteTruth {
    const found = this.#of.get(serverId);
    if (found === undefined) throw new Error(`There is no ${serverId} in the script.`);
    return found;
  }

  look(): void {
    const { world, sites } = this.#scene;
    const nowMs = world.time.monotonicMs();
    // A commit on a slow disk keeps it waiting for less than a look takes, whatever comes meanwhile is read afterwards.
    const awake = world.failoverWorks || (world.failover !== null && world.faulty.slowMs > 0);
    const watches = awake && !world.cameras.isBlind('failover');
    for (const site of sites) {
      const truth = this.of(site.serverId);
      const good = this.isGood(site);
      if (good) {
        truth.goodSinceMs ??= nowMs;
        truth.lastGoodMs = nowMs;
        if (nowMs - truth.goodSinceMs >= momentMs) {
          truth.watchedBadMs = 0;
          truth.blindBadMs = 0;
        }
        continue;
      }
      if (truth.goodSinceMs !== null) {
        truth.lossesMs = [...truth.lossesMs, nowMs].slice(-20);
        this.lost += 1;
      }
      truth.goodSinceMs = null;
      if (watches) truth.watchedBadMs += sampleMs;
      else if (awake) truth.blindBadMs += sampleMs;
    }
  }

  isGood(site: Site): boolean {
    const { world } = this.#scene;
    return (
      site.isOn && site.agentWorks && site.recorder.isHealthy && !this.#scene.clones.has(site) && hears(world, site) && site.recorder.document.cameras.length > 0 &&
      site.recorder.document.cameras.some((camera) => !camera.enabled || site.recorder.writesSinceUs(camera.id) !== null)
    );
  }
}

function hears(world: World, site: Site): boolean {
  return !world.network.isRedirected(site.id) && world.network.passes('failover', site.id) && world.network.passes(site.id, 'failover') && !world.network.hasWeather('failover', site.id);
}
