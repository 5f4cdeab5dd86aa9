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
  const password = text.split(/\r?\n/)[0] ?? '';
  // An empty file, or a pipe whose other end failed: kept silently, the camera would be paused for a wrong log-in.
  if (password === '') throw new UnderstudyError('input.invalid', 'No password came on standard input.', { field: 'password', advice: 'Its first line is the password; leave --password-stdin out if the camera needs none.' });
  return password;
}
