/**
 * Every error code of the product, in one place. A code never changes its meaning; `docs/errors.md`
 * explains each one and a test holds the two lists together.
 *
 * `fault` tells whose turn it is: the caller sent something wrong, the remote side (camera, agent,
 * recorder) misbehaved, the environment (disk, network) failed, or we have a defect.
 */
export const errors = {
  // input
  'input.invalid': { fault: 'caller', text: 'A value does not fit its rule.' },
  'input.too-large': { fault: 'caller', text: 'The request is larger than allowed.' },
  'input.not-found': { fault: 'caller', text: 'There is nothing with this id or path.' },
  'input.conflict': { fault: 'caller', text: 'It was changed meanwhile, or is there already. Nothing was overwritten.' },
  'input.schema-newer': { fault: 'caller', text: 'Written by a newer version than this one.' },
  // authorization
  'auth.missing': { fault: 'caller', text: 'A token is needed.' },
  'auth.wrong': { fault: 'caller', text: 'The token or password is not valid.' },
  'auth.origin': { fault: 'caller', text: 'The request comes from another web page, or names another host.' },
  'auth.too-many': { fault: 'caller', text: 'Too many wrong attempts; wait a moment.' },
  'auth.pairing-wrong': { fault: 'caller', text: 'The pairing secret is wrong or was used already.' },
  'auth.pin-mismatch': { fault: 'remote', text: 'The other side shows another key than the paired one.' },
  // link
  'link.unreachable': { fault: 'environment', text: 'The host does not answer.' },
  'link.protocol': { fault: 'remote', text: 'A message does not fit the link protocol.' },
  'link.version': { fault: 'remote', text: 'The other side speaks no version of the link that we speak.' },
  'link.other-protector': { fault: 'remote', text: 'Another failover server protects this server.' },
  'link.identity-twice': { fault: 'remote', text: 'Two servers claim the same identity.' },
  'link.not-authorized': { fault: 'caller', text: 'The monitored server has not authorized this failover server.' },
  // role
  'role.already-running': { fault: 'caller', text: 'This operation is already under way.' },
  'role.server-alive': { fault: 'caller', text: 'The server is not offline; confirm to take it over.' },
  'role.server-offline': { fault: 'caller', text: 'The server is offline; it cannot be restored.' },
  'role.not-taken-over': { fault: 'caller', text: 'The server is not taken over.' },
  'role.no-backup': { fault: 'environment', text: 'There is no verified settings backup.' },
  'role.no-capacity': { fault: 'environment', text: 'There is no room; the server waits in the queue.' },
  'role.taken-over': { fault: 'caller', text: 'Cameras cannot be changed while the server is taken over.' },
  'role.confirm': { fault: 'caller', text: 'Type the name of the server to confirm.' },
  // backup
  'backup.unreachable': { fault: 'remote', text: 'The settings could not be fetched.' },
  'backup.corrupt': { fault: 'environment', text: 'The checksum of the backup does not match.' },
  'backup.suspicious': { fault: 'remote', text: 'The settings are empty or lost many cameras; held for confirmation.' },
  'backup.impersonated': { fault: 'caller', text: 'A server is not backed up while it is taken over.' },
  // camera
  'camera.unreachable': { fault: 'remote', text: 'The camera does not answer.' },
  'camera.refused': { fault: 'remote', text: 'The camera refuses a session (all its sessions are in use).' },
  'camera.unauthorized': { fault: 'remote', text: 'The camera refuses the user name or password.' },
  'camera.not-found': { fault: 'remote', text: 'The camera has no stream at this address.' },
  'camera.codec': { fault: 'remote', text: 'The stream has no video that can be recorded.' },
  'camera.protocol': { fault: 'remote', text: 'The camera does not keep to RTSP.' },
  'camera.silent': { fault: 'remote', text: 'The session is open, but no frame comes.' },
  'camera.lost': { fault: 'remote', text: 'The connection to the camera was lost.' },
  // store
  'store.full': { fault: 'environment', text: 'The disk is full.' },
  'store.missing': { fault: 'environment', text: 'The store path is not mounted (its marker file is missing).' },
  'store.read-only': { fault: 'environment', text: 'The store path cannot be written.' },
  'store.in-use': { fault: 'caller', text: 'Another process uses this folder or port.' },
  'store.damaged': { fault: 'environment', text: 'A segment or the index is damaged.' },
  'store.silent': { fault: 'environment', text: 'The disk answers nothing: whoever writes to it hangs.' },
  'store.slow': { fault: 'environment', text: 'The disk is too slow; frames were dropped.' },
  'store.io': { fault: 'environment', text: 'The disk reported an error.' },
  // process
  'process.not-ready': { fault: 'environment', text: 'This part is starting or stopping; ask again.' },
  'process.defect': { fault: 'internal', text: 'A defect in Understudy; please report it.' },
} as const;

export type ErrorCode = keyof typeof errors;

/** The only error class of the product: a stable code, what happened, what to do, and the field if input was wrong. */
export class UnderstudyError extends Error {
  readonly code: ErrorCode;
  /** Dotted path of the wrong field, for `input.*`. */
  readonly field: string | undefined;
  /** What the person can do now. */
  readonly advice: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    more: { readonly field?: string; readonly advice?: string; readonly cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'UnderstudyError';
    this.code = code;
    this.field = more.field;
    this.advice = more.advice;
  }
}
