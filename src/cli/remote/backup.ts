import type { Command } from 'commander';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UnderstudyError } from '../../contract/errors.ts';
import { openDownload } from '../../failover/vault/sealed-download.ts';
import { answer, table, wholeNumber } from '../command.ts';
import { connect, remote, secretFrom, type RemoteOptions } from './client.ts';
import { followed } from './jobs.ts';
import { confirmed } from './servers.ts';
import { bytesText, utc } from './words.ts';
import { makeFolder } from '../../platform/make-folder.ts';

/** A server and numbers of versions of its settings backup, as arguments. */
const withVersions = (command: Command, ...names: readonly string[]): Command =>
  names.reduce((all, name) => all.argument(`<${name}>`, 'number of a version (understudy backup list)', wholeNumber(1, 1_000_000_000)), command.argument('<server>'));

export function registerBackup(program: Command): void {
  const backup = program.command('backup').description('Settings backups: make, list, compare, roll back, download.');
  remote(backup.command('all').description('Backup all servers. Goes on after a failure; ends with 1 if one failed.')).action(async (options: RemoteOptions) => {
    await answer(options, async () => {
      const client = await connect(options);
      return followed(client, await client.call('backups.all'));
    });
  });
  remote(backup.command('now <server>').description('Back up the settings of one server.')).action(async (server: string, options: RemoteOptions) => {
    await answer(options, async () => {
      const client = await connect(options);
      return followed(client, await client.call('backups.create', { params: { server: (await client.server(server)).id } }));
    });
  });
  remote(backup.command('list <server>').description('Versions, newest first.')).action(async (server: string, options: RemoteOptions) => {
    await answer(options, async () => {
      const client = await connect(options);
      const list = await client.call('backups.list', { params: { server: (await client.server(server)).id } });
      const rows = list.map((one) => [String(one.version), utc(one.atMs), one.trigger, `${one.state}${one.inUse ? ' (in use)' : ''}`, String(one.cameras), bytesText(one.bytes), one.reason?.text ?? '']);
      return { json: list, text: list.length === 0 ? 'No backups yet.' : table(['version', 'taken (UTC)', 'why', 'state', 'cameras', 'size', ''], rows) };
    });
  });
  registerCompare(backup);
  registerRollBack(backup);
  registerFiles(backup);
}

function registerCompare(backup: Command): void {
  remote(withVersions(backup.command('difference'), 'from', 'to').description('What changed between two versions, in plain words; passwords are never shown.')).action(
    async (server: string, from: number, to: number, options: RemoteOptions) => {
      await answer(options, async () => {
        const client = await connect(options);
        const params = { server: (await client.server(server)).id, version: to };
        const list = await client.call('backups.difference', { params, query: { from } });
        return { json: list, text: list.length === 0 ? 'Nothing changed.' : list.map((one) => one.text).join('\n') };
      });
    },
  );
  remote(withVersions(backup.command('accept'), 'version').description('Confirm a held version: it is as it should be and may be used.')).action(async (server: string, version: number, options: RemoteOptions) => {
    await answer(options, async () => {
      const client = await connect(options);
      const now = await client.call('backups.accept', { params: { server: (await client.server(server)).id, version }, body: {} });
      return { json: now, text: `Version ${now.version} may be used now.` };
    });
  });
}

function registerRollBack(backup: Command): void {
  remote(withVersions(backup.command('rollback'), 'version').description('Write the settings of a version into the monitored server.'))
    .requiredOption('--confirm <name>', 'its name, typed')
    .addHelpText('after', '\nExample:\n  understudy backup rollback North 12 --confirm North')
    .action(async (server: string, version: number, options: RemoteOptions & { readonly confirm: string }) => {
      await answer(options, async () => {
        const client = await connect(options);
        const { id, name } = await confirmed(client, server, options.confirm);
        return followed(client, await client.call('backups.rollBack', { params: { server: id, version }, body: { confirm: name } }));
      });
    });
}

interface FileOptions extends RemoteOptions {
  readonly passphraseFile: string;
}

function registerFiles(backup: Command): void {
  remote(withVersions(backup.command('download'), 'version').argument('<file>').description('Download a version, sealed with a passphrase because it holds passwords.'))
    .requiredOption('--passphrase-file <file>', 'file with the passphrase; "-": standard input')
    .addHelpText('after', '\nExample:\n  understudy backup download North 12 north.backup --passphrase-file passphrase.txt')
    .action(async (server: string, version: number, file: string, options: FileOptions) => {
      await answer(options, async () => {
        const client = await connect(options);
        const { id } = await client.server(server);
        const body = { passphrase: await secretFrom(options.passphraseFile) };
        await pipeline(await client.stream('backups.download', { params: { server: id, version }, body }), createWriteStream(file, { mode: 0o600, flags: 'wx' }));
        return { json: { file: resolve(file) }, text: `Written to ${file}. Open it with: understudy backup open ${file} --into <folder>` };
      });
    });
  backup
    .command('open <file>')
    .description('Open a downloaded backup into a folder. The files hold passwords in clear: keep them safe.')
    .requiredOption('--passphrase-file <file>', 'file with the passphrase; "-": standard input')
    .requiredOption('--into <folder>', 'folder for the files; it must not exist yet')
    .option('--json', 'answer as JSON')
    .addHelpText('after', '\nExample:\n  understudy backup open north.backup --passphrase-file passphrase.txt --into north')
    .action(async (file: string, options: FileOptions & { readonly into: string }) => {
      await answer(options, async () => {
        const folder = resolve(options.into);
        await mkdir(folder, { mode: 0o700 });
        const files: string[] = [];
        const content = await openDownload(createReadStream(file), await secretFrom(options.passphraseFile), async (path, body) => {
          const target = join(folder, 'files', path);
          if (!target.startsWith(`${join(folder, 'files')}/`)) throw new UnderstudyError('input.invalid', `The backup names a file outside its folder: ${path}.`);
          await makeFolder(dirname(target), 0o700);
          await pipeline(body, createWriteStream(target, { mode: 0o600, flags: 'wx' }));
          files.push(path);
        }).catch(async (error: unknown) => {
          // The folder is ours and new; half a backup would stand in the way of the next try.
          await rm(folder, { recursive: true, force: true });
          throw error;
        });
        await writeFile(join(folder, 'document.json'), `${JSON.stringify(content.document, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
        return { json: { folder, files }, text: `${files.length} files and document.json are in ${folder}.` };
      });
    });
}
