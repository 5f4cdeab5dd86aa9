import type { Command } from 'commander';
import { writeFile } from 'node:fs/promises';
import { answer, table, wholeNumber } from '../command.ts';
import { connect, remote, type RemoteOptions } from './client.ts';
import { utc } from './words.ts';

export function registerEvents(program: Command): void {
  const events = program.command('events').description('The audit trail: when, who or what, why.');
  remote(events.command('list', { isDefault: true }).description('Newest events last.'))
    .option('--limit <number>', 'how many', wholeNumber(1, 1000), 50)
    .option('--server <server>', 'only of this monitored server')
    .action(async (options: RemoteOptions & { readonly limit: number; readonly server?: string }) => {
      await answer(options, async () => {
        const client = await connect(options);
        const server = options.server === undefined ? undefined : (await client.server(options.server)).id;
        const list = (await client.call('events.list', { query: { limit: options.limit, ...(server === undefined ? {} : { server }) } })).toReversed();
        return { json: list, text: list.length === 0 ? 'No events yet.' : table(['time (UTC)', '', 'who', 'what'], list.map((one) => [utc(one.atMs), one.severity, one.actor, one.text])) };
      });
    });
  remote(events.command('export [file]').description('All events as CSV (with --json: as JSON), oldest first.')).action(async (file: string | undefined, options: RemoteOptions) => {
    await answer(options, async () => {
      const client = await connect(options);
      const list = options.json === true ? await client.call('events.json') : null;
      const text = list === null ? String(await client.call('events.csv')) : `${JSON.stringify(list, null, 2)}\n`;
      if (file === undefined) return { json: list, text };
      await writeFile(file, text, { flag: 'wx' });
      return { json: { file }, text: `Written to ${file}.` };
    });
  });
}

export function registerOutages(program: Command): void {
  const outages = program.command('outages').description('Outages and what they cost.');
  remote(outages.command('list', { isDefault: true }).description('Outages, newest first.')).action(async (options: RemoteOptions) => {
    await answer(options, async () => {
      const list = await (await connect(options)).call('outages.list', { query: {} });
      const rows = list.map((one) => [one.id, one.serverName, utc(one.startedMs), utc(one.endedMs), one.takenOver ? 'taken over' : '-', one.gapMs === null ? 'not measured yet' : `${one.gapMs} ms`, one.trigger.text]);
      return { json: list, text: list.length === 0 ? 'No outages.' : table(['id', 'server', 'from (UTC)', 'to (UTC)', '', 'lost', 'why'], rows) };
    });
  });
  remote(outages.command('report <id>').description('The report of one outage: steps, and per camera every gap in milliseconds.')).action(async (id: string, options: RemoteOptions) => {
    await answer(options, async () => {
      const report = await (await connect(options)).call('outages.get', { params: { outage: id } });
      const steps = report.steps.map((step) => [new Date(step.atMs).toISOString(), step.from, step.to, step.text]);
      const gaps = report.perCamera.map((camera) => [camera.name, `${Math.round(camera.gapMs)} ms`, camera.gaps.map((gap) => `${Math.round(gap.gapMs)} ms: ${gap.reason.text}`).join('; ')]);
      return { json: report, text: [`${report.serverName}: ${report.trigger.text} (${report.state})`, '', table(['time', 'from', 'to', ''], steps), '', table(['camera', 'lost', ''], gaps)].join('\n') };
    });
  });
}
