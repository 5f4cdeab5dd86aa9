import type { Command } from 'commander';
import { agentPort } from '../contract/link.ts';
import type { AgentCommand } from './agent-run.ts';
import { answer, wholeNumber } from './command.ts';

export function registerAgent(program: Command): void {
  const agent = program
    .command('agent')
    .description('Run beside a recorder: supervise it, and let a failover server protect it.')
    .option('-f, --folder <dir>', 'settings folder of the recorder (needed); the agent keeps its own files there too')
    .option('--host <address>', 'address to listen on for the failover server', '0.0.0.0')
    .option('-p, --port <port>', 'port to listen on; 0: any free one', wholeNumber(0, 65_535), agentPort)
    .option('--recorder <make>', 'which recorder is beside it (only: builtin)', 'builtin')
    .option('--leave-recorder', 'leave the recorder running when the agent ends; the next agent adopts it')
    .option('--no-restart', 'do not start a recorder again that ended with an error')
    .option('--playback-port <port>', 'port of the recorder’s own playback on 127.0.0.1; 0: any free one', wholeNumber(0, 65_535), 0)
    .option('--json', 'first line of output as JSON: {"ready":true,"port":…,"pairingSecret":…}')
    .addHelpText(
      'after',
      `
At its first start it prints a pairing secret. Type it at the failover server ("add monitored
server") together with this host's address; it is good for one pairing.
Recording goes on without any failover server.

Examples:
  understudy agent --folder /srv/recorder
  understudy agent pair --folder /srv/recorder     shows the pairing secret
  understudy agent pair --folder /srv/recorder --new`,
    )
    .action(async (options: Partial<AgentCommand>, command: Command) => {
      const known = { ...options, folder: needFolder(options.folder, command) } as AgentCommand;
      // Loaded when needed: other commands shall answer at once.
      const { runAgent } = await import('./agent-run.ts');
      await answer(known, async () => await runAgent(known));
    });
  agent
    .command('pair')
    .description('Show the pairing secret, or make a new one (works while the agent runs).')
    .option('-f, --folder <dir>', 'settings folder of the recorder (needed)')
    .option('--new', 'make a new secret: to pair again, or with another failover server; an older unused one is void')
    .option('--json', 'answer as JSON')
    .action(async (_: object, command: Command) => {
      // `--folder` and `--json` are options of `agent` too: commander gives them to the parent.
      const options = command.optsWithGlobals<{ folder?: string; new?: boolean; json?: boolean }>();
      const folder = needFolder(options.folder, command);
      const { showSecret } = await import('./agent-run.ts');
      await answer(options, async () => await showSecret(folder, options.new === true));
    });
}

/** Commander would demand a required option of `agent` from `agent pair` as well. */
function needFolder(folder: string | undefined, command: Command): string {
  return folder ?? command.error("error: required option '-f, --folder <dir>' not specified");
}
