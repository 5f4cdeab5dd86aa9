/** What every command shares: where answers go, how errors look, when the process ends. */
import { InvalidArgumentError } from 'commander';
import { type ErrorCode, errors, UnderstudyError } from '../contract/errors.ts';
import { errorCode } from '../platform/read-bytes.ts';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-codes.ts';

export interface Answer {
  /** For `--json`: one document on stdout. */
  readonly json: unknown;
  /** For people; lines on stdout. */
  readonly text: string;
  readonly exitCode?: ExitCode;
}

/** Runs a command's work: prints its answer or its error, and sets the exit code. Never a stack trace. */
export async function answer(options: { readonly json?: boolean }, work: () => Promise<Answer>): Promise<void> {
  try {
    const { json, text, exitCode } = await work();
    print(options.json === true ? JSON.stringify(json, null, 2) : text);
    process.exitCode = exitCode ?? exitCodes.ok;
  } catch (error) {
    const known = asKnown(error);
    if (options.json === true) print(JSON.stringify({ error: publicError(known) }, null, 2));
    else process.stderr.write(errorText(known));
    process.exitCode = exitCodeOf(known.code);
  }
}

export const print = (text: string): void => void process.stdout.write(text === '' || text.endsWith('\n') ? text : `${text}\n`);

/** What happened, what it means, what to do. */
function errorText(error: UnderstudyError): string {
  const advice = error.advice === undefined ? '' : `  What to do: ${error.advice}\n`;
  const meaning = errors[error.code].text;
  const repeat = error.message.includes(meaning) ? '' : `  ${meaning}\n`;
  return `Error: ${error.message}\n${repeat}${advice}  (${error.code})\n`;
}

export const publicError = (error: UnderstudyError): object => ({
  code: error.code,
  text: error.message,
  ...(error.field === undefined ? {} : { field: error.field }),
  ...(error.advice === undefined ? {} : { advice: error.advice }),
});

/** What the operating system said, by its code: our code, what happened (at a path or an address), what to do. */
const io: Readonly<Record<string, readonly [ErrorCode, (at: string) => string, string]>> = {
  EACCES: ['store.io', (at) => `${at} may not be used by this user.`, 'Check who may read and write there, or run as the user that owns it.'],
  EPERM: ['store.io', (at) => `${at} may not be used by this user.`, 'Check who may read and write there, or run as the user that owns it.'],
  EROFS: ['store.read-only', (at) => `${at} lies on a file system that is read-only.`, 'Choose another folder, or mount it for writing.'],
  ENOSPC: ['store.full', (at) => `The disk is full: ${at} could not be written.`, 'Free some space, or choose another disk.'],
  ENOENT: ['input.not-found', (at) => `There is no ${at}.`, 'Check the path.'],
  ENOTDIR: ['input.invalid', (at) => `A part of the path ${at} is a file, not a folder.`, 'Check the path.'],
  EISDIR: ['input.invalid', (at) => `${at} is a folder, not a file.`, 'Name a file.'],
  EEXIST: ['input.conflict', (at) => `${at} is there already; it was not touched.`, 'Choose another name, or remove it first.'],
  EADDRINUSE: ['store.in-use', (at) => `The address ${at} is in use by another process.`, 'Stop the other process, or choose another port.'],
  ENOTFOUND: ['input.invalid', (at) => `There is no host ${at}.`, 'Check the name; of this machine, name one of its own addresses, or 0.0.0.0 for all.'],
  EAI_AGAIN: ['link.unreachable', (at) => `The name ${at} cannot be resolved now.`, 'Check the network, or use an IP address.'],
  EADDRNOTAVAIL: ['input.invalid', (at) => `${at} is no address of this machine.`, 'Choose one of its own addresses, or 0.0.0.0 for all.'],
};

interface SystemError {
  readonly path?: unknown;
  readonly address?: unknown;
  readonly port?: unknown;
  /** Of a name that could not be resolved. */
  readonly hostname?: unknown;
}

/** Anything thrown, as an error with a code; only what nobody foresaw is called a defect. */
export function asKnown(error: unknown): UnderstudyError {
  if (error instanceof UnderstudyError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const known = io[errorCode(error) ?? ''];
  if (known === undefined) return new UnderstudyError('process.defect', message, { cause: error });
  const [code, happened, advice] = known;
  const { path, address, port, hostname } = error as SystemError;
  const at = typeof path === 'string' ? path : typeof address === 'string' ? `${address}:${String(port)}` : typeof hostname === 'string' ? hostname : null;
  return new UnderstudyError(code, at === null ? message : happened(at), { advice, cause: error });
}

/** A whole, readable table; columns as wide as their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, at) => Math.max(...all.map((row) => (row[at] ?? '').length)));
  return all.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ').trimEnd()).join('\n');
}

/** For options: a whole number within bounds, refused in words. */
export function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < from || value > to)
      throw new InvalidArgumentError(`It must be a whole number from ${from} to ${to}.`);
    return value;
  };
}
