import { type ErrorCode, UnderstudyError } from '../../contract/errors.ts';

/**
 * How a camera that failed is tried again (DESIGN §5, cameras after a crash).
 * `busy`: its sessions are taken or it is just starting; `unauthorized`: do not knock again, accounts
 * get locked; `other`: with back-off.
 */
export type RetryClass = 'busy' | 'unauthorized' | 'other';

/** Why a camera gives no stream. The text never holds credentials. */
export class CameraFailure extends UnderstudyError {
  readonly retry: RetryClass;

  constructor(code: ErrorCode, text: string, retry: RetryClass = 'other', advice?: string) {
    super(code, text, advice === undefined ? {} : { advice });
    this.retry = retry;
  }
}

/** The failure behind any thrown value. */
export function asCameraFailure(error: unknown): CameraFailure {
  if (error instanceof CameraFailure) return error;
  return new CameraFailure('process.defect', error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}
