import { freeze, pullPower, recorderPid, thaw } from '../../src/cli/site/power.ts';
import { until, type RecorderSite, type Site } from '../../src/cli/site/site.ts';

/** Ways in which a recorder fails, each with how it comes back. */
export const storyKinds = ['power-off', 'crash', 'freeze', 'reboot', 'planned'] as const;
export type StoryKind = (typeof storyKinds)[number];

interface Failure {
  readonly text: string;
  /** Does it lead to a take-over? */
  readonly takenOver: boolean;
  /** How long it stays so after the take-over (or after the strike). */
  readonly lastsMs: number;
  strike(site: Site, victim: RecorderSite): Promise<void>;
}

export const failures: Readonly<Record<StoryKind, Failure>> = {
  'power-off': { text: 'its power goes (agent and recorder get SIGKILL)', takenOver: true, lastsMs: 6_000, strike: (_site, victim) => pullPower(victim) },
  crash: {
    text: 'its recorder crashes and is started again by its agent',
    takenOver: false,
    lastsMs: 6_000,
    strike: async (_site, victim) => void process.kill(await recorderPid(victim), 'SIGKILL'),
  },
  freeze: {
    text: 'it freezes (SIGSTOP)',
    takenOver: true,
    lastsMs: 6_000,
    strike: (_site, victim) => freeze(victim),
  },
  reboot: { text: 'it is shut down on purpose, for a reboot', takenOver: false, lastsMs: 5_000, strike: (_site, victim) => victim.agent.end() },
  planned: {
    text: 'a person takes it over though it is healthy',
    takenOver: true,
    lastsMs: 6_000,
    strike: async (site, victim) => void (await site.api.call('servers.takeOver', { params: { server: victim.serverId }, body: { confirm: victim.name } })),
  },
};

export async function comeBack(kind: StoryKind, site: Site, victim: RecorderSite): Promise<void> {
  if (kind === 'power-off' || kind === 'reboot') await site.restartAgent(victim);
  if (kind === 'freeze') await thaw(victim);
  if (kind === 'planned') await until('Reset restored server is accepted', 20_000, async () => site.api.call('servers.reset', { params: { server: victim.serverId }, body: {} }));
}
