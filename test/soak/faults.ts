import { freeze, pullPower, recorderPid, thaw } from '../../src/cli/site/power.ts';
import { until, type RecorderSite, type Site } from '../../src/cli/site/site.ts';
import { pause, takenOver } from '../chaos/watch.ts';

/** When a camera itself gave nothing: what is missing then is nobody's fault. */
export interface Silence {
  readonly camera: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Fault {
  readonly name: string;
  /** Kills processes of a recorder; only the first one may suffer it. */
  readonly kills?: boolean;
  strike(site: Site, recorder: RecorderSite, random: () => number): Promise<Silence | null>;
}

const some = <T>(list: readonly T[], random: () => number): T => list[Math.floor(random() * list.length)]!;
const number = (camera: string): number => Number(camera.split('-').at(-1));

async function toCamera(site: Site, recorder: RecorderSite, random: () => number, how: 'cut' | 'stall'): Promise<Silence> {
  const camera = some(recorder.cameraIds, random);
  const fromMs = Date.now();
  if (how === 'cut') await fetch(`http://127.0.0.1:${site.cameras.ready.control}/${number(camera)}/cut`, { method: 'POST' });
  else {
    await site.fault(number(camera), { stall: true });
    await pause(4_000);
    await site.fault(number(camera), { stall: false });
  }
  return { camera, fromMs, toMs: Date.now() };
}

const nothing = (strike: (site: Site, recorder: RecorderSite, random: () => number) => Promise<void>): Fault['strike'] => async (...given) => {
  await strike(...given);
  return null;
};

/** One at a time, so that somebody can always record. */
export const faults: readonly Fault[] = [
  {
    name: 'recorder crashes',
    kills: true,
    strike: nothing(async (site, recorder) => {
      process.kill(await recorderPid(recorder), 'SIGKILL');
      // Before that everything looks settled; after many failures a crash is taken over at once.
      await until(`the crash of ${recorder.name} is noticed`, 10_000, async () => (await site.server(recorder)).state !== 'alive');
    }),
  },
  {
    name: 'power-off',
    kills: true,
    strike: nothing(async (site, recorder) => {
      await pullPower(recorder);
      await takenOver(site, recorder);
      await pause(2_000);
      await site.restartAgent(recorder);
    }),
  },
  {
    name: 'reboot',
    kills: true,
    strike: nothing(async (site, recorder, random) => {
      await recorder.agent.end();
      await pause(1_000 + random() * 4_000);
      await site.restartAgent(recorder);
    }),
  },
  {
    name: 'freeze',
    strike: nothing(async (_site, recorder, random) => {
      await freeze(recorder);
      await pause(500 + random() * 6_000);
      await thaw(recorder);
    }),
  },
  {
    name: 'cable cut',
    strike: nothing(async (_site, recorder, random) => {
      recorder.cable.cut();
      await pause(1_000 + random() * 8_000);
      recorder.cable.mend();
    }),
  },
  {
    name: 'failover server frozen',
    strike: nothing(async (site, _recorder, random) => {
      site.failover.signal('SIGSTOP');
      await pause(1_000 + random() * 4_000);
      site.failover.signal('SIGCONT');
    }),
  },
  {
    name: 'planned take-over',
    strike: nothing(async (site, recorder) => {
      await site.api.call('servers.takeOver', { params: { server: recorder.serverId }, body: { confirm: recorder.name } });
      await takenOver(site, recorder);
      await pause(2_000);
      await site.api.call('servers.reset', { params: { server: recorder.serverId }, body: {} });
    }),
  },
  { name: 'camera session cut', strike: (site, recorder, random) => toCamera(site, recorder, random, 'cut') },
  { name: 'camera stalls', strike: (site, recorder, random) => toCamera(site, recorder, random, 'stall') },
];

/** Small, good enough, and the same everywhere. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
