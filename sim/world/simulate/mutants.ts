/**
 * Deliberate design errors of the product, made by giving it ports that are not what they should be.
 * Each must be caught by the checks of the world; docs/invariants.md lists them by name.
 */
import type { FailoverPorts } from '../../../src/failover/ports.ts';
import type { Connection } from '../../../src/platform/transport.ts';
import type { FaultKind } from './faults.ts';
import { play } from './play.ts';
import { scriptOf } from './script.ts';

interface Mutant {
  readonly mutate: (ports: FailoverPorts) => FailoverPorts;
  /** Which of these faults bring it to light; without: any. */
  readonly kinds?: readonly FaultKind[];
}

type Json = Record<string, unknown>;

/** Changes what agents say before the product reads it. */
function hearing(change: (message: Json) => Json | null): (ports: FailoverPorts) => FailoverPorts {
  return (ports) => ({
    ...ports,
    transport: {
      ...ports.transport,
      dial: async (target) => {
        const real = await ports.transport.dial(target);
        const heard = (listener: (data: string | Uint8Array) => void) => (data: string | Uint8Array): void => {
          if (typeof data !== 'string') return listener(data);
          const changed = change(JSON.parse(data) as Json);
          if (changed !== null) listener(JSON.stringify(changed));
        };
        return { ...bound(real), onMessage: (listener) => real.onMessage(heard(listener)) };
      },
    },
  });
}

const bound = (to: Connection): Connection => ({
  peer: to.peer, peerFingerprint: to.peerFingerprint, send: (text) => to.send(text), sendBytes: (bytes) => to.sendBytes(bytes), waiting: () => to.waiting(),
  onMessage: (listener) => to.onMessage(listener), onClose: (listener) => to.onClose(listener), pause: () => to.pause(), resume: () => to.resume(), close: (reason) => to.close(reason),
});

const down = ['the power of the host fails', 'the cable to it is cut', 'the failover server is killed'] as const;

