import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Camera, pictureCache } from './camera.ts';
import { serve } from './connection.ts';
import { faultChange, reachable, type FaultAction, type FaultChange } from './faults.ts';
import { cameraOptions, type CameraOptionsInput } from './options.ts';
import { startPump } from './pump.ts';
import { realSurroundings, type Surroundings } from './surroundings.ts';
import { openUdpPair } from './udp.ts';

export interface ServerOptions extends CameraOptionsInput {
  /** Address to listen on; 127.0.0.1 unless told otherwise. */
  readonly host?: string;
  /** 0 (default): any free port. With `portPerCamera`, camera n listens on `port + n - 1`. */
  readonly port?: number;
  readonly count?: number;
  /** Number of the first camera; 1. */
  readonly first?: number;
  readonly portPerCamera?: boolean;
  /** What differs from the common options, by camera number. */
  readonly each?: Readonly<Record<number, CameraOptionsInput>>;
  readonly surroundings?: Surroundings;
}

/** Which cameras an order is for. */
export type Which = number | 'all';

export interface CameraState {
  readonly camera: number;
  readonly url: string;
  readonly sessions: readonly { readonly id: string; readonly address: string; readonly userAgent: string; readonly playing: boolean }[];
  readonly counters: Camera['counters'];
  readonly faults: Omit<Camera['faults'], 'password'>;
}

/** Running cameras. */
export interface Cameras {
  /** Of the shared port, or of the first camera. */
  readonly port: number;
  /** One per camera, without credentials, in order of their numbers. */
  readonly urls: readonly string[];
  /** Changes faults; what is left out stays. Throws a ZodError for what does not fit, a RangeError for an unknown camera. */
  set(which: Which, change: FaultChange): Promise<void>;
  act(which: Which, action: FaultAction): Promise<void>;
  state(): readonly CameraState[];
  close(): Promise<void>;
}

interface Door {
  readonly server: Server;
  readonly host: string;
  readonly port: number;
  /** Cameras behind it. */
  readonly cameras: ReadonlyMap<number, Camera>;
}

/** Starts the simulated cameras in this process; resolves when all of them listen. */
export async function startCameras(options: ServerOptions = {}): Promise<Cameras> {
  const { host = '127.0.0.1', port = 0, count = 1, first = 1, portPerCamera = false, each = {}, surroundings = realSurroundings, ...common } = options;
  const source = pictureCache();
  const cameras = new Map<number, Camera>();
  for (let number = first; number < first + count; number++)
    cameras.set(number, new Camera(number, cameraOptions.parse({ ...common, ...each[number] }), source, surroundings));

  const udp = await openUdpPair(host, (address, rtcpPort) => markAliveByUdp(cameras.values(), address, rtcpPort, surroundings.nowMs()));
  const sockets = new Set<Socket>();
  const accept = (socket: Socket, behind: ReadonlyMap<number, Camera>): void => {
    const only = behind.size === 1 ? [...behind.values()][0]! : null;
    const address = socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
    const known = only !== null && only.faults.clients.how === 'reset' && !hasAgentRules(only);
    if (known && !reachable(only.faults, address, '')) return void socket.resetAndDestroy();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, behind, udp);
  };
  const doors: Door[] = [];
  const groups = portPerCamera ? [...cameras].map(([number, camera]) => new Map([[number, camera]])) : [cameras];
  for (const [index, group] of groups.entries())
    doors.push(await openDoor(host, port === 0 ? 0 : port + index, group, accept));

  const stopPump = startPump([...cameras.values()], surroundings);
  const urls = [...cameras.keys()].map((number, index) => `rtsp://${host}:${doors[portPerCamera ? index : 0]!.port}/cam/${number}`);
  const chosen = (which: Which): Camera[] => {
    if (which === 'all') return [...cameras.values()];
    const camera = cameras.get(which);
    if (!camera) throw new RangeError(`There is no camera ${which}; there are ${first} to ${first + count - 1}.`);
    return [camera];
  };
  // One after the other: a door must not be opened twice at once.
  let adjusted = Promise.resolve();
  const run = (): Promise<void> => adjustDoors(doors);
  const adjust = (): Promise<void> => (adjusted = adjusted.then(run, run));
  return {
    port: doors[0]!.port,
    urls,
    async set(which, change) {
      const parsed = faultChange.parse(change);
      for (const camera of chosen(which)) camera.change(parsed);
      await adjust();
    },
    async act(which, action) {
      for (const camera of chosen(which)) camera.act(action);
      await adjust();
    },
    state: () => [...cameras.values()].map((camera, index) => stateOf(camera, urls[index]!)),
    async close() {
      stopPump();
      for (const socket of sockets) socket.destroy();
      await Promise.all(doors.map((door) => closeDoor(door)));
      udp.close();
    },
  };
}

function hasAgentRules(camera: Camera): boolean {
  const { allow, deny } = camera.faults.clients;
  return [...(allow ?? []), ...deny].some((entry) => entry.startsWith('agent:'));
}

async function openDoor(host: string, port: number, cameras: Door['cameras'], accept: (socket: Socket, behind: Door['cameras']) => void): Promise<Door> {
  const server = createServer((socket) => accept(socket, cameras));
  await listen(server, host, port);
  return { server, host, port: (server.address() as AddressInfo).port, cameras };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 1024 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** A door of one camera that refuses TCP is really closed; the shared door only resets (requests.ts). */
async function adjustDoors(doors: readonly Door[]): Promise<void> {
  for (const door of doors) {
    if (door.cameras.size > 1) continue;
    const refuse = [...door.cameras.values()][0]!.faults.refuse === 'tcp';
    if (refuse && door.server.listening) door.server.close();
    if (!refuse && !door.server.listening) await listen(door.server, door.host, door.port);
  }
}

function closeDoor(door: Door): Promise<void> {
  return new Promise((resolve) => {
    if (door.server.listening) door.server.close(() => resolve());
    else resolve();
  });
}

function markAliveByUdp(cameras: Iterable<Camera>, address: string, rtcpPort: number, nowMs: number): void {
  for (const camera of cameras)
    for (const session of camera.sessions.values())
      for (const { transport } of session.tracks.values())
        if (transport.kind === 'udp' && transport.rtcp === rtcpPort && session.address === address) session.lastSignMs = nowMs;
}

function stateOf(camera: Camera, url: string): CameraState {
  const { password: _secret, ...faults } = camera.faults;
  return {
    camera: camera.number,
    url,
    sessions: [...camera.sessions.values()].map(({ id, address, userAgent, firstFrame }) => ({ id, address, userAgent, playing: firstFrame !== null })),
    counters: { ...camera.counters },
    faults,
  };
}
