import { until, type RecorderSite, type Site } from '../../src/cli/site/site.ts';

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What happened, as far as the story must know it. */
export interface Told {
  failedMs: number;
  decidedMs: number | null;
  detectedAfterMs: number | null;
}

/** Where a story plays: the site, the recorder that fails, and what is waited for. */
export class Stage {
  readonly site: Site;
  readonly victim: RecorderSite;
  readonly told: Told = { failedMs: 0, decidedMs: null, detectedAfterMs: null };
  readonly #say: (text: string) => void;
  /** Something that a condition does while both machines record (other parameter sets, for example). */
  readonly overlap: () => Promise<void>;

  constructor(site: Site, victim: RecorderSite, say: (text: string) => void, overlap: () => Promise<void>) {
    this.site = site;
    this.victim = victim;
    this.#say = say;
    this.overlap = overlap;
  }

  say(text: string): void {
    this.#say(`${this.victim.name}: ${text}`);
  }

  /** The failure itself; times count from its beginning. */
  async strike(text: string, act: () => Promise<unknown>): Promise<void> {
    this.say(text);
    if (this.told.failedMs === 0) this.told.failedMs = Date.now();
    await act();
  }

  async takenOver(): Promise<void> {
    const { site, victim, told } = this;
    const outage = await until('the take-over is decided', 60_000, async () => {
      const found = (await site.api.call('outages.list', { query: { server: victim.serverId } }))[0];
      return found?.decidedMs ? found : null;
    });
    told.decidedMs = outage.decidedMs;
    told.detectedAfterMs = outage.decidedMs! - told.failedMs;
    this.say(`the take-over was decided after ${told.detectedAfterMs} ms: ${outage.trigger.text}`);
    await until('all cameras are recorded by the failover server', 60_000, async () => {
      const { role } = await site.server(victim);
      return role.state === 'active' && role.camerasRecording === victim.cameraIds.length;
    });
  }

  /** The recorder itself has newer pictures of every camera than it tells of first (its clock is its own; while it is gone it tells nothing). */
  async recordsAgain(): Promise<void> {
    const { site, victim } = this;
    const newest = async (): Promise<ReadonlyMap<string, number> | null> => {
      const { cameraList } = await site.api.call('servers.get', { params: { server: victim.serverId } });
      return cameraList.every(({ recorder }) => recorder !== null) ? new Map(cameraList.map(({ cameraId, recorder }) => [cameraId, recorder?.newestUs ?? 0])) : null;
    };
    const before = await until(`${victim.name} tells of its cameras`, 60_000, newest);
    await until(`${victim.name} records every camera again`, 60_000, async () => [...((await newest()) ?? before)].every(([id, us]) => us > (before.get(id) ?? 0) + 1_000_000));
  }

  /** Alive, in its own hands. */
  async restored(withinMs = 120_000): Promise<void> {
    const { site, victim } = this;
    await until(`${victim.name} is alive and nothing is taken over`, withinMs, async () => {
      const server = await site.server(victim);
      return server.state === 'alive' && server.role.state === 'standby' && server.takenOverBy === null;
    });
    this.say('restored');
  }

  /** What was written provisionally has been judged: none of it waits for the recorder's word any more. */
  async settled(): Promise<void> {
    const { site, victim } = this;
    await until('provisional footage is judged', 60_000, async () => {
      for (const { id } of await site.api.call('outages.list', { query: { server: victim.serverId } })) {
        const { missing, state } = await site.api.call('outages.get', { params: { outage: id } });
        if (state === 'open' || missing.some(({ code }) => code === 'provisional')) return false;
      }
      return true;
    });
  }
}
