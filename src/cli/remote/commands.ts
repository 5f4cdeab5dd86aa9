import type { Command } from 'commander';
import { UnderstudyError } from '../../contract/errors.ts';
import { answer, wholeNumber } from '../command.ts';
import { connect, remote, type RemoteOptions } from './client.ts';
import { followed } from './jobs.ts';
import { confirmed } from './servers.ts';
import { parseDuration, parseMoment, utc } from './words.ts';

/** Take over, reset, stop recording, maintenance, hold. */
export function registerCommands(program: Command): void {
  remote(program.command('takeover <server>').description('Take over server: record its cameras here now.'))
    .option('--confirm <name>', 'its name, typed; needed while the server is not offline')
    .addHelpText('after', '\nExamples:\n  understudy takeover North\n  understudy takeover North --confirm North --json')
    .action(async (server: string, options: RemoteOptions & { readonly confirm?: string }) => {
      await answer(options, async () => {
        const client = await connect(options);
        const { id } = await client.server(server);
        const now = await client.call('servers.takeOver', { params: { server: id }, body: options.confirm === undefined ? {} : { confirm: options.confirm } });
        return { json: now, text: `${now.name}: ${now.role.state}. Given back with: understudy reset ${now.name}` };
      });
    });
  remote(program.command('reset <server>').description('Reset restored server: give the cameras back, each when the recorder proves that it records it.')).action(async (server: string, options: RemoteOptions) => {
    await answer(options, async () => {
      const client = await connect(options);
      const { id } = await client.server(server);
      const now = await client.call('servers.reset', { params: { server: id }, body: {} });
      return { json: now, text: `${now.name}: ${now.role.state}.` };
    });
  });
  remote(program.command('stop-recording <server>').description('Stop recording for a server, whether or not its recorder is back.'))
    .requiredOption('--confirm <name>', 'its name, typed')
    .action(async (server: string, options: RemoteOptions & { readonly confirm: string }) => {
      await answer(options, async () => {
        const client = await connect(options);
        const { id, name } = await confirmed(client, server, options.confirm);
        const now = await client.call('servers.stop', { params: { server: id }, body: { confirm: name } });
        return { json: now, text: `${now.name}: ${now.role.state}.` };
      });
    });
  remote(program.command('copy-back <server>').description('The recorder fetches the failover recordings that it misses; what is proven to be there is deleted here.'))
    .option('--mbit <number>', 'at most so many Mbit/s (else the server’s setting)', wholeNumber(1, 100_000))
    .action(async (server: string, options: RemoteOptions & { readonly mbit?: number }) => {
      await answer(options, async () => {
        const client = await connect(options);
        const { id } = await client.server(server);
        await client.call('servers.copyBack', { params: { server: id }, body: options.mbit === undefined ? {} : { bitsPerSecond: options.mbit * 1_000_000 } });
        const job = (await client.call('jobs.list')).find((one) => one.kind === 'copy back' && one.endedMs === null) ?? (await client.call('jobs.list')).find((one) => one.kind === 'copy back');
        if (job === undefined) throw new UnderstudyError('input.not-found', 'The work ended and is forgotten already.');
        return followed(client, job);
      });
    });
  registerMaintenance(program);
}

interface MaintenanceOptions extends RemoteOptions {
  readonly for?: number;
  readonly until?: number;
  readonly note?: string;
  readonly takeOver?: boolean;
  readonly confirm?: string;
}

function registerMaintenance(program: Command): void {
  const maintenance = program.command('maintenance').description('Maintenance of a monitored server: no automatic take-over until its end.');
  remote(maintenance.command('start <server>').description('Begin a maintenance; it ends by itself.'))
    .option('--for <duration>', 'how long, like 30m or 2h', parseDuration)
    .option('--until <moment>', 'or until when, like 2026-06-01T12:00:00Z', parseMoment(Date.now()))
    .option('--note <text>', 'what is done')
    .option('--take-over', 'take the server over now without a gap, and restore it at the end')
    .option('--confirm <name>', 'its name, typed; needed with --take-over while the server is not offline')
    .addHelpText('after', '\nExample:\n  understudy maintenance start North --for 2h --note "new disk" --take-over --confirm North')
    .action(async (server: string, options: MaintenanceOptions) => {
      await answer(options, async () => {
        const { until, note, takeOver, confirm } = options;
        if ((options.for === undefined) === (until === undefined)) throw new UnderstudyError('input.invalid', 'Name the end: either --for or --until.', { field: 'untilMs' });
        const client = await connect(options);
        const { id } = await client.server(server);
        const untilMs = Math.round(until ?? Date.now() + (options.for ?? 0));
        const body = { untilMs, note: note ?? '', takeOver: takeOver ?? false, ...(confirm === undefined ? {} : { confirm }) };
        const now = await client.call('servers.maintenance', { params: { server: id }, body });
        return { json: now, text: `${now.name}: maintenance until ${utc(untilMs)} UTC. There is no automatic take-over until then.` };
      });
    });
  remote(maintenance.command('end <server>').description('End a maintenance now.')).action(async (server: string, options: RemoteOptions) => {
    await answer(options, async () => {
      const client = await connect(options);
      const { id } = await client.server(server);
      const now = await client.call('servers.endMaintenance', { params: { server: id } });
      return { json: now, text: `${now.name}: the maintenance has ended.` };
    });
  });
}
