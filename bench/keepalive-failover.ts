/** The measured process: a whole failover server that only watches. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { startFailover } from '../src/failover/server.ts';
import type { FailoverServer } from '../src/failover/server-types.ts';
import { systemAfterPoll } from '../src/platform/after-poll.ts';
import { systemClock, systemTimers } from '../src/platform/clock.ts';
import { silentLog } from '../src/platform/log.ts';
import { systemRandom } from '../src/platform/random.ts';
import { openSql } from '../src/platform/sqlite.ts';
import { loadIdentity, type TlsIdentity } from '../src/platform/tls-identity.ts';
import { tlsTransport } from '../src/platform/transport-tls.ts';
import type { FromFailover, Measured, ToFailover } from './keepalive-messages.ts';
import { addServers, goodBackups, noFootage, noRecording } from './keepalive-parts.ts';

const migrations = new URL('../src/failover/db/migrations', import.meta.url).pathname;
let identity: TlsIdentity;
let folder = '';

// The benchmark was ended from outside.
process.once('disconnect', () => process.exit(1));
process.on('message', (message: ToFailover) => {
  act(message).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});

async function act(message: ToFailover): Promise<FromFailover> {
  if (message.type === 'run') return { type: 'measured', measured: await run(message) };
  folder = message.folder;
  identity = await loadIdentity(`${folder}/failover`);
  return { type: 'who', fingerprint: identity.fingerprint };
}

async function run({ targets, seconds }: Extract<ToFailover, { type: 'run' }>): Promise<Measured> {
  const database = openSql({ path: `${folder}/failover.sqlite`, migrations, synchronous: 'full' });
  addServers(database, targets);
  const started = systemClock.monotonicMs();
  let messages = 0;
  let talking = 0;
  const server = await startFailover(
    {
      database, clock: systemClock, log: silentLog,
      transport: counting(() => messages++, () => talking++),
      timers: systemTimers, random: systemRandom, afterPoll: systemAfterPoll,
      recording: noRecording(), store: noFootage(), storePath: `${folder}/footage`,
      cameraCheck: { answers: async () => true },
      backups: goodBackups,
      failpoint: () => undefined,
    },
    { id: 'failover', name: 'Failover', storePath: `${folder}/footage`, directory: `${folder}/backups` },
  );
  while (talking < targets.length && systemClock.monotonicMs() - started < 400_000) await pause(500);
  const connectedAfterMs = Math.round(systemClock.monotonicMs() - started);
  await pause(5000); // pings of the first seconds and garbage of the handshakes

  process.send?.({ type: 'settled' } satisfies FromFailover);
  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();
  const [cpu, from, before] = [process.cpuUsage(), systemClock.monotonicMs(), messages];
  await pause(seconds * 1000);
  const wallMs = systemClock.monotonicMs() - from;
  const used = process.cpuUsage(cpu);
  const count = messages - before;
  return {
    wallMs: Math.round(wallMs),
    cpuMs: Math.round((used.user + used.system) / 1000),
    systemMs: Math.round(used.system / 1000),
    messages: count,
    messagesPerSecond: Math.round((count * 1000) / wallMs),
    rssMb: Math.round(process.memoryUsage().rss / 1e6),
    eventLoopDelayP99Ms: Math.round(delays.percentile(99) / 1e5) / 10,
    connectedAfterMs,
    notAlive: targets.length - alive(server),
  };
}

/** The real transport; `seen` is called for each keep-alive that arrives, `talks` for the first of a connection. */
function counting(seen: () => void, talks: () => void): ReturnType<typeof tlsTransport> {
  const transport = tlsTransport(identity);
  return {
    ...transport,
    async dial(target) {
      const connection = await transport.dial(target);
      let first = true;
      const listen = connection.onMessage.bind(connection);
      return Object.assign(connection, {
        onMessage: (listener: (data: string | Uint8Array) => void) =>
          listen((data) => {
            if (typeof data === 'string' && /^\{"type":"(?:keep-alive|beat)"/.test(data)) {
              seen();
              if (first) talks();
              first = false;
            }
            listener(data);
          }),
      });
    },
  };
}

function alive(server: FailoverServer): number {
  return server.servers().filter((one) => one.detector.state === 'alive').length;
}

async function pause(ms: number): Promise<void> {
  await new Promise<void>((go) => systemTimers.after(ms, go));
}
