import { fileState } from '../agent/memory-file.ts';
import { systemClock, systemTimers } from '../platform/clock.ts';
import { systemLog } from '../platform/log.ts';
import { systemRandom } from '../platform/random.ts';
import { loadIdentity } from '../platform/tls-identity.ts';
import { tlsTransport } from '../platform/transport-tls.ts';
import { startRecorder } from '../recorder/process.ts';
import { type Answer, print } from './command.ts';
import { demandRecorderFolder } from './folder-kind.ts';
import { videoMedia } from './media.ts';
import { untilSignal } from './signals.ts';

export interface RecorderCommand {
  readonly folder: string;
  readonly boot?: string;
  readonly playbackPort: number;
  readonly json?: boolean;
}

/** The composition root of the recorder's process. Ends when the recorder has ended. */
export async function runRecorder(options: RecorderCommand): Promise<Answer> {
  await demandRecorderFolder(options.folder);
  const log = systemLog('recorder');
  // Heard from the first moment on: a signal that comes while it starts shall be a normal shutdown too.
  const signalled = untilSignal();
  const recorder = await startRecorder({
    folder: options.folder,
    boot: options.boot ?? systemRandom.id(),
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    log,
    media: videoMedia(log),
    playbackPort: options.playbackPort,
    follow: await followPointer(options.folder),
  });
  void signalled.then(async (reason) => {
    await recorder.stop(reason).catch((error: unknown) => log.error({ error: String(error) }, 'The shutdown was not clean.'));
  });
  const cameras = recorder.settings().document.cameras.length;
  const { serverId, playbackAddress: playback } = recorder;
  // Run by the agent, all that it says goes into its log.
  if (options.boot !== undefined) log.info({ serverId, cameras, playback }, 'The recorder runs.');
  else if (options.json === true) print(JSON.stringify({ ready: true, serverId, cameras, playback }));
  else print(`Recording ${cameras} cameras of ${options.folder}. Server id ${serverId}.\nPlayback: ${playback}`);
  const ended = await recorder.stopped;
  const text = 'The recorder has ended in order.';
  if (options.boot === undefined) return { json: { ended }, text };
  log.info({}, text);
  return { json: { ended }, text: '' };
}

/** The agent's key and the pinned key of its failover server; asked anew each time, because pairing comes later. */
async function followPointer(folder: string) {
  return {
    transport: tlsTransport(await loadIdentity(folder)),
    pin: async () => (await fileState(folder).readMemory())?.protector?.fingerprint ?? null,
  };
}
