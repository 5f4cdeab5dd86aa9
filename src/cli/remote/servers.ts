import type { Command } from 'commander';
import type { ServerDetail } from '../../contract/api/servers.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import { answer, table, wholeNumber, type Answer } from '../command.ts';
import { connect, remote, secretFrom, type Client, type RemoteOptions } from './client.ts';
import { followed } from './jobs.ts';
import { standbyOf } from './standby-choice.ts';
import { standbyText } from './standby-figures.ts';
import { serverTable } from './status.ts';
import { utc } from './words.ts';

interface PairOptions extends RemoteOptions {
  readonly secret?: string;
  readonly secretFile?: string;
}

async function secretOf({ secret, secretFile }: PairOptions): Promise<string> {
  if (secret !== undefined) return secret;
  if (secretFile !== undefined) return secretFrom(secretFile);
  throw new UnderstudyError('input.invalid', 'The pairing secret is missing: --secret or --secret-file.', { field: 'pairingSecret', advice: 'The agent printed it when it started; "understudy agent pair" shows it again, "understudy agent pair --new" makes a new one.' });
}

const pairing = (command: Command): Command =>
  remote(command).option('--secret <secret>', 'pairing secret that the agent printed (it is good for one use)').option('--secret-file <file>', 'file with the pairing secret; "-": standard input');

export function registerServers(program: Command): void {
  const servers = program.command('servers').description('List, add, change, pair, replace and remove monitored servers.');
  remote(servers.command('list').description('Monitored servers with their state.')).action(async (options: RemoteOptions) => {
    await answer(options, async () => {
      const client = await connect(options);
      const [list, { nowMs }] = await Promise.all([client.call('servers.list'), client.call('failover.state')]);
      return { json: list, text: list.length === 0 ? 'No monitored servers yet.' : serverTable(list, nowMs) };
    });
  });
  remote(servers.command('show <server>').description('One monitored server with its cameras.')).action(async (name: string, options: RemoteOptions) => {
    await answer(options, async () => {
      const client = await connect(options);
      const detail = await client.call('servers.get', { params: { server: (await client.server(name)).id } });
      return { json: detail, text: detailText(detail) };
    });
  });
  registerAdd(servers);
  registerChange(servers);
  registerStandbyTest(servers);
  registerRemove(servers);
  registerPairing(servers);
}

function registerAdd(servers: Command): void {
  pairing(servers.command('add <address>').description('Add a monitored server by its agent’s address (host or host:port) and pair with it.'))
    .option('--name <name>', 'what people call it (else what the recorder calls itself)')
    .option('--priority <number>', '1 = first to be taken over', wholeNumber(1, 1000), 100)
    .option('--move', 'take it from the failover server that protects it now')
    .addHelpText('after', '\nExample:\n  understudy servers add recorder-1 --secret-file secret.txt --name North --folder /srv/failover')
    .action(async (address: string, options: PairOptions & { readonly name?: string; readonly priority: number; readonly move?: boolean }) => {
      await answer(options, async () => {
        const client = await connect(options);
        const { name, priority, move } = options;
        const body = { address, pairingSecret: await secretOf(options), priority, moveProtection: move ?? false, ...(name === undefined ? {} : { name }) };
        const added = await client.call('servers.add', { body });
        return { json: added, text: `${added.name} is paired and monitored. Its first settings backup is being made.` };
      });
    });
}

interface ChangeOptions extends RemoteOptions {
  readonly name?: string;
  readonly address?: string;
  readonly priority?: number;
  readonly standby?: string;
  readonly camera: readonly string[];
}

function registerChange(servers: Command): void {
  remote(servers.command('change <server>').description('Change name, address, priority or standby of a monitored server.'))
    .option('--name <name>', 'new name')
    .option('--address <address>', 'new address of its agent')
    .option('--priority <number>', '1 = first to be taken over', wholeNumber(1, 1000))
    .option('--standby <mode>', '"cold" or "hot"; hot keeps a second session to every camera for ever (see: understudy servers standby)')
    .option('--camera <camera>', 'id or name of a camera: --standby is for it alone then, and may be "server" (as its server); may be repeated', (camera: string, all: readonly string[]) => [...all, camera], [] as readonly string[])
    .addHelpText('after', '\nExamples:\n  understudy servers change North --priority 1 --standby hot\n  understudy servers change North --camera Gate --camera Yard --standby cold')
    .action(async (server: string, options: ChangeOptions) => {
      await answer(options, async () => {
        const { name, address, priority } = options;
        if ([name, address, priority, options.standby].every((one) => one === undefined) && options.camera.length === 0)
          throw new UnderstudyError('input.invalid', 'Nothing to change is named.', { advice: 'Add --name, --address, --priority or --standby.' });
        const client = await connect(options);
        const { id, version } = await client.server(server);
        const standby = standbyOf(options, options.camera.length === 0 ? [] : (await client.call('servers.get', { params: { server: id } })).cameraList);
        const body = {
          version,
          ...(name === undefined ? {} : { name }),
          ...(address === undefined ? {} : { address }),
          ...(priority === undefined ? {} : { priority }),
          ...(standby === undefined ? {} : { standby }),
        };
        const changed = await client.call('servers.change', { params: { server: id }, body });
        return { json: changed, text: `${changed.name} was changed.` };
      });
    });
  remote(servers.command('standby <server>').description('What hot standby would cost for ever and what cold standby loses; changes nothing.')).action(async (server: string, options: RemoteOptions) => {
    await answer(options, async () => {
      const client = await connect(options);
      const found = await client.call('standby.calculate', { params: { server: (await client.server(server)).id }, body: { mode: 'hot' } });
      return { json: found, text: standbyText(found) };
    });
  });
}

