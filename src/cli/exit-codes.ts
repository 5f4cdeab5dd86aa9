import { errors, type ErrorCode } from '../contract/errors.ts';

/** Exit codes of every command; `understudy --help` and docs show them. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  invalid: 3,
  inUse: 4,
  unreachable: 5,
  refused: 6,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodeHelp = `
Exit codes:
  0  done
  1  failed (disk, network, a defect)
  2  wrong usage: unknown command or option, or one that is needed is missing
  3  a value, file or setting does not fit its rule, or is not there
  4  the folder or port is in use by another process
  5  a camera or another host does not answer as it should
  6  refused: token, password, pairing, or the state of the server`;

export function exitCodeOf(code: ErrorCode): ExitCode {
  if (code === 'store.in-use') return exitCodes.inUse;
  const room = code.slice(0, code.indexOf('.'));
  if (room === 'input') return exitCodes.invalid;
  if (room === 'camera') return exitCodes.unreachable;
  if (room === 'auth' || room === 'role') return exitCodes.refused;
  if (code === 'link.other-protector' || code === 'link.identity-twice') return exitCodes.refused;
  if (room === 'link') return errors[code].fault === 'caller' ? exitCodes.refused : exitCodes.unreachable;
  return exitCodes.failed;
}
