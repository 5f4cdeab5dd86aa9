import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { SettingsDocument } from '../../contract/settings.ts';
import { settingsSchemaVersion } from '../../contract/settings.ts';
import type { MonitoredServer } from '../../contract/api/servers.ts';
import type { FailoverSettings } from '../../contract/api/failover.ts';
import { apiAt, type Api } from './api.ts';
import { layCable, noCable, type Cable } from './cuttable.ts';
import { startChild, type Child } from './child.ts';

/**
 * A whole site of real processes on this machine: simulated cameras, recorders with their agents, a
 * failover server that is paired with them. The demo shows it, the story and the chaos runs break it.
 */

const camerasReady = z.object({ ready: z.literal(true), control: z.number(), urls: z.array(z.string()) });
const agentReady = z.object({ ready: z.literal(true), port: z.number(), pairingSecret: z.string() });
const failoverReady = z.object({ ready: z.literal(true), url: z.string(), tokenFile: z.string() });

export interface SiteOptions {
  readonly folder: string;
  readonly recorders: number;
  readonly camerasPerRecorder: number;
  readonly codec?: 'h264' | 'h265';
  readonly cameraArgs?: readonly string[];
  readonly httpPort?: number;
  readonly settings?: (settings: FailoverSettings) => FailoverSettings;
  readonly standby?: 'cold' | 'hot';
  readonly log?: (text: string) => void;
  /** Standby of one recorder alone, by its number from 0; else `standby`. */
  readonly standbyOf?: (recorder: number) => 'cold' | 'hot';
  /** Cameras of people's own, added to the first recorder. */
  readonly ownCameras?: readonly string[];
  /** Further options of each agent, by the number of its recorder from 0, and of the failover server. */
  readonly agentArgs?: (recorder: number) => readonly string[];
  readonly agentEnv?: (recorder: number) => Readonly<Record<string, string>>;
  readonly failoverArgs?: readonly string[];
  /** What each camera is said to allow; left out: not known. */
  readonly maxSessions?: number;
  /** The store path of a recorder, if not inside its folder. */
  readonly storeOf?: (recorder: number, folder: string) => Promise<string>;
  /** On which hosts the processes live; else all on this machine's loopback. */
  readonly places?: Places;
  /** Changes the settings of recorder n before its first start. */
  readonly document?: (document: SettingsDocument, recorder: number) => SettingsDocument;
}

/** Processes are named `cameras`, `failover`, `recorder-1`, `recorder-2`, … */
export interface Places {
  /** The hosts have networks of their own; else a cable that can be cut is laid to each agent. */
  readonly ownCables?: boolean;
  /** By which the other processes reach it. */
  address(name: string): string;
  /** By which we reach it, whatever happens to its network. */
  ownWay(name: string): string;
  /** How the process is started, asked at every start. */
  launch(name: string): { readonly before?: readonly string[]; readonly env?: Readonly<Record<string, string>> };
}

const onLoopback: Places = { address: () => '127.0.0.1', ownWay: () => '127.0.0.1', launch: () => ({}) };

export interface RecorderSite {
  readonly name: string;
  readonly folder: string;
  readonly serverId: string;
  readonly cameraIds: readonly string[];
  /** Between the failover server and the agent. */
  readonly cable: Cable;
  readonly storePath: string;
  /** The agent; its recorder is a process of its own beside it. */
  agent: Child<z.infer<typeof agentReady>>;
}

export interface Site {
  readonly cameras: Child<z.infer<typeof camerasReady>>;
  readonly recorders: readonly RecorderSite[];
  failover: Child<z.infer<typeof failoverReady>>;
  readonly api: Api;
  readonly token: string;
  /** Changes a fault of camera n (1, 2, …) or all. */
  fault(camera: number | 'all', change: object): Promise<void>;
  restartAgent(recorder: RecorderSite): Promise<void>;
  restartFailover(): Promise<void>;
  server(recorder: RecorderSite): Promise<MonitoredServer>;
  close(): Promise<void>;
}

/** Run from source (tests) or compiled: the processes are run as we are. */
const compiled = import.meta.url.endsWith('.js');
const at = (path: string): string => new URL(path, import.meta.url).pathname;
/** Words behind `node` that are the `understudy` command. */
export const understudyWords: readonly string[] = compiled ? [at('../../../../bin/understudy.js')] : ['--import', at('../../../scripts/ts.mjs'), at('../main.ts')];
const camerasMain: readonly string[] = compiled ? [at('../../../sim/cameras/main.js')] : ['--import', at('../../../scripts/ts.mjs'), at('../../../sim/cameras/main.ts')];

