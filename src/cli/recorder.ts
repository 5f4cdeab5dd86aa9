import { type Command, Option } from 'commander';
import { systemClock, systemTimers } from '../platform/clock.ts';
import { systemLog } from '../platform/log.ts';
import { systemRandom } from '../platform/random.ts';
import { startRecorder } from '../recorder/process.ts';
import { answer, print, wholeNumber } from './command.ts';
import { videoMedia } from './media.ts';
import { fileState } from '../agent/memory-file.ts';
import { loadIdentity } from '../platform/tls-identity.ts';
import { tlsTransport } from '../platform/transport-tls.ts';

interface RecorderCommand {
  readonly folder: string;
  readonly boot?: string;
  readonly playbackPort: number;
}

export function registerRecorder(program: Command): void {
  program
    .command('recorder')
    .description('Run the built-in recorder on a settings folder (the agent does this by itself).')
    .requiredOption('-f, --folder <dir>', 'settings folder; made with empty settings if it is not there')
    .option('--playback-port <port>', 'port of its own playback on 127.0.0.1; 0: any free one', wholeNumber(0, 65_535), 0)
    .addOption(new Option('--boot <id>', 'name of this run, given by the agent').hideHelp())
    .addHelpText(
      'after',
      `
The folder holds settings.json (cameras, retention, store path; change it while the recorder runs,
a broken file leaves the last good settings in force) and SenseVideoManager.ini or DivaServer.ini
(section [FailoverServer]: where failover recordings are found).
SIGTERM and Ctrl-C end it in order: every segment is finished.

Examples:
  understudy camera add --folder /srv/recorder --url rtsp://10.0.0.21/stream1
  understudy recorder --folder /srv/recorder`,
    )
    .action(async (options: RecorderCommand) => {
      await answer({}, async () => {
        const log = systemLog('recorder');
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
        for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
          process.on(name, () => void recorder.stop(`ended by ${name}`).catch((error: unknown) => log.error({ error: String(error) }, 'The shutdown was not clean.')));
        print(`Recording ${recorder.settings().document.cameras.length} cameras of ${options.folder}. Server id ${recorder.serverId}.`);
        print(`Playback: ${recorder.playbackAddress}`);
        await recorder.stopped;
        return { json: {}, text: 'The recorder has ended in order.' };
      });
    });
}

/** The agent's key and the pinned key of its failover server; asked anew each time, because pairing comes later. */
async function followPointer(folder: string) {
  return {
    transport: tlsTransport(await loadIdentity(folder)),
    pin: async () => (await fileState(folder).readMemory())?.protector?.fingerprint ?? null,
  };
}
