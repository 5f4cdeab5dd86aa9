import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AgentOptions, type RunningAgent, startAgent } from '../../src/agent/agent.ts';
import { fileState } from '../../src/agent/memory-file.ts';
import type { LinkEvent, Links } from '../../src/failover/link/contract.ts';
import { makeLinks } from '../../src/failover/link/links.ts';
import { type Paired, pairServer } from '../../src/failover/link/pair.ts';
import { systemAfterPoll } from '../../src/platform/after-poll.ts';
import { systemClock, systemTimers } from '../../src/platform/clock.ts';
import { type Log, silentLog } from '../../src/platform/log.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { loadIdentity } from '../../src/platform/tls-identity.ts';
import type { Transport } from '../../src/platform/transport.ts';
import { tlsTransport } from '../../src/platform/transport-tls.ts';
import { type FakeRecorder, fakeRecorder } from './fake-recorder.ts';

/** Everything a test opens, closed in reverse order. */
export class Rig {
  readonly #closers: (() => unknown)[] = [];
  #folder: string | null = null;

  async folder(name: string): Promise<string> {
    if (this.#folder === null) {
      const made = await mkdtemp(join(tmpdir(), 'understudy-link-'));
      this.#folder = made;
      this.#closers.unshift(async () => await rm(made, { recursive: true }));
    }
    return join(this.#folder, name);
  }
  onEnd(close: () => unknown): void {
    this.#closers.push(close);
  }
  async end(): Promise<void> {
    for (const close of this.#closers.splice(0).toReversed()) await close();
    this.#folder = null;
  }
  async transport(name: string): Promise<Transport> {
    return tlsTransport(await loadIdentity(await this.folder(name)));
  }

  async agent(name = 'rec-1', more: Partial<AgentOptions> = {}): Promise<RunningAgent & { readonly recorder: FakeRecorder; readonly lines: string[] }> {
    const recorder = fakeRecorder();
    const lines: string[] = [];
    const agent = await startAgent({
      server: { id: name, name: `Recorder ${name}` },
      listen: { host: '127.0.0.1', port: 0 },
      recorder,
      transport: await this.transport(name),
      state: fileState(await this.folder(name)),
      clock: systemClock,
      timers: systemTimers,
      random: systemRandom,
      log: listLog(lines),
      ...more,
    });
    let stopped = false;
    const stop: RunningAgent['stop'] = async (how) => {
      if (stopped) return;
      stopped = true;
      await agent.stop(how);
    };
    this.onEnd(async () => await stop({ reason: 'test over', leaveRecorder: true }));
    return { ...agent, stop, recorder, lines };
  }

  async pair(agent: RunningAgent, more: { readonly secret?: string; readonly from?: string; readonly move?: boolean; readonly port?: number } = {}): Promise<Paired> {
    const id = more.from ?? 'fo-1';
    return await pairServer({
      transport: await this.transport(id),
      timers: systemTimers,
      self: { id, name: `Failover ${id}` },
      host: '127.0.0.1',
      port: more.port ?? agent.port,
      secret: more.secret ?? (await agent.pairingSecret()) ?? 'none',
      move: more.move ?? false,
    });
  }

  async links(id = 'fo-1', keepAlive = { everyMs: 100, timeoutMs: 3000 }): Promise<{ readonly links: Links; readonly events: LinkEvent[] }> {
    const events: LinkEvent[] = [];
    const links = makeLinks({
      self: () => ({ id, name: `Failover ${id}` }),
      transport: await this.transport(id),
      clock: systemClock,
      timers: systemTimers,
      random: systemRandom,
      afterPoll: systemAfterPoll,
      log: silentLog,
      keepAlive,
      onEvent: (event) => events.push(event),
    });
    this.onEnd(async () => await links.close());
    return { links, events };
  }

  /** A TCP proxy whose cables can be cut without a word (half-open), or cut with one. */
  async proxy(port: number): Promise<Proxy> {
    const sockets = new Set<Socket>();
    let silent = false;
    let refuseNew = false;
    let accepted = 0;
    const server: Server = createServer((near) => {
      accepted++;
      sockets.add(near);
      near.on('error', () => undefined).once('close', () => sockets.delete(near));
      if (refuseNew) return;
      const far = connect(port, '127.0.0.1');
      sockets.add(far);
      far.on('error', () => near.destroy()).once('close', () => sockets.delete(far));
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        let mute = false;
        mutes.add(() => (mute = true));
        from.on('data', (data) => void (mute || to.write(data)));
        from.once('close', () => void (mute || to.destroy()));
      }
    });
    const mutes = new Set<() => void>();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    this.onEnd(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return {
      port: (server.address() as { port: number }).port,
      accepted: () => accepted,
      silence(how) {
        silent = true;
        refuseNew = how === 'new ones too';
        for (const mute of mutes) mute();
        mutes.clear();
      },
      heal: () => void ((silent = false), (refuseNew = false)),
      isSilent: () => silent,
    };
  }
}

export interface Proxy {
  readonly port: number;
  accepted(): number;
  /** Existing connections carry nothing any more, in either direction, not even their end. */
  silence(how: 'old ones only' | 'new ones too'): void;
  heal(): void;
  isSilent(): boolean;
}

export const until = async (what: string, check: () => boolean, ms = 8000): Promise<void> => {
  const started = performance.now();
  while (!check()) {
    if (performance.now() - started > ms) throw new Error(`Waited ${ms} ms in vain: ${what}`);
    await new Promise((done) => setTimeout(done, 10));
  }
};

export function listLog(lines: string[]): Log {
  const add = (_fields: object, text: string): void => void lines.push(text);
  return { debug: add, info: add, warn: add, error: add };
}