/** Asks every 50 ms until `look` gives something; throws with `what` after `withinMs`. */
export async function until<T>(what: string, withinMs: number, look: () => Promise<T | null | undefined | false>): Promise<T> {
  const end = Date.now() + withinMs;
  let last = '';
  for (;;) {
    try {
      const found = await look();
      if (found) return found;
    } catch (error) {
      last = ` (${error instanceof Error ? error.message : String(error)})`;
    }
    if (Date.now() > end) throw new Error(`Waited ${withinMs / 1000} s in vain: ${what}${last}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function settingsOf(name: string, storePath: string, urls: readonly string[], first: number, maxSessions?: number): SettingsDocument {
  return {
    schema: settingsSchemaVersion,
    name,
    storePath,
    retention: { days: 7, maxBytes: null },
    cameras: urls.map((url, index) => ({ id: `cam-${first + index}`, name: `Camera ${first + index}`, ...credentials(url), transport: 'auto', audio: false, priority: index + 1, enabled: true, ...(maxSessions === undefined ? {} : { maxSessions }) })),
  };
}

/** Name and password inside an address go to where they belong. */
function credentials(text: string): { readonly url: string; readonly username?: string; readonly password?: string } {
  const url = new URL(text);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  return { url: url.href, ...(username === '' ? {} : { username: decodeURIComponent(username), password: decodeURIComponent(password) }) };
}

/** If anything fails on the way, what was started until then is ended again. */
export async function startSite(options: SiteOptions): Promise<Site> {
  const begun: (() => Promise<unknown>)[] = [];
  try {
    return await raise(options, begun);
  } catch (error) {
    await Promise.allSettled(begun.map((end) => end()));
    throw error;
  }
}

async function raise(options: SiteOptions, begun: (() => Promise<unknown>)[]): Promise<Site> {
  const { folder, recorders: count, camerasPerRecorder, log = () => undefined, places = onLoopback } = options;
  await mkdir(folder, { recursive: true });
  const logFile = (name: string): string => join(folder, `${name}.log`);

  log(`Starting ${count * camerasPerRecorder} simulated cameras`);
  const cameras = await startChild({
    name: 'cameras',
    args: [...camerasMain, '--host', places.address('cameras'), '--count', String(count * camerasPerRecorder), '--port', '0', '--control', '0', '--control-host', places.ownWay('cameras'), '--codec', options.codec ?? 'h264', ...(options.cameraArgs ?? [])],
    logFile: logFile('cameras'),
    ready: camerasReady,
    ...places.launch('cameras'),
  });
  begun.push(() => cameras.end());

  const startAgent = (index: number, port: number): Promise<Child<z.infer<typeof agentReady>>> => {
    const name = `recorder-${index + 1}`;
    const args = [...understudyWords, 'agent', '--folder', join(folder, name), '--port', String(port), '--json', ...(options.agentArgs?.(index) ?? [])];
    const { before = [], env = {} } = places.launch(name);
    return startChild({ name, args, logFile: logFile(name), ready: agentReady, group: true, before, env: { ...env, ...options.agentEnv?.(index) } });
  };
  const startFailover = (port: number): Promise<Child<z.infer<typeof failoverReady>>> => {
    const at = join(folder, 'failover');
    // On hosts of their own we watch over a hidden network: no certificate is asked for there.
    const plain = places.ownCables === true ? ['--plain-http'] : [];
    const ports = ['--listen', places.ownWay('failover'), '--http-port', String(port), '--port', '0', ...plain];
    const args = [...understudyWords, 'failover', '--folder', at, '--store-path', join(at, 'footage'), '--name', 'Failover 1', ...ports, '--json', ...(options.failoverArgs ?? [])];
    return startChild({ name: 'failover', args, logFile: logFile('failover'), ready: failoverReady, ...places.launch('failover') });
  };

  log('Starting the failover server');
  const failover = await startFailover(options.httpPort ?? 0);
  begun.push(() => failover.end());
  const token = (await readFile(failover.ready.tokenFile, 'utf8')).trim();
  const api = apiAt(failover.ready.url, token);
  if (options.settings) {
    const seen = await api.call('settings.get');
    await api.call('settings.put', { body: { version: seen.version, settings: options.settings(seen.settings) } });
  }

  const recorders: RecorderSite[] = [];
  for (let index = 0; index < count; index++) {
    const name = `Recorder ${index + 1}`;
    const at = join(folder, `recorder-${index + 1}`);
    const first = index * camerasPerRecorder;
    await mkdir(at, { recursive: true });
    const storePath = (await options.storeOf?.(index, at)) ?? join(at, 'footage');
    const urls = [...cameras.ready.urls.slice(first, first + camerasPerRecorder), ...(index === 0 ? (options.ownCameras ?? []) : [])];
    const plain = settingsOf(name, storePath, urls, first + 1, options.maxSessions);
    const document = options.document?.(plain, index) ?? plain;
    await writeFile(join(at, 'settings.json'), JSON.stringify(document, null, 2));
    log(`Starting ${name} and its agent`);
    const agent = await startAgent(index, 0);
    begun.push(() => agent.end());
    const host = places.address(`recorder-${index + 1}`);
    const cable = places.ownCables === true ? noCable(agent.ready.port) : await layCable(agent.ready.port);
    begun.push(() => cable.close());
    const server = await api.call('servers.add', { body: { address: `${host}:${cable.port}`, pairingSecret: agent.ready.pairingSecret, name } });
    if ((options.standbyOf?.(index) ?? options.standby) === 'hot') {
      const seen = await api.call('servers.get', { params: { server: server.id } });
      await api.call('servers.change', { params: { server: server.id }, body: { version: seen.version, standby: { mode: 'hot' } } });
    }
    recorders.push({ name, folder: at, storePath, serverId: server.id, cameraIds: document.cameras.map(({ id }) => id), cable, agent });
  }

  const site: Site = {
    cameras,
    recorders,
    failover,
    api,
    token,
    async fault(camera, change) {
      const answer = await fetch(`http://${places.ownWay('cameras')}:${cameras.ready.control}/${camera}`, { method: 'POST', body: JSON.stringify(change) });
      if (!answer.ok) throw new Error(`The cameras refuse ${JSON.stringify(change)}: ${await answer.text()}`);
    },
    async restartAgent(recorder) {
      const { port } = recorder.agent.ready;
      recorder.agent = await startAgent(recorders.indexOf(recorder), port);
    },
    async restartFailover() {
      this.failover = await startFailover(Number(new URL(failover.ready.url).port));
    },
    server: (recorder) => api.call('servers.get', { params: { server: recorder.serverId } }),
    async close() {
      await Promise.all([...recorders.map(({ agent }) => agent.end()), site.failover.end()]);
      await Promise.all([cameras.end(), ...recorders.map(({ cable }) => cable.close())]);
    },
  };
  return site;
}
