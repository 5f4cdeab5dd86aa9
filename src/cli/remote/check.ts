import type { Command } from 'commander';
import type { CheckReport } from '../../contract/api/check.ts';
import { answer } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { connect, remote, type RemoteOptions } from './client.ts';
import { bytesText, mbit } from './words.ts';

export function registerCheck(program: Command): void {
  remote(program.command('check [server]').description('Contact every camera of every settings backup from the failover server, compare with its capacity, and say who is protected.'))
    .option('--last', 'show the last check instead of making a new one')
    .addHelpText('after', '\nEnds with 1 if a server is not protected.\n\nExamples:\n  understudy check\n  understudy check North --json\n  understudy check --last')
    .action(async (server: string | undefined, options: RemoteOptions & { readonly last?: boolean }) => {
      await answer(options, async () => {
        const client = await connect(options);
        const only = server === undefined ? null : await client.server(server);
        if (options.last !== true) await client.finished(only === null ? await client.call('check.run') : await client.call('check.server', { params: { server: only.id } }));
        const whole = await client.call('check.get');
        const report = { ...whole, servers: whole.servers.filter((one) => only === null || one.serverId === only.id) };
        const allGood = report.servers.every((one) => one.protected);
        return { json: report, text: text(report), exitCode: allGood ? exitCodes.ok : exitCodes.failed };
      });
    });
}

function text(report: CheckReport): string {
  if (report.servers.length === 0) return 'No monitored servers yet.';
  const blocks = report.servers.map((server) => {
    const reached = server.cameras.filter((camera) => camera.ok).length;
    const head = `${server.name}: ${server.protected ? 'protected' : 'not protected, because'}`;
    const because = server.reasons.map((reason) => `  - ${reason.text}`);
    const warnings = server.warnings.map((reason) => `  (${reason.text})`);
    const cameras = server.cameras.filter((camera) => !camera.ok).map((camera) => `    ${camera.name} (${camera.address}): ${camera.reason?.text ?? ''}`);
    const needs = `  ${reached} of ${server.cameras.length} cameras answered; it needs ${server.needs.cameras} cameras, ${mbit(server.needs.bitsPerSecond)}, ${bytesText(server.needs.bytesPerDay)} a day`;
    return [head, ...because, ...warnings, needs, ...cameras].join('\n');
  });
  const { capacity } = report;
  return [...blocks, '', `Capacity: ${capacity.cameras} cameras, ${mbit(capacity.bitsPerSecond)}, ${bytesText(capacity.freeBytes)} free.`].join('\n');
}
