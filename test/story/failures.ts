import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
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

/** The recorder's own process id, from the lock file of its folder. */
export async function recorderPid(victim: RecorderSite): Promise<number> {
  return until(`${victim.name} tells its process id`, 10_000, async () => Number.parseInt(/\d+/.exec(await readFile(join(victim.folder, 'recorder.lock'), 'utf8'))?.[0] ?? '', 10) || null);
}

async function killBoth(victim: RecorderSite): Promise<void> {
  const recorder = await recorderPid(victim);
  victim.agent.signal('SIGKILL');
  process.kill(recorder, 'SIGKILL');
  await victim.agent.gone;
}

export const failures: Readonly<Record<StoryKind, Failure>> = {
  'power-off': { text: 'its power goes (agent and recorder get SIGKILL)', takenOver: true, lastsMs: 6_000, strike: (_site, victim) => killBoth(victim) },
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
    strike: async (_site, victim) => {
      const recorder = await recorderPid(victim);
      victim.agent.signal('SIGSTOP');
      process.kill(recorder, 'SIGSTOP');
    },
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
  if (kind === 'freeze') {
    process.kill(await recorderPid(victim), 'SIGCONT');
    victim.agent.signal('SIGCONT');
  }
  if (kind === 'planned') await until('Reset restored server is accepted', 20_000, async () => site.api.call('servers.reset', { params: { server: victim.serverId }, body: {} }));
}
