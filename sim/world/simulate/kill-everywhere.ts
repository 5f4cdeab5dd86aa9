import { merged } from '../footage.ts';
import { World } from '../world.ts';

/** Recovery from `kill -9` anywhere: within so long every camera is recorded by somebody again. */
export const recoverWithinMs = 60_000;
const restartMs = 5000;

export interface FailpointResult {
  readonly name: string;
  readonly story: string;
  /** Null: it was never passed. */
  readonly diedMs: number | null;
  /** From its death until every camera is recorded by somebody and stays so; null: not within the limit. */
  readonly recoveredMs: number | null;
  readonly settled: boolean;
}

const by = { who: 'Anna', confirm: 'ALPHA' };
const quiet = (promise: Promise<unknown>): void => void promise.catch(() => undefined); // a killed server answers nobody

/** What is done in the world, so that every durable step lies on the way. Between two steps time passes. */
const stories: Readonly<Record<string, readonly ((world: World) => void)[]>> = {
  'power-off and back': [(world) => site(world, 'alpha').powerOff(), (world) => void site(world, 'alpha').boot()],
  'crash loop, restored by hand': [(world) => site(world, 'alpha').recorder.crash(null), (world) => void site(world, 'alpha').recorder.start(), (world) => command(world, (server) => server.reset('alpha', by))],
  'taken over and given back by a person': [(world) => command(world, (server) => server.takeOver('alpha', by)), (world) => command(world, (server) => server.reset('alpha', by))],
  'stopped by a person': [(world) => command(world, (server) => server.takeOver('alpha', by)), (world) => command(world, (server) => server.stopRecording('alpha', by))],
  'two down, room for one': [
    (world) => room(world, 2),
    (world) => site(world, 'alpha').powerOff(),
    (world) => site(world, 'beta').powerOff(),
    (world) => room(world, 128),
    (world) => void Promise.all([site(world, 'alpha').boot(), site(world, 'beta').boot()]),
  ],
  'lost again while it is restored': [
    (world) => site(world, 'alpha').powerOff(),
    (world) => {
      void site(world, 'alpha').boot();
      world.time.after(10_500, () => site(world, 'alpha').powerOff());
    },
    (world) => void site(world, 'alpha').boot(),
  ],
  'back while it is held': [
    (world) => {
      world.cameras.blind('failover', true);
      site(world, 'alpha').powerOff();
    },
    (world) => {
      void site(world, 'alpha').boot();
      world.cameras.blind('failover', false);
    },
  ],
  'back while it waits for room': [
    (world) => room(world, 2),
    (world) => site(world, 'alpha').powerOff(),
    (world) => site(world, 'gamma').powerOff(),
    (world) => room(world, 1),
    (world) => void Promise.all([site(world, 'gamma').boot(), site(world, 'alpha').boot()]),
  ],
  'given back before a camera was opened': [
    (world) => cameras(world, 'alpha').forEach((url) => world.cameras.cutOff(url, 'failover')),
    (world) => command(world, (server) => server.takeOver('alpha', by)),
    (world) => command(world, (server) => server.reset('alpha', by)),
  ],
  'stopped before a camera was opened': [
    (world) => cameras(world, 'alpha').forEach((url) => world.cameras.cutOff(url, 'failover')),
    (world) => command(world, (server) => server.takeOver('alpha', by)),
    (world) => command(world, (server) => server.stopRecording('alpha', by)),
  ],
  'one session, taken over, given back, and stopped on the way': [
    (world) => command(world, (server) => server.takeOver('beta', { ...by, confirm: 'BETA' })),
    (world) => {
      cameras(world, 'beta').forEach((url) => world.cameras.cutOff(url, site(world, 'beta').id));
      command(world, (server) => server.reset('beta', by));
      for (const ms of [1000, 3000, 8000]) world.time.after(ms, () => command(world, (server) => server.stopRecording('beta', { ...by, confirm: 'BETA' })));
    },
  ],
  'room for more before a camera was opened': [
    (world) => {
      room(world, 1);
      cameras(world, 'alpha').forEach((url) => world.cameras.limit(url, 0));
      site(world, 'alpha').powerOff();
    },
    (world) => room(world, 128),
    (world) => cameras(world, 'alpha').forEach((url) => world.cameras.limit(url, 10)),
    (world) => void site(world, 'alpha').boot(),
  ],
  'its recorder does not get its cameras back': [
    (world) => {
      site(world, 'alpha').powerOff();
      cameras(world, 'alpha').forEach((url) => world.cameras.cutOff(url, site(world, 'alpha').id));
    },
    (world) => void site(world, 'alpha').boot(),
  ],
  'many silent, and back one after the other': [
    (world) => ['alpha', 'beta', 'gamma', 'delta'].forEach((id) => site(world, id).powerOff()),
    (world) => ['alpha', 'beta', 'gamma', 'delta'].forEach((id) => void site(world, id).boot()),
  ],
  'removed from the list': [(world) => command(world, (server) => server.takeOver('alpha', by)), (world) => command(world, (server) => server.removeServer('alpha', by))],
};

