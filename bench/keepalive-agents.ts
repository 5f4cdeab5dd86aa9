/**
 * Many real agents in one process, each beside a recorder that only has progress. Each has a port of its own,
 * or all share one TLS listener: then so many fit beside the measured process on one machine.
 */
import { startAgent } from '../src/agent/agent.ts';
import type { AgentState } from '../src/agent/memory.ts';
import { systemClock, systemTimers } from '../src/platform/clock.ts';
import { silentLog } from '../src/platform/log.ts';
import { systemRandom } from '../src/platform/random.ts';
import { loadIdentity } from '../src/platform/tls-identity.ts';
import { tlsTransport } from '../src/platform/transport-tls.ts';
import type { Progress } from '../src/contract/link.ts';
import type { Recorder } from '../src/recorders/contract.ts';
import { openSharedDoor } from './keepalive-door.ts';
import type { FromAgents, Target, ToAgents } from './keepalive-messages.ts';

// The benchmark was ended from outside.
process.once('disconnect', () => process.exit(1));
process.on('message', (message: ToAgents) => {
  start(message).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});

/** Their rounds of a second each begin spread over one: nobody starts ten thousand machines in the same instant. */
const groups = 100;
const groupMs = 10;

async function start({ folder, from, count, protector, shared }: ToAgents): Promise<FromAgents> {
  const identity = await loadIdentity(`${folder}/agents`);
  const [own, door] = [tlsTransport(identity), shared ? await openSharedDoor(identity) : null];
  const targets: Target[] = [];
  for (let index = from; index < from + count; index++) {
    const serverId = `server-${index}`;
    const host = door === null ? '127.0.0.1' : loopback(index);
    const agent = await startAgent({
      server: { id: serverId, name: `Server ${index}` },
      listen: { host, port: 0 },
      recorder: recorder(),
      transport: door === null ? own : door.transport(host),
      state: paired(protector),
      clock: systemClock,
      timers: systemTimers,
      random: systemRandom,
      log: silentLog,
    });
    targets.push({ serverId, host, port: agent.port, pin: own.fingerprint });
    if (targets.length % Math.ceil(count / groups) === 0) await new Promise<void>((go) => systemTimers.after(groupMs, go));
  }
  return { type: 'started', targets };
}

const loopback = (index: number): string => `127.1.${Math.floor(index / 250)}.${(index % 250) + 1}`;

function paired(fingerprint: string): AgentState {
  return {
    readMemory: async () => ({ schema: 1, instance: 'bench', protector: { id: 'failover', name: 'Failover', fingerprint, pairedAtMs: 0, usedSecret: '' } }),
    writeMemory: async () => undefined,
    readSecret: async () => null,
    writeSecret: async () => undefined,
  };
}

let newest: Progress | null = null;
let newestMs = 0;

/** All recorders of this process show the same: drawing it up for each would take the processor from whom is measured. */
function progress(): Progress {
  const nowMs = systemClock.wallMs();
  if (newest !== null && nowMs - newestMs < 100) return newest;
  const newestUs = Math.round(nowMs * 1000);
  newestMs = nowMs;
  newest = {
    cameras: Array.from({ length: 16 }, (_, index) => ({
      id: `camera-${index}`,
      newestUs: newestUs - index * 1000,
      sinceUs: 1_700_000_000_000_000,
      durableUs: newestUs - 500_000,
      state: 'streaming',
      gopMs: 2000,
      bitsPerSecond: 4_012_345,
      peakBitsPerSecond: 5_123_456,
    })),
    bytesWritten: newestUs,
    disk: { state: 'ok', freeBytes: 1e12, text: '' },
    settingsDigest: 'a'.repeat(64),
  };
  return newest;
}

function recorder(): Recorder {
  const refuse = async (): Promise<never> => {
    throw new Error('not part of the benchmark');
  };
  return {
    make: 'bench',
    makeVersion: '1',
    phase: () => ({ phase: 'running', boot: 'boot-1' }),
    onEvent: () => undefined,
    settingsProblems: () => [],
    start: async () => undefined,
    stop: async () => undefined,
    detach: async () => undefined,
    progress,
    settings: refuse,
    putSettings: refuse,
    footage: () => null,
    lock: refuse,
    unlock: refuse,
    pointer: refuse,
    releaseCameras: refuse,
    resumeCameras: refuse,
    copyBack: refuse,
  };
}
