import { type ErrorCode, UnderstudyError } from '../../contract/errors.ts';

const codes: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: 'store.full',
  EDQUOT: 'store.full',
  EROFS: 'store.read-only',
  EACCES: 'store.read-only',
  EPERM: 'store.read-only',
};

const advice: Readonly<Partial<Record<ErrorCode, string>>> = {
  'store.full': 'Free some space, or shorten the retention of cameras on this disk.',
  'store.read-only': 'Check the permissions of the store path, and the kernel log for disk errors.',
  'store.missing': 'Mount the disk. If the folder is really new, set the store path up again.',
  'store.in-use': 'Stop the other process, or give this one a store path of its own.',
  'store.damaged': 'Restore the file from a backup, or remove it if you know that nothing is locked.',
  'store.io': 'Check the disk (kernel log, SMART).',
};

/** A file error as one of the `store.*` errors; an `UnderstudyError` passes unchanged. */
export function storeError(error: unknown, doing: string): UnderstudyError {
  if (error instanceof UnderstudyError) return error;
  const errno = error instanceof Error && 'code' in error ? String(error.code) : '';
  return storeFault(codes[errno] ?? 'store.io', `${doing}: ${error instanceof Error ? error.message : String(error)}`, error);
}

export function storeFault(code: ErrorCode, text: string, cause?: unknown): UnderstudyError {
  const what = advice[code];
  return new UnderstudyError(code, text, { cause, ...(what === undefined ? {} : { advice: what }) });
}