const stepMs = 40_000;

function site(world: World, id: string): ReturnType<World['makeSite']> {
  const found = world.sites.get(id);
  if (found === undefined) throw new Error(`There is no ${id}.`);
  return found;
}

/** The addresses of its cameras, from the one of this number on. */
const cameras = (world: World, id: string, from = 0): readonly string[] => site(world, id).recorder.document.cameras.slice(from).map(({ url }) => url);

function free(world: World): void {
  world.cameras.reviveAll();
  for (const url of cameras(world, 'alpha')) world.cameras.limit(url, 10);
}

function command(world: World, run: (server: World['server']) => Promise<unknown>): void {
  if (world.failover !== null) quiet(run(world.failover));
}

function room(world: World, cameras: number): void {
  const server = world.failover;
  if (server === null) return;
  const { settings } = server.settings();
  server.changeSettings({ settings: { ...settings, capacity: { ...settings.capacity, cameras } } }, { who: 'Anna' });
}

async function opened(): Promise<World> {
  const world = new World(1, { vault: true });
  await world.startFailover();
  world.shortTimeouts();
  await world.addSite('alpha', 2);
  await world.addSite('beta', 1, { maxSessions: 1 });
  await world.addSite('gamma', 1);
  await world.addSite('delta', 1);
  await world.time.run(10_000);
  return world;
}

/** As systemd does. */
function supervise(world: World, died: () => void): void {
  let waiting = false;
  world.time.every(200, () => {
    if (world.failover !== null || waiting) return;
    waiting = true;
    died();
    world.time.after(restartMs, () => void world.startFailover().finally(() => (waiting = false)));
  });
}

/** Every failpoint that some story passes, with the first such story. */
export async function learnFailpoints(): Promise<readonly { readonly name: string; readonly story: string }[]> {
  const known = new Map<string, string>();
  for (const [story, steps] of Object.entries(stories)) {
    const world = await opened();
    world.passed.clear();
    for (const step of steps) {
      step(world);
      await world.time.run(stepMs);
    }
    for (const name of world.passed) if (!known.has(name)) known.set(name, story);
    world.killFailover();
  }
  return [...known].map(([name, story]) => ({ name, story }));
}

/** Which cameras are recorded by nobody at this moment, though there would be room for them. */
function dark(world: World): readonly string[] {
  world.recording?.catchUp();
  const nowUs = world.time.wallMs() * 1000;
  return [...world.sites.values()].flatMap((one) => {
    one.recorder.catchUp();
    if (world.failover?.find(one.serverId)?.role.state === 'queued') return [];
    return one.recorder.document.cameras.flatMap((camera) => {
      const key = { serverId: one.serverId, cameraId: camera.id };
      const last = merged([...one.disk.truths(key), ...world.disk.truths(key)]).at(-1);
      return last !== undefined && last.toUs >= nowUs - 1_500_000 ? [] : [`${one.id}/${camera.id}`];
    });
  });
}

/** Kills the failover server when it passes `name` for the first time, and sees how it goes on by itself. */
export async function playFailpoint(name: string): Promise<FailpointResult> {
  const found = (await learnFailpoints()).find((one) => one.name === name);
  const steps = stories[found?.story ?? ''];
  if (found === undefined || steps === undefined) return { name, story: '', diedMs: null, recoveredMs: null, settled: false };
  const world = await opened();
  let diedMs: number | null = null;
  let recoveredMs: number | null = null;
  supervise(world, () => {
    // What its cameras were hindered by is over: else nobody could record them, however it recovers.
    if (diedMs === null) free(world);
    diedMs ??= world.time.monotonicMs();
  });
  // Dark for no longer than a process needs to be started and a camera to be opened.
  world.time.every(250, () => {
    if (diedMs === null) return;
    if (world.failover === null || dark(world).length > 0) recoveredMs = null;
    else recoveredMs ??= world.time.monotonicMs() - diedMs;
  });
  world.dieAt = name;
  for (const step of steps) {
    step(world);
    await world.time.run(stepMs);
    if (diedMs !== null) break;
  }
  await world.time.run(recoverWithinMs);
  const result = recoveredMs;
  for (const one of world.sites.values()) if (!one.isOn) await one.boot();
  else await one.recorder.start();
  for (let waited = 0; waited < 30 && !atRest(world); waited += 1) {
    for (const view of world.failover?.servers() ?? []) if (view.role.pinned && view.detector.state === 'alive') command(world, (server) => server.reset(view.id, by));
    await world.time.run(10_000);
  }
  const settled = atRest(world);
  world.killFailover();
  return { name, story: found.story, diedMs, recoveredMs: result, settled };
}

function atRest(world: World): boolean {
  return world.failover !== null && world.failover.servers().every((view) => view.role.state === 'standby' && view.detector.state === 'alive') && world.recording?.statuses().length === 0;
}
