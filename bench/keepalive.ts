/**
 * A failover server with many monitored servers, each with 16 cameras and one keep-alive a second,
 * over the real link (TLS 1.3, pinned keys, WebSocket), watched by a whole failover server.
 * All agents are whole real ones and run in processes of their own; only the failover server's process is measured.
 * What the agents take is told beside it, and the machine's load: both want the same cores.
 *
 * `npm run bench -- keepalive [--servers 1000,10000] [--seconds 20] [--own-listeners 1000] [--node-flags "…"]`
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { FromAgents, FromFailover, Measured, Target, ToAgents, ToFailover } from './keepalive-messages.ts';
import { figuresOfAll } from './process-figures.ts';

const { values } = parseArgs({ options: { servers: { type: 'string', default: '1000,10000' }, seconds: { type: 'string', default: '20' }, 'own-listeners': { type: 'string', default: '1000' }, 'node-flags': { type: 'string', default: '' } } });
/** So many agents have a TLS listener of their own, as in the field; the others share one, or their machine could not bear them all. */
const ownPorts = Number(values['own-listeners']);
const flags = values['node-flags'].split(' ').filter((flag) => flag !== '');

interface Result extends Measured {
  readonly servers: number;
  /** Agents with a TLS listener of their own; the others share one. */
  readonly ownListeners: number;
  readonly cpuPercent: number;
  readonly microsecondsPerMessage: number;
  readonly agentsCpuPercent: number;
  /** Of the machine over a minute, before we began and at the end. */
  readonly load: readonly [number, number];
}
const results: Result[] = [];
for (const servers of values.servers.split(',').map(Number)) results.push(await measure(servers, Number(values.seconds)));
const limit = (servers: number): number => (servers <= 1000 ? 10 : 100);
const ok = results.every((result) => result.cpuPercent <= limit(result.servers) && result.messagesPerSecond > result.servers * 0.95 && result.notAlive === 0);
console.log(JSON.stringify({ bench: 'keepalive', ok, node: process.version, flags, cpu: cpus()[0]?.model ?? '', camerasPerServer: 16, results }));
process.exitCode = ok ? 0 : 1;

async function measure(servers: number, seconds: number): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-bench-'));
  const children: ChildProcess[] = [];
  const loadBefore = round(loadavg()[0] ?? 0);
  const start = (module: string): ChildProcess => {
    const child = fork(new URL(`./${module}.js`, import.meta.url).pathname, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: module === 'keepalive-failover' ? flags : [],
    });
    children.push(child);
    return child;
  };
  try {
    const failover = start('keepalive-failover');
    send(failover, { type: 'who', folder });
    const { fingerprint } = await answer<Extract<FromFailover, { type: 'who' }>>(failover, 'who');
    const targets: Target[] = [];
    const own = Math.min(servers, ownPorts);
    for (const [from, count, shared] of [[0, own, false], [own, servers - own, true]] as const) {
      if (count === 0) continue;
      const agents = start('keepalive-agents');
      send(agents, { type: 'start', folder, from, count, protector: fingerprint, shared });
      targets.push(...(await answer<FromAgents>(agents, 'started')).targets);
    }
    console.error(`${servers} agents listen, ${own} on ports of their own, ${servers - own} behind one; connecting …`);
    send(failover, { type: 'run', targets, seconds });
    const agents = children.slice(1).map((child) => child.pid as number);
    await answer(failover, 'settled');
    const [before, from] = [await figuresOfAll(agents), performance.now()];
    const { measured } = await answer<Extract<FromFailover, { type: 'measured' }>>(failover, 'measured');
    const agentsCpuPercent = round((((await figuresOfAll(agents)).cpuS - before.cpuS) * 100_000) / (performance.now() - from));
    const cpuPercent = round((measured.cpuMs / measured.wallMs) * 100);
    const load = [loadBefore, round(loadavg()[0] ?? 0)] as const;
    const result = { servers, ownListeners: own, cpuPercent, microsecondsPerMessage: round((measured.cpuMs * 1000) / measured.messages), agentsCpuPercent, load, ...measured };
    console.error(`${servers} servers: ${cpuPercent} % of one core, ${result.microsecondsPerMessage} µs per keep-alive, ${measured.messagesPerSecond}/s; the agents ${agentsCpuPercent} %; load ${load.join(' to ')}`);
    return result;
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  }
}

function send(child: ChildProcess, message: ToAgents | ToFailover): void {
  child.send(message);
}

async function answer<T>(child: ChildProcess, type: string): Promise<T> {
  return await new Promise<T>((done, fail) => {
    child.once('exit', (code, signal) => fail(new Error(`A process of the benchmark ended: ${code ?? signal}`)));
    child.on('message', (message: { readonly type: string }) => {
      if (message.type === type) done(message as T);
    });
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
