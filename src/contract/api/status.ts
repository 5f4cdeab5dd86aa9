/** HTTP status of every error code. */
import type { ErrorCode } from '../errors.ts';

const exact: Partial<Record<ErrorCode, number>> = {
  'input.not-found': 404,
  'input.too-large': 413,
  'input.conflict': 409,
  'auth.missing': 401,
  'auth.wrong': 401,
  'auth.origin': 403,
  'auth.too-many': 429,
  'process.defect': 500,
  'process.not-ready': 503,
};

/** By family where no code of its own is named: what the person asked clashes with a state → 409; a remote side failed → 502. */
const families: readonly (readonly [string, number])[] = [
  ['input.', 400],
  ['auth.', 403],
  ['role.', 409],
  ['backup.', 409],
  ['link.', 502],
  ['camera.', 502],
  ['store.', 507],
];

export const httpStatus = (code: ErrorCode): number => exact[code] ?? families.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 500;