export const mutants: Readonly<Record<string, Mutant>> = {
  'believes that its own network is fine': {
    mutate: (ports) => ({ ...ports, cameraCheck: { answers: () => Promise.resolve(true) } }),
    kinds: ['the failover server’s own network is down'],
  },
  'never hears a camera answer': {
    mutate: (ports) => ({ ...ports, cameraCheck: { answers: () => Promise.resolve(false) } }),
    kinds: ['the power of the host fails'],
  },
  'decides without writing it down': {
    mutate: (ports) => ({ ...ports, database: { ...ports.database, prepare: (sql) => (sql.includes('INTO states') ? { ...ports.database.prepare('SELECT 1'), run: () => ({ changes: 0, lastInsertRowid: 0 }) } : ports.database.prepare(sql)) } }),
    kinds: down,
  },
  'writes every third audit event into the wind': {
    mutate: (ports) => {
      let count = 0;
      return { ...ports, database: { ...ports.database, prepare: (sql) => (sql.includes('INTO audit') && ++count % 3 === 0 ? { ...ports.database.prepare('SELECT 1'), run: () => ({ changes: 0, lastInsertRowid: 0 }) } : ports.database.prepare(sql)) } };
    },
    kinds: down,
  },
  'a clock that runs three times as fast': {
    mutate: (ports) => ({ ...ports, clock: { wallMs: () => ports.clock.wallMs(), monotonicMs: () => ports.clock.monotonicMs() * 3, uptimeMs: () => ports.clock.uptimeMs() * 3 } }),
    kinds: down,
  },
  'takes any coverage for durable and whole': {
    mutate: hearing((message) => {
      const result = message['result'] as Json | undefined;
      if (message['type'] !== 'response' || result === undefined || !('exactness' in result)) return message;
      return { ...message, result: { spans: [{ fromUs: 0, toUs: 4e15 }], exactness: 'exact', durableUntilUs: 4e15 } };
    }),
    kinds: ['the recorder crashes, its agent starts it again'],
  },
  'takes every beat for the proof that a camera is recorded': {
    mutate: hearing((message) => {
      const progress = message['progress'] as { readonly cameras: readonly Json[] } | undefined;
      if (message['type'] !== 'keep-alive' || progress === undefined) return message;
      const nowUs = Number(message['wallMs']) * 1000;
      return { ...message, progress: { ...progress, cameras: progress.cameras.map((camera) => ({ ...camera, newestUs: nowUs, sinceUs: nowUs - 60_000_000 })) } };
    }),
    kinds: ['the power of the host fails', 'its cameras are cut off from it'],
  },
  'takes a backup for good that was good once': {
    mutate: (ports) => ({
      ...ports,
      backups: (needs) => {
        const real = ports.backups(needs);
        const known = new Map<string, Awaited<ReturnType<typeof real.newestVerified>>>();
        return Object.assign(Object.create(real) as typeof real, forwarded(real), {
          newestVerified: async (serverId: string) => {
            const found = known.get(serverId) ?? (await real.newestVerified(serverId));
            if (found.ok) known.set(serverId, found);
            return found;
          },
        });
      },
    }),
    kinds: ['all backups of a server rot', 'the power of the host fails'],
  },
  'backs up servers that it stands in for': {
    mutate: (ports) => ({ ...ports, backups: (needs) => ports.backups({ ...needs, isTakenOver: () => false }) }),
    kinds: ['Anna takes it over, Ben presses the button too', 'the settings are edited'],
  },
  'lets no camera go': {
    mutate: (ports) => {
      const { recording } = ports;
      const held = new Map<string, Parameters<typeof recording.apply>[0][number]>();
      return {
        ...ports,
        recording: {
          apply: (jobs) => {
            for (const job of jobs) held.set(`${job.serverId}/${job.cameraId}`, job);
            return recording.apply([...held.values()]);
          },
          statuses: () => recording.statuses(), onStatuses: (listener) => recording.onStatuses(listener), close: () => recording.close(),
        },
      };
    },
    kinds: down,
  },
  'tells the log what it recorded from': {
    mutate: (ports) => ({
      ...ports,
      backups: (needs) => {
        const real = ports.backups(needs);
        return Object.assign(Object.create(real) as typeof real, forwarded(real), {
          newestVerified: async (serverId: string) => {
            const found = await real.newestVerified(serverId);
            ports.log.info({ found }, 'The settings were read.');
            return found;
          },
        });
      },
    }),
  },
  'forgets its roles in a restart': {
    mutate: (ports) => {
      ports.database.exec(`DELETE FROM states WHERE machine = 'role'`);
      return ports;
    },
    kinds: ['the power of the host fails', 'the failover server is killed'],
  },
};

/** Methods of a class with private fields must be called on their own object. */
function forwarded<T extends object>(real: T): Partial<T> {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(real)).filter((name) => name !== 'constructor');
  return Object.fromEntries(names.map((name) => [name, (real as Record<string, unknown>)[name]]).filter(([, value]) => typeof value === 'function').map(([name, value]) => [name, (value as (...args: unknown[]) => unknown).bind(real)])) as Partial<T>;
}

export interface MutantResult {
  readonly name: string;
  /** Null: it lived. */
  readonly caught: { readonly rule: string; readonly text: string; readonly seed: number } | null;
  readonly plays: number;
}

/** Plays scripts until the checks catch it. */
export async function playMutant(name: string, seeds: readonly number[]): Promise<MutantResult> {
  const mutant = mutants[name];
  if (mutant === undefined) throw new Error(`There is no mutant called ${name}.`);
  let plays = 0;
  for (const seed of seeds) {
    plays += 1;
    const { violation } = await play(scriptOf(seed, null, mutant.kinds ?? null), { mutate: mutant.mutate });
    if (violation !== null) return { name, caught: { rule: violation.rule, text: violation.text, seed }, plays };
  }
  return { name, caught: null, plays };
}
