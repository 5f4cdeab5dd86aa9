import type { Command } from 'commander';
import type { FailoverState } from '../../contract/api/failover.ts';
import type { Attention } from '../../contract/api/live.ts';
import type { MonitoredServer } from '../../contract/api/servers.ts';
import { answer, table } from '../command.ts';
import { connect, remote, type RemoteOptions } from './client.ts';
import { ago, bytesText, durationText, mbit } from './words.ts';

export function registerStatus(program: Command): void {
  remote(program.command('status').description('What needs a person, who records now, and what happens next.'))
    .addHelpText('after', '\nExamples:\n  understudy status\n  understudy status --url https://standby-1:15480 --ca ./https-cert.pem --token-file ./token --json')
    .action(async (options: RemoteOptions) => {
      await answer(options, async () => {
        const client = await connect(options);
        const [failover, servers, attention] = await Promise.all([client.call('failover.state'), client.call('servers.list'), client.call('attention.list')]);
        return { json: { failover, servers, attention }, text: text(failover, servers, attention) };
      });
    });
}

function text(failover: FailoverState, servers: readonly MonitoredServer[], attention: readonly Attention[]): string {
  const { capacity, disk } = failover;
  const lines = [
    `${failover.name}: ${failover.roleText}`,
    `  capacity ${capacity.cameras.used} of ${capacity.cameras.max} cameras, ${mbit(capacity.bitsPerSecond.used)} of ${mbit(capacity.bitsPerSecond.max)}; store path ${disk.state}, ${bytesText(disk.freeBytes)} free`,
    '',
    servers.length === 0 ? 'No monitored servers yet. Add one: understudy servers add --help' : serverTable(servers, failover.nowMs),
  ];
  if (attention.length > 0) lines.push('', 'Needs a person:', ...attention.map((one) => attentionText(one, servers)));
  return lines.join('\n');
}

function attentionText({ severity, serverId, reason, advice }: Attention, servers: readonly MonitoredServer[]): string {
  const name = servers.find(({ id }) => id === serverId)?.name;
  const whose = name === undefined || reason.text.includes(name) ? '' : `${name}: `;
  return `  ${severity === 'alarm' ? '!!' : ' !'} ${whose}${reason.text}\n     ${advice}`;
}

export function serverTable(servers: readonly MonitoredServer[], nowMs: number): string {
  const rows = servers.map((server) => [
    server.name,
    server.state,
    server.sinceMs === null ? '' : durationText(nowMs - server.sinceMs),
    server.takenOverBy === null ? '-' : `${server.takenOverBy} (${server.role.state})`,
    server.recordedBy,
    server.backup.error === null ? ago(server.backup.lastGood?.atMs ?? null, nowMs) : 'failed backup',
    server.protection.protected ? 'yes' : `no: ${server.protection.reasons[0]?.text ?? ''}`,
    server.next === null ? '' : `${server.next.held ? 'held: ' : ''}${server.next.action}${server.next.atMs === null ? '' : ` in ${durationText(Math.max(0, server.next.atMs - nowMs))}`}`,
  ]);
  return table(['server', 'state', 'since', 'taken over by', 'recorded by', 'last backup', 'protected', 'next'], rows);
}
