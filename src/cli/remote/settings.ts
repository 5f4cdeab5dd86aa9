import type { Command } from 'commander';
import type { FailoverSettings } from '../../contract/api/failover.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import { answer, table } from '../command.ts';
import { connect, remote, type RemoteOptions } from './client.ts';

export function registerSettings(program: Command): void {
  const settings = program.command('settings').description('Settings of the failover server.');
  remote(settings.command('show').description('All settings, by name.')).action(async (options: RemoteOptions) => {
    await answer(options, async () => {
      const found = await (await connect(options)).call('settings.get');
      return { json: found, text: table(['setting', 'value'], [...flat(found.settings)].map(([key, value]) => [key, String(value)])) };
    });
  });
  remote(settings.command('set <assignments...>').description('Change settings: name=value, several at once; all or none are changed.'))
    .addHelpText('after', '\nExamples:\n  understudy settings set utcTime=02:30 automaticRestore=false\n  understudy settings set timeouts.allowShorter=true timeouts.keepAliveMs=3000')
    .action(async (assignments: readonly string[], options: RemoteOptions) => {
      await answer(options, async () => {
        const client = await connect(options);
        const { version, settings: before } = await client.call('settings.get');
        // The server checks every rule, and names the one that does not hold.
        const changed = assignments.reduce<object>(assigned, structuredClone(before)) as FailoverSettings;
        const saved = await client.call('settings.put', { body: { version, settings: changed } });
        return { json: saved, text: `Saved as version ${saved.version}.${saved.settings.storePath === before.storePath ? '' : ' The new store path is used from the next start of the failover server on.'}` };
      });
    });
}

function* flat(value: object, prefix = ''): Generator<readonly [string, string | number | boolean]> {
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === 'object' && inner !== null) yield* flat(inner as object, `${prefix}${key}.`);
    else yield [`${prefix}${key}`, inner as string | number | boolean];
  }
}

/** A part of the settings; not what every object of the language has. */
const own = (inner: unknown, part: string): unknown =>
  typeof inner === 'object' && inner !== null && Object.hasOwn(inner, part) ? (inner as Record<string, unknown>)[part] : undefined;

/** `a.b=value`; the value takes the kind of the one that is there. */
function assigned(settings: object, text: string): object {
  const at = text.indexOf('=');
  const path = text.slice(0, at).split('.');
  const key = path.pop() ?? '';
  const holder = path.reduce<unknown>(own, settings) as Record<string, unknown> | undefined;
  const before = own(holder, key);
  if (at < 1 || before === undefined || typeof before === 'object')
    throw new UnderstudyError('input.invalid', `"${text}" is not name=value of a known setting.`, { field: text, advice: 'See: understudy settings show' });
  const value = text.slice(at + 1);
  const kinds: Record<string, unknown> = { number: value.trim() === '' ? Number.NaN : Number(value), boolean: value === 'true' ? true : value === 'false' ? false : value, string: value };
  if (holder !== undefined) holder[key] = kinds[typeof before];
  return settings;
}
