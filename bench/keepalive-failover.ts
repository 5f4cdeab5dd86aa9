/** The measured process: links and a detector per monitored server. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { detector } from '../src/core/detector/detector.ts';
import { startDetector, unknownServer } from '../src/core/detector/start.ts';
import type { DetectorEvent, DetectorSettings, DetectorState } from '../src/core/detector/types.ts';
import { defaultTimeouts } from '../src/core/timeouts.ts';
import type { LinkEvent } from '../src/failover/link/contract.ts';
import { makeLinks } from '../src/failover/link/links.ts';
import { systemAfterPoll } from '../src/platform/after-poll.ts';
import { systemClock, systemTimers } from '../src/platform/clock.ts';
import { silentLog } from '../src/platform/log.ts';
import { systemRandom } from '../src/platform/random.ts';
import { loadIdentity, type TlsIdentity } from '../src/platform/tls-identity.ts';
import { tlsTransport } from '../src/platform/transport-tls.ts';
import type { FromFailover, Measured, ToFailover } from './keepalive-messages.ts';

const settings: DetectorSettings = { timeouts: defaultTimeouts, takeOverWhenNotRecording: true };
let identity: TlsIdentity;

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
  identity = await loadIdentity(`${message.folder}/failover`);
  return { type: 'who', fingerprint: identity.fingerprint };
}

async function run({ targets, seconds }: Extract<ToFailover, { type: 'run' }>): Promise<Measured> {
  const states = new Map<string, DetectorState>();
  let messages = 0;
  const feed = (serverId: string, event: DetectorEvent): void => {
    const state = states.get(serverId) ?? startDetector(serverId, unknownServer, event.atMs, settings);
    states.set(serverId, detector(state, event, settings).state);
  };
  const started = systemClock.monotonicMs();
  const links = makeLinks({
    self: () => ({ id: 'failover', name: 'Failover' }),
    transport: tlsTransport(identity),
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    afterPoll: systemAfterPoll,
    log: silentLog,
    keepAlive: { everyMs: 1000, timeoutMs: 30_000 },
    onEvent(event) {
      const translated = translate(event);
      if (translated !== null) feed(event.serverId, translated);
      if (event.type === 'life sign') messages++;
    },
  });
  // The judging round of all detectors, twice a second.
  const stopTicks = systemTimers.every(500, () =>
    systemAfterPoll(() => {
      const atMs = systemClock.monotonicMs();
      for (const serverId of states.keys()) feed(serverId, { type: 'tick', atMs });
    }),
  );
  for (const target of targets) links.set({ ...target, host: '127.0.0.1', instance: null });
  const alive = (): number => [...states.values()].filter((state) => state.kind === 'alive').length;
  while (alive() < targets.length && systemClock.monotonicMs() - started < 240_000) await pause(200);
  const connectedAfterMs = Math.round(systemClock.monotonicMs() - started);
  await pause(3000); // pings of the first seconds and garbage of the handshakes

  const delays = monitorEventLoopDelay({ resolution: 10 });
  delays.enable();
  const [cpu, from, before] = [process.cpuUsage(), systemClock.monotonicMs(), messages];
  await pause(seconds * 1000);
  const wallMs = systemClock.monotonicMs() - from;
  const used = process.cpuUsage(cpu);
  const count = messages - before;
  stopTicks();
  return {
    wallMs: Math.round(wallMs),
    cpuMs: Math.round((used.user + used.system) / 1000),
    messages: count,
    messagesPerSecond: Math.round((count * 1000) / wallMs),
    rssMb: Math.round(process.memoryUsage().rss / 1e6),
    eventLoopDelayP99Ms: Math.round(delays.percentile(99) / 1e5) / 10,
    connectedAfterMs,
    notAlive: targets.length - alive(),
  };
}

function translate(event: LinkEvent): DetectorEvent | null {
  if (event.type === 'connected') return { ...event, type: 'welcome' };
  if (event.type === 'disconnected') return { type: 'connection lost', atMs: event.atMs };
  if (event.type !== 'life sign') return null;
  const { sign, atMs } = event;
  return sign.type === 'keep-alive' ? { ...sign, atMs, progress: sign.progress } : { ...sign, atMs };
}

async function pause(ms: number): Promise<void> {
  await new Promise<void>((go) => systemTimers.after(ms, go));
}
