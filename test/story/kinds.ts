import { emptyDisk, fillDisk } from '../../src/cli/demo/faults.ts';
import { freeze, pullPower, recorderPid, thaw } from '../../src/cli/site/power.ts';
import { until } from '../../src/cli/site/site.ts';
import { pause, type Stage } from './stage.ts';

/** Ways in which a recorder fails, each with how it comes back: those of the matrix. */
export const matrixKinds = ['crash', 'crash-no-restart', 'power-off', 'freeze', 'reboot', 'flapping', 'planned', 'failover-killed', 'disk-full'] as const;
/** Besides: no take-over, and yet nothing may be missing. */
export const moreKinds = ['gray', 'camera-lost', 'camera-lost-briefly'] as const;
export const storyKinds = [...matrixKinds, ...moreKinds] as const;
export type StoryKind = (typeof storyKinds)[number];

export interface Kind {
  readonly text: string;
  /** Options of the failing recorder's agent. */
  readonly agentArgs?: readonly string[];
  /** It needs a small disk of its own. */
  readonly smallDisk?: boolean;
  /** A person chose that a server that records nothing is only alarmed about. */
  readonly alarmOnly?: boolean;
  /** Plays from the failure until the recorder is back. */
  play(stage: Stage): Promise<void>;
}

const killRecorder = async ({ victim }: Stage): Promise<void> => void process.kill(await recorderPid(victim), 'SIGKILL');

export const kinds: Readonly<Record<StoryKind, Kind>> = {
  crash: {
    text: 'crash with restart',
    async play(stage) {
      await stage.strike('its recorder crashes and is started again by its agent', () => killRecorder(stage));
      await pause(5_000);
      await stage.overlap();
    },
  },
  'crash-no-restart': {
    text: 'crash without restart',
    agentArgs: ['--no-restart'],
    async play(stage) {
      await stage.strike('its recorder crashes and stays away', () => killRecorder(stage));
      await stage.takenOver();
      await pause(3_000);
      stage.say('a person starts it again');
      await stage.victim.agent.end();
      await stage.site.restartAgent(stage.victim);
      await stage.overlap();
    },
  },
  'power-off': {
    text: 'power-off',
    async play(stage) {
      await stage.strike('its power goes (agent and recorder get SIGKILL)', () => pullPower(stage.victim));
      await stage.takenOver();
      await pause(4_000);
      stage.say('its power is back');
      await stage.site.restartAgent(stage.victim);
      await stage.overlap();
    },
  },
  freeze: {
    text: 'freeze',
    async play(stage) {
      await stage.strike('it freezes (SIGSTOP)', () => freeze(stage.victim));
      await stage.takenOver();
      await pause(4_000);
      stage.say('it goes on');
      await thaw(stage.victim);
      await stage.overlap();
    },
  },
  reboot: {
    text: 'planned reboot',
    async play(stage) {
      await stage.strike('it is shut down on purpose, for a reboot', () => stage.victim.agent.end());
      await pause(4_000);
      stage.say('it starts again');
      await stage.site.restartAgent(stage.victim);
      await stage.overlap();
    },
  },
  flapping: {
    text: 'flapping',
    async play(stage) {
      for (let time = 0; time < 3; time++) {
        await stage.strike('its power goes', () => pullPower(stage.victim));
        await pause(1_500);
        await stage.site.restartAgent(stage.victim);
        stage.say('its power is back');
        await stage.recordsAgain();
      }
      await stage.overlap();
    },
  },
  planned: {
    text: 'planned take-over',
    async play(stage) {
      const { site, victim } = stage;
      const params = { server: victim.serverId };
      await stage.strike('a person takes it over though it is healthy', () => site.api.call('servers.takeOver', { params, body: { confirm: victim.name } }));
      await stage.takenOver();
      await pause(2_000);
      await stage.overlap();
      await pause(2_000);
      stage.say('Reset restored server');
      await until('Reset restored server is accepted', 20_000, async () => site.api.call('servers.reset', { params, body: {} }));
    },
  },
  'failover-killed': {
    text: 'failover server killed in the middle',
    async play(stage) {
      const { site, victim } = stage;
      await stage.strike('its power goes', () => pullPower(victim));
      await stage.takenOver();
      await pause(2_000);
      await site.restartAgent(victim);
      await stage.recordsAgain();
      stage.say('it is back; before it is restored, the failover server is killed');
      site.failover.signal('SIGKILL');
      await site.failover.gone;
      await pause(2_000);
      await site.restartFailover();
      await stage.overlap();
    },
  },
  'disk-full': {
    text: 'disk full on the recorder',
    smallDisk: true,
    async play(stage) {
      await stage.strike('its disk is full', () => fillDisk(stage.victim.storePath));
      await stage.takenOver();
      await pause(3_000);
      stage.say('there is room again');
      await emptyDisk(stage.victim.storePath);
      await stage.overlap();
    },
  },
  gray: {
    text: 'alive but records nothing, alarm only',
    smallDisk: true,
    alarmOnly: true,
    async play(stage) {
      await stage.strike('its disk is full; nobody takes it over', () => fillDisk(stage.victim.storePath));
      await pause(13_000);
      stage.say('there is room again');
      await emptyDisk(stage.victim.storePath);
      await stage.recordsAgain();
    },
  },
  'camera-lost': {
    text: 'the recorder alone loses a camera',
    play: async (stage) => await loseCamera(stage, 12_000),
  },
  'camera-lost-briefly': {
    text: 'the recorder alone loses a camera for two seconds',
    play: async (stage) => await loseCamera(stage, 2_000),
  },
};

/** Too short a time makes no *not recording*. */
async function loseCamera(stage: Stage, ms: number): Promise<void> {
  const clients = (deny: readonly string[]): Promise<void> => stage.site.fault(1, { clients: { deny, how: 'reset' } });
  await stage.strike('it cannot reach its first camera any more', () => clients(['agent:Understudy recorder']));
  await pause(ms);
  stage.say('it reaches the camera again');
  await clients([]);
  await stage.recordsAgain();
}
