import { UnderstudyError } from '../contract/errors.ts';

/** The password from `--password`, or the first line of standard input with `--password-stdin`. */
export async function readPassword(options: { readonly password?: string; readonly passwordStdin?: boolean }): Promise<string | undefined> {
  if (options.passwordStdin !== true) return options.password;
  if (options.password !== undefined)
    throw new UnderstudyError('input.invalid', 'Give either --password or --password-stdin.', { field: 'password' });
  let text = '';
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.includes('\n') || text.length > 10_000) break;
  }
  return text.split(/\r?\n/)[0] ?? '';
}
