import { Command, CommanderError } from 'commander';
import { registerAgent } from './agent.ts';
import { registerCamera } from './camera.ts';
import { asKnown, print } from './command.ts';
import { type ExitCode, exitCodeHelp, exitCodeOf, exitCodes } from './exit-codes.ts';
import { registerDemo } from './demo.ts';
import { registerFailover } from './failover.ts';
import { registerBackup } from './remote/backup.ts';
import { registerCheck } from './remote/check.ts';
import { registerCommands } from './remote/commands.ts';
import { registerEvents, registerOutages } from './remote/events.ts';
import { registerFootage } from './remote/footage.ts';
import { registerServers } from './remote/servers.ts';
import { registerSettings } from './remote/settings.ts';
import { registerStatus } from './remote/status.ts';
import { registerToken } from './remote/token.ts';
import { registerRecorder } from './recorder.ts';
import { version } from './version.ts';

const program = new Command('understudy')
  .description('Keeps video being recorded when a video recorder fails.')
  .version(version, '-V, --version', 'print the version')
  .helpOption('-h, --help', 'show help')
  .helpCommand('help [command]', 'show help for a command')
  .addHelpText('after', exitCodeHelp)
  .showHelpAfterError('(add --help for what this command knows)')
  .exitOverride();

// One line a command; what a command does lives in its own file.
registerRecorder(program);
registerCamera(program);
registerAgent(program);
registerFailover(program);
registerStatus(program);
registerServers(program);
registerCommands(program);
registerBackup(program);
registerCheck(program);
registerFootage(program);
registerOutages(program);
registerEvents(program);
registerSettings(program);
registerToken(program);
registerDemo(program);

// `understudy … | head`: the reader has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = usageExit(error);
  else {
    const known = asKnown(error);
    process.stderr.write(`Error: ${known.message}\n  (${known.code})\n`);
    process.exitCode = exitCodeOf(known.code);
  }
}

/** Commander has told it on stderr already; a program reads stdout. */
function usageExit({ code, exitCode, message }: CommanderError): ExitCode {
  if (exitCode === 0) return exitCodes.ok;
  if (process.argv.includes('--json')) print(JSON.stringify({ error: { code: 'input.invalid', text: message.replace(/^error: /, '') } }, null, 2));
  return code === 'commander.invalidArgument' ? exitCodes.invalid : exitCodes.usage;
}
