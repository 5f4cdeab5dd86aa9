import type { Command } from 'commander';
import { answer, table } from '../command.ts';
import { connect, remote, type RemoteOptions } from './client.ts';
import { utc } from './words.ts';

export function registerToken(program: Command): void {
  const token = program.command('token').description('Tokens for scripts and people.');
  remote(token.command('list').description('Tokens by name; never the tokens themselves.')).action(async (options: RemoteOptions) => {
    await answer(options, async () => {
      const list = await (await connect(options)).call('tokens.list');
      return { json: list, text: table(['id', 'name', 'made (UTC)', 'last used (UTC)'], list.map((one) => [one.id, one.name, utc(one.createdMs), utc(one.lastUsedMs)])) };
    });
  });
  remote(token.command('create <name>').description('Make a token; its text is shown this once.')).action(async (name: string, options: RemoteOptions) => {
    await answer(options, async () => {
      const made = await (await connect(options)).call('tokens.create', { body: { name } });
      return { json: made, text: made.token };
    });
  });
  remote(token.command('remove <id>').description('Remove a token and the sessions made with it.')).action(async (id: string, options: RemoteOptions) => {
    await answer(options, async () => {
      await (await connect(options)).call('tokens.remove', { params: { token: id } });
      return { json: { removed: id }, text: 'Removed.' };
    });
  });
}
