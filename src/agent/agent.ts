import { agentPort, type Hello, oldestLinkVersion, type Welcome } from '../contract/link.ts';
import { chooseVersion } from '../contract/link-parse.ts';
import type { Cancel, Clock, Timers } from '../platform/clock.ts';
import { receive, type Reception } from '../platform/link-door.ts';
import type { Log } from '../platform/log.ts';
import { sparingLog } from '../platform/sparing-log.ts';
import { formatSecret } from '../platform/pairing-proof.ts';
import type { Random } from '../platform/random.ts';
import type { Connection, Transport } from '../platform/transport.ts';
import type { Recorder } from '../recorders/contract.ts';
import { makeGuests } from './guests.ts';
import { makeLeftCameras } from './left-cameras.ts';
import { type Identity, makeLifeSigns } from './life-signs.ts';
import { type AgentState, renewSecret } from './memory.ts';
import { openProtection } from './protection.ts';
import { tellRecorderEvents } from './recorder-events.ts';
import { agentHandlers } from './requests.ts';
import { type AgentAlarm, makeSilence } from './silence.ts';

export interface AgentOptions {
  /** Stable id of this monitored server, and what people call it. */
  readonly server: { readonly id: string; readonly name: string };
  readonly listen?: { readonly host: string; readonly port: number };
  readonly recorder: Recorder;
  readonly transport: Transport;
  readonly state: AgentState;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
  /** The failover server is silent, or is back. It is in the log besides. */
  readonly onAlarm?: (alarm: AgentAlarm) => void;
  /** Makes another server id durable; the composition root then starts recorder and agent anew under it. */
  readonly adoptIdentity?: (server: string) => Promise<void>;
}

export interface RunningAgent {
  readonly port: number;
  readonly instance: string;
  readonly agentBoot: string;
  protector(): { readonly id: string; readonly name: string } | null;
  /** The open one-time secret as people read it; null: paired, and none was asked for. */
  pairingSecret(): Promise<string | null>;
  /** For pairing again or moving to another failover server. */
  newPairingSecret(): Promise<string>;
  /**
   * Normal shutdown of recorder and agent (SIGTERM, host going down). With `leaveRecorder` only the
   * agent ends; the next one adopts the recorder.
   */
  stop(how: { readonly reason: string; readonly leaveRecorder: boolean }): Promise<void>;
}

const defaultEveryMs = 1000;
const defaultTimeoutMs = 30_000;
const flushMs = 1000;

/** Starts the agent: adopts or starts the recorder, and listens. Works without any failover server. */
export async function startAgent(options: AgentOptions): Promise<RunningAgent> {
  const { recorder, transport, state, clock, timers, random, log } = options;
  const links = new Set<Connection>();
  // Only after the answer that the caller still waits for.
  const changed = (): void => void timers.after(flushMs / 4, () => guests.closeBut(protection.protector()?.fingerprint ?? null, 'link.other-protector'));
  const protection = await openProtection({ state, ownFingerprint: transport.fingerprint, clock, random, log, changed });
  const identity: Identity = { server: options.server.id, instance: protection.instance, agentBoot: random.id() };
  const signs = makeLifeSigns(identity, recorder, clock, links);
  const silence = makeSilence(log, options.onAlarm ?? (() => undefined), clock.monotonicMs());
  const left = makeLeftCameras(recorder, log);
  const beats = makeBeats(timers, (timeoutMs) => {
    signs.beat();
    if (silence.check(clock.monotonicMs(), protection.protector()?.name ?? null, timeoutMs)) left.takeAgain();
  });
  const guests = makeGuests({
    clock,
    timers,
    log,
    handlers: agentHandlers(recorder, async () => await protection.release(), options.adoptIdentity),
    links,
    entered(hello, connection) {
      signs.joined(connection, chooseVersion(hello) ?? oldestLinkVersion);
      beats.follow(hello);
      signs.beat(); // at once: a link that was silent must not wait for the next round
    },
    heard: () => silence.heard(clock.monotonicMs()),
  });
  const welcome = (version: number): Welcome => ({
    type: 'welcome',
    version,
    ...identity,
    ...signs.phase(),
    name: options.server.name,
    make: recorder.make,
    makeVersion: recorder.makeVersion,
    wallMs: clock.wallMs(),
    seq: signs.seq(),
  });

  const admit = async (hello: Hello, caller: Connection): Promise<Reception> => {
    const admission = await protection.decide(hello, caller);
    if (admission.kind === 'refused') return admission;
    const answer = welcome(admission.version);
    if (admission.kind === 'paired') return { kind: 'welcome', welcome: { ...answer, proof: admission.proof }, enter: null };
    return { kind: 'welcome', welcome: answer, enter: () => guests.enter(admission.kind, hello, caller) };
  };

  const doorLog = sparingLog(log, clock);
  const told = tellRecorderEvents(recorder, signs);
  const listening = await transport
    .listen(options.listen ?? { host: '0.0.0.0', port: agentPort }, (connection) => receive(connection, { timers, log: doorLog, admit }))
    .catch((error: unknown) => {
      beats.stop(); // else the process would live on without a port, and without its lock
      throw error;
    });
  log.info({ port: listening.port, server: identity.server }, 'The agent listens for its failover server.');
  recorder.start().catch((error: unknown) => log.error({ err: error }, 'The recorder could not be started. The agent stays and says so.'));

  return {
    port: listening.port,
    instance: identity.instance,
    agentBoot: identity.agentBoot,
    protector() {
      const now = protection.protector();
      return now === null ? null : { id: now.id, name: now.name };
    },
    async pairingSecret() {
      const secret = await state.readSecret();
      return secret === null ? null : formatSecret(secret);
    },
    newPairingSecret: async () => formatSecret(await renewSecret(state, random)),
    async stop({ reason, leaveRecorder }) {
      if (leaveRecorder) await recorder.detach();
      else {
        told.normalShutdown(reason); // before the recorder ends: the host may be going down
        await recorder.stop(reason);
      }
      beats.stop();
      signs.send({ type: 'agent exit', recorderGoesOn: leaveRecorder }, signs.phase().boot);
      await flushed(timers, links);
      guests.closeBut(null, 'the agent ends');
      await listening.close();
    },
  };
}

/** The round of keep-alives, as often as the newest hello of the failover server asked for. */
function makeBeats(timers: Timers, beat: (timeoutMs: number) => void): { follow(hello: Hello): void; stop(): void } {
  let everyMs = defaultEveryMs;
  let timeoutMs = defaultTimeoutMs;
  let stop: Cancel = timers.every(everyMs, () => beat(timeoutMs));
  return {
    follow(hello) {
      timeoutMs = hello.keepAliveTimeoutMs ?? defaultTimeoutMs;
      const ms = hello.keepAliveMs ?? defaultEveryMs;
      if (ms === everyMs) return;
      everyMs = ms;
      stop();
      stop = timers.every(ms, () => beat(timeoutMs));
    },
    stop: () => stop(),
  };
}

async function flushed(timers: Timers, connections: ReadonlySet<Connection>): Promise<void> {
  for (let waited = 0; waited < flushMs; waited += 20) {
    if ([...connections].every((connection) => connection.waiting() === 0)) return;
    await new Promise<void>((go) => timers.after(20, go));
  }
}
