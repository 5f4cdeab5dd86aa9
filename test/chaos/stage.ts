import { join } from 'node:path';
import { startSite, type Places, type RecorderSite, type Site, type SiteOptions } from '../../src/cli/site/site.ts';
import type { FailoverSettings } from '../../src/contract/api/failover.ts';
import { layNetwork, type Network } from './network.ts';
import { mark, processesOf, type ProcessFigures } from './processes.ts';

/** What a scenario stands on: a site of real processes, its audit, and what was found. */
export interface Stage {
  readonly folder: string;
  readonly run: string;
  say(text: string): void;
  /** Something that must hold; what does not makes the scenario fail, and it goes on. */
  check(holds: boolean, text: string): void;
  figure(name: string, value: unknown): void;
  readonly figures: Readonly<Record<string, unknown>>;
  /** Variables for processes that are started from now on, by the name of the process. */
  readonly env: Map<string, Readonly<Record<string, string>>>;
  /** A site with the shortest time-outs; ended and audited by the stage. */
  site(options: Partial<SiteOptions>): Promise<Site>;
  /** The same, each host with a network of its own; `names`: by which name others know a host. */
  networkSite(options: Partial<SiteOptions> & { readonly names?: Readonly<Record<string, string>> }): Promise<{ readonly site: Site; readonly network: Network }>;
  /** Run when the scenario is over, also when it failed. */
  atEnd(step: () => Promise<void> | void): void;
}

export const shortest = (settings: FailoverSettings): FailoverSettings => ({
  ...settings,
  timeouts: { allowShorter: true, connectedMs: 10_000, startedMs: 10_000, keepAliveMs: 3_000, normalShutdownMs: 10_000, abnormalShutdownMs: 10_000, holdDownMs: 2_000 },
});

/** More than these is a leak: simulated cameras of some Mbit/s, few of them. */
const mostResidentMb = 600;
const mostHandles = 250;

export interface StageResult {
  readonly problems: readonly string[];
  readonly figures: Readonly<Record<string, unknown>>;
}

export async function onStage(folder: string, run: string, play: (stage: Stage) => Promise<void>): Promise<StageResult> {
  const problems: string[] = [];
  const figures: Record<string, unknown> = {};
  const endings: (() => Promise<void> | void)[] = [];
  const started = Date.now();
  const env = new Map<string, Readonly<Record<string, string>>>();
  const say = (text: string): void => console.error(`  ${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s ${text}`);
  const envOf = (name: string): Readonly<Record<string, string>> => ({ [mark]: run, ...env.get(name) });
  const begin = async (options: Partial<SiteOptions>, places: Places | null): Promise<Site> => {
    const site = await startSite({
      folder: join(folder, 'site'), recorders: 1, camerasPerRecorder: 2, settings: shortest,
      ...options,
      places: places ?? { address: () => '127.0.0.1', ownWay: () => '127.0.0.1', launch: (name) => ({ env: envOf(name) }) },
    });
    endings.push(() => audit(run, site, problems, figures));
    return site;
  };
  const stage: Stage = {
    folder, run, env, say, figures,
    check(holds, text) {
      if (!holds) problems.push(text);
      if (!holds) say(`DOES NOT HOLD: ${text}`);
    },
    figure: (name, value) => void (figures[name] = value),
    site: (options) => begin(options, null),
    async networkSite(options) {
      const hosts = ['cameras', 'failover', ...Array.from({ length: options.recorders ?? 1 }, (_, index) => `recorder-${index + 1}`)];
      const network = await layNetwork(hosts, envOf);
      const places: Places = { ...network.places, address: (host) => options.names?.[host] ?? network.places.address(host) };
      return { network, site: await begin(options, places) };
    },
    atEnd: (step) => void endings.push(step),
  };
  try {
    await play(stage);
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
    say(`FAILED: ${problems.at(-1)}`);
  }
  for (const step of endings.toReversed())
    try {
      await step();
    } catch (error) {
      problems.push(`At the end: ${error instanceof Error ? error.message : String(error)}`);
    }
  return { problems, figures };
}

/** Memory and handles of what runs, then ends it all and looks for what stayed. */
async function audit(run: string, site: Site, problems: string[], figures: Record<string, unknown>): Promise<void> {
  const running = await processesOf(run);
  for (const { pid, what, residentMb, handles } of running) {
    if (residentMb > mostResidentMb) problems.push(`${what} (process ${pid}) holds ${Math.round(residentMb)} MB.`);
    if (handles > mostHandles) problems.push(`${what} (process ${pid}) holds ${handles} file handles.`);
  }
  figures['processes'] = summary(running);
  const expected = 2 + 2 * site.recorders.filter(({ agent }) => agent.alive()).length;
  // Cameras, failover server, and beside each living agent at most one recorder.
  if (running.length > expected) problems.push(`${running.length} processes run where at most ${expected} should: ${running.map(({ what, pid }) => `${what} ${pid}`).join(', ')}.`);
  // What is frozen could not end in order.
  for (const { pid } of running) process.kill(pid, 'SIGCONT');
  await site.close();
  const left = await processesOf(run);
  if (left.length > 0) problems.push(`Processes left behind: ${left.map(({ what, pid }) => `${what} ${pid}`).join(', ')}.`);
}

function summary(running: readonly ProcessFigures[]): Readonly<Record<string, { readonly count: number; readonly residentMb: number; readonly handles: number }>> {
  const kinds = [...new Set(running.map(({ what }) => what))];
  return Object.fromEntries(
    kinds.map((what) => {
      const all = running.filter((each) => each.what === what);
      return [what, { count: all.length, residentMb: Math.round(Math.max(...all.map(({ residentMb }) => residentMb))), handles: Math.max(...all.map(({ handles }) => handles)) }];
    }),
  );
}


/** Host of a recorder, as its processes and its network are named. */
export const hostOf = (site: Site, recorder: RecorderSite): string => `recorder-${site.recorders.indexOf(recorder) + 1}`;
