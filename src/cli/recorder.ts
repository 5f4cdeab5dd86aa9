import { type Command, Option } from 'commander';
import { answer, wholeNumber } from './command.ts';
import type { RecorderCommand } from './recorder-run.ts';

export function registerRecorder(program: Command): void {
  program
    .command('recorder')
    .description('Run the built-in recorder on a settings folder (the agent does this by itself).')
    .requiredOption('-f, --folder <dir>', 'settings folder; made with empty settings if it is not there')
    .option('--playback-port <port>', 'port of its own playback on 127.0.0.1; 0: any free one', wholeNumber(0, 65_535), 0)
    .option('--json', 'first line of output as JSON: {"ready":true,"serverId":…,"cameras":…,"playback":…}')
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
      // Loaded when needed: other commands shall answer at once.
      const { runRecorder } = await import('./recorder-run.ts');
      await answer(options, async () => await runRecorder(options));
    });
}
