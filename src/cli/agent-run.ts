import { hostname } from 'node:os';
import { startAgent, type RunningAgent } from '../agent/agent.ts';
import { fileState } from '../agent/memory-file.ts';
import { renewSecret } from '../agent/memory.ts';
import { UnderstudyError } from '../contract/errors.ts';
import { formatSecret } from '../platform/pairing-proof.ts';
import { systemClock, systemTimers } from '../platform/clock.ts';
import { lockFolder } from '../platform/folder-lock.ts';
import { systemLog } from '../platform/log.ts';
import { systemRandom } from '../platform/random.ts';
import { loadIdentity } from '../platform/tls-identity.ts';
import { tlsTransport } from '../platform/transport-tls.ts';
import { builtinRecorder } from '../recorders/builtin/recorder.ts';
import { replaceIdentity, serverIdentity } from '../recorder/identity.ts';
import { loadSettings } from '../recorder/settings-files.ts';
import { openFootageReader } from '../video/store/open-reader.ts';
import { type Answer, print } from './command.ts';
import { demandRecorderFolder } from './folder-kind.ts';
import { untilSignal } from './signals.ts';
import { version } from './version.ts';

export interface AgentCommand {
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  readonly recorder: string;
  readonly restart: boolean;
  readonly leaveRecorder?: boolean;
  readonly playbackPort: number;
  readonly json?: boolean;
}

/** The pairing secret that is open, or a new one. */
export async function showSecret(folder: string, renew: boolean): Promise<Answer> {
  await demandRecorderFolder(folder);
  const state = fileState(folder);
  const secret = renew ? await renewSecret(state, systemRandom) : await state.readSecret();
  const protector = (await state.readMemory())?.protector ?? null;
  const fingerprint = (await loadIdentity(folder)).fingerprint;
  const text = [
    secret === null ? 'No pairing secret is open. Make one: understudy agent pair --new --folder …' : `Pairing secret: ${formatSecret(secret)}`,
    protector === null ? 'Not paired yet.' : `Paired with ${protector.name}.`,
    `Key of this agent: ${fingerprint}`,
  ].join('\n');
  return {
    json: { pairingSecret: secret === null ? null : formatSecret(secret), protector: protector === null ? null : { id: protector.id, name: protector.name }, fingerprint },
    text,
  };
}

/** The composition root of the agent's process. Ends at a signal. */
export async function runAgent(options: AgentCommand): Promise<Answer> {
  if (options.recorder !== 'builtin')
    throw new UnderstudyError('input.invalid', `There is no adapter for "${options.recorder.slice(0, 40)}" yet.`, { field: 'recorder', advice: 'Use --recorder builtin.' });
  await demandRecorderFolder(options.folder);
  const lock = await lockFolder(`${options.folder}/agent.lock`, 'understudy agent', new Date(systemClock.wallMs()));
  try {
    const ended = untilSignal();
    let life = await start(options);
    const { agent } = life;
    await tellReady(agent, options).catch(async (error: unknown) => {
      await agent.stop({ reason: 'it could not say that it is ready', leaveRecorder: false });
      throw error;
    });
    for (;;) {
      const next = await Promise.race([ended, life.adopted]);
      if (next !== adopted) {
        await life.agent.stop({ reason: next, leaveRecorder: options.leaveRecorder === true });
        return { json: { ended: next }, text: 'The agent has ended in order.' };
      }
      const { port } = life.agent;
      await life.agent.stop({ reason: 'takes the identity of the server that it replaces', leaveRecorder: false });
      life = await start({ ...options, port });
    }
  } finally {
    await lock.release();
  }
}

/** What `adopted` resolves with: recorder and agent must start anew under another server id. */
const adopted = Symbol('adopted');

interface AgentLife {
  readonly agent: RunningAgent;
  readonly adopted: Promise<typeof adopted>;
}

/** The answer to the request must be on its way before the connection ends. */
const answerMs = 500;

async function start(options: AgentCommand): Promise<AgentLife> {
  let adopt: (value: typeof adopted) => void = () => undefined;
  const adoption = new Promise<typeof adopted>((resolve) => (adopt = resolve));
  const log = systemLog('agent');
  const serverId = await serverIdentity(options.folder, systemRandom);
  // Broken settings are the recorder's end, not the agent's: it must stay and say so.
  const name = await loadSettings(options.folder).then(
    ({ document }) => document.name,
    (error: unknown) => {
      log.error({ error: String(error) }, 'The settings cannot be used.');
      return hostname();
    },
  );
  const recorder = builtinRecorder({
    folder: options.folder,
    command: [process.execPath, ...process.execArgv, process.argv[1] ?? '', 'recorder', '--playback-port', String(options.playbackPort)],
    outlive: options.leaveRecorder === true,
    version,
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    log,
    openFootage: openFootageReader,
    ...(options.restart ? {} : { restart: { firstMs: null, mostMs: 0, calmMs: 0 } }),
  });
  const agent = await startAgent({
    server: { id: serverId, name },
    listen: { host: options.host, port: options.port },
    recorder,
    transport: tlsTransport(await loadIdentity(options.folder)),
    state: fileState(options.folder),
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    log,
    adoptIdentity: async (server) => {
      await replaceIdentity(options.folder, server);
      systemTimers.after(answerMs, () => adopt(adopted));
    },
  });
  return { agent, adopted: adoption };
}

async function tellReady(agent: RunningAgent, options: AgentCommand): Promise<void> {
  const secret = await agent.pairingSecret();
  const protector = agent.protector();
  if (options.json === true) {
    print(JSON.stringify({ ready: true, port: agent.port, pairingSecret: secret ?? '', protector }));
    return;
  }
  print(`The agent listens on port ${agent.port}.`);
  if (protector !== null) print(`Protected by ${protector.name}.`);
  if (secret !== null) print(`Pairing secret: ${secret}\n  Type it at the failover server, with this host's address and port ${agent.port}.`);
}