function registerStandbyTest(servers: Command): void {
  remote(servers.command('test-standby <server>').description('Open a second session to each camera for some seconds and watch the recorder’s own: may it be hot?'))
    .option('--seconds <number>', 'how long per camera', wholeNumber(3, 60), 10)
    .action(async (server: string, options: RemoteOptions & { readonly seconds: number }) => {
      await answer(options, async () => {
        const client = await connect(options);
        const { id } = await client.server(server);
        return followed(client, await client.call('standby.test', { params: { server: id }, body: { seconds: options.seconds } }));
      });
    });
}

function registerRemove(servers: Command): void {
  remote(servers.command('remove <server>').description('Stop monitoring a server; its footage stays until its retention ends.'))
    .requiredOption('--confirm <name>', 'its name, typed')
    .option('--delete-backups', 'delete its settings backups too')
    .action(async (server: string, options: RemoteOptions & { readonly confirm: string; readonly deleteBackups?: boolean }) => {
      await answer(options, async () => {
        const client = await connect(options);
        const { id, name } = await confirmed(client, server, options.confirm);
        await client.call('servers.remove', { params: { server: id }, query: { confirm: name, keepBackups: options.deleteBackups === true ? 'false' : 'true' } });
        return { json: { removed: id }, text: `${name} is not monitored any more.` };
      });
    });
}

function registerPairing(servers: Command): void {
  pairing(servers.command('authorize <server>').description('Pair anew with the agent of a server in the list.'))
    .addHelpText('after', '\nA new secret is printed on the server by: understudy agent pair --new\n\nExample:\n  understudy servers authorize North --secret-file secret.txt')
    .option('--move', 'take it from the failover server that protects it now')
    .action(async (server: string, options: PairOptions & { readonly move?: boolean }) => {
      await answer(options, async (): Promise<Answer> => {
        const client = await connect(options);
        const { id } = await client.server(server);
        const now = await client.call('servers.authorize', { params: { server: id }, body: { pairingSecret: await secretOf(options), moveProtection: options.move ?? false } });
        return { json: now, text: `${now.name} is paired.` };
      });
    });
  remote(servers.command('deauthorize <server>').description('End the pairing; the server is then not protected.'))
    .requiredOption('--confirm <name>', 'its name, typed')
    .action(async (server: string, options: RemoteOptions & { readonly confirm: string }) => {
      await answer(options, async () => {
        const client = await connect(options);
        const { id, name } = await confirmed(client, server, options.confirm);
        const now = await client.call('servers.deauthorize', { params: { server: id }, query: { confirm: name } });
        return { json: now, text: `${now.name} is not paired any more; it is not protected.` };
      });
    });
  pairing(servers.command('replace <server> <address>').description('New hardware takes the identity, settings and failover recordings of a server that will not come back.'))
    .requiredOption('--confirm <name>', 'its name, typed')
    .addHelpText('after', '\nOn the new hardware run "understudy agent" on an empty settings folder; it prints the pairing secret.\n\nExample:\n  understudy servers replace North 10.0.0.12 --secret-file secret.txt --confirm North')
    .action(async (server: string, address: string, options: PairOptions & { readonly confirm: string }) => {
      await answer(options, async () => {
        const client = await connect(options);
        const { id, name } = await confirmed(client, server, options.confirm);
        const now = await client.call('servers.replace', { params: { server: id }, body: { address, pairingSecret: await secretOf(options), confirm: name } });
        return { json: now, text: `${now.name} now is the hardware at ${now.address}.` };
      });
    });
}

/** What deletes or stops something wants the name typed, also here. */
export async function confirmed(client: Client, server: string, typed: string): Promise<{ readonly id: string; readonly name: string }> {
  const found = await client.server(server);
  if (typed === found.name) return found;
  throw new UnderstudyError('role.confirm', `Type the name of the server to confirm: --confirm "${found.name}".`, { field: 'confirm' });
}

function detailText(server: ServerDetail): string {
  const lines = [
    `${server.name} (${server.id}) at ${server.address}, ${server.make ?? 'make unknown'}`,
    `  state      ${server.state}${server.reason === null ? '' : `: ${server.reason.text}`}, since ${utc(server.sinceMs)} UTC`,
    `  link       ${server.link.state}${server.link.reason === null ? '' : `: ${server.link.reason.text}`}`,
    `  role       ${server.role.state}${server.role.reason === null ? '' : `: ${server.role.reason.text}`}`,
    `  backup     ${server.backup.lastGood === null ? 'none' : `version ${server.backup.lastGood.version} of ${utc(server.backup.lastGood.atMs)} UTC, ${server.backup.lastGood.cameras} cameras`}${server.backup.error === null ? '' : `; failed backup: ${server.backup.error.text}`}`,
    `  protected  ${server.protection.protected ? 'yes' : 'no'}${server.protection.reasons.map((reason) => `\n             ${reason.text}`).join('')}`,
    `  standby    ${server.standby.mode}`,
  ];
  const rows = server.cameraList.map((camera) => [camera.name, camera.cameraId, camera.address, String(camera.priority), `${camera.standby}${camera.standbyChoice === null ? '' : ' (own choice)'}`, camera.recorder?.state ?? '-', camera.here?.state ?? '-', camera.here?.reason?.text ?? camera.recorder?.reason?.text ?? '']);
  return [...lines, '', server.cameraList.length === 0 ? 'No cameras known.' : table(['camera', 'id', 'address', 'priority', 'standby', 'recorder', 'here', ''], rows)].join('\n');
}
