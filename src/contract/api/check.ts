/** Protected or not protected, because …: the result of contacting every camera in every backup from here. */
import { z } from 'zod';
import { atMs, bitRate, byteCount, durationMs, reason, serverParams } from './common.ts';
import { job } from './jobs.ts';
import { route } from './route.ts';

/** Why a server is not protected, worst first. `blocks`: it alone makes the server *not protected*; else a warning. */
export const protectionReasons = {
  'not-authorized': { blocks: true, text: 'The monitored server has not authorized this failover server.' },
  'no-backup': { blocks: true, text: 'There is no verified settings backup.' },
  'backup-newer-schema': { blocks: true, text: 'The settings are of a newer version than this failover server understands.' },
  'no-cameras': { blocks: true, text: 'The settings backup has no cameras.' },
  'store-missing': { blocks: true, text: 'The store path of this failover server is not there.' },
  'store-read-only': { blocks: true, text: 'The store path of this failover server cannot be written.' },
  'store-full': { blocks: true, text: 'The disk of the store path is full.' },
  'store-silent': { blocks: true, text: 'The disk of the store path answers nothing.' },
  'automatic-off': { blocks: true, text: 'Automatic take-over is switched off.' },
  maintenance: { blocks: true, text: 'Maintenance: no automatic take-over until its end.' },
  'camera-unreachable': { blocks: true, text: 'A camera cannot be reached from this failover server.' },
  'camera-unauthorized': { blocks: true, text: 'A camera refuses the user name or password of the backup.' },
  'camera-codec': { blocks: true, text: 'A camera has no video that can be recorded.' },
  'no-capacity': { blocks: true, text: 'There is no room for this server.' },
  'backup-held': { blocks: false, text: 'The newest settings backup waits for confirmation; an older one would be used.' },
  'backup-failed': { blocks: false, text: 'The last settings backup failed; an older one would be used.' },
  'backup-old': { blocks: false, text: 'The settings backup is old.' },
  'disk-short': { blocks: false, text: 'The disk would be full before the outage day is over.' },
  'never-seen': { blocks: false, text: 'The server was never seen; it is not taken over automatically.' },
  'not-checked': { blocks: false, text: 'Its cameras have not been checked from here yet.' },
  'second-failure': { blocks: false, text: 'There is no room if another server fails at the same time.' },
} as const;
export type ProtectionReason = keyof typeof protectionReasons;

export const checkedCamera = z.strictObject({
  cameraId: z.string(),
  name: z.string(),
  address: z.string(),
  ok: z.boolean(),
  reason: reason.nullable(),
  codec: z.string().nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  peakBitsPerSecond: bitRate.nullable(),
  rate: z.enum(['measured', 'assumed']),
  answeredAfterMs: durationMs.nullable(),
});
export type CheckedCamera = z.infer<typeof checkedCamera>;

export const checkedServer = z.strictObject({
  serverId: z.string(),
  name: z.string(),
  protected: z.boolean(),
  /** All of them, worst first; warnings (which alone do not unprotect) are in `warnings`. */
  reasons: z.array(reason),
  warnings: z.array(reason),
  /** Null: its cameras were never checked. */
  checkedMs: atMs.nullable(),
  backupVersion: z.int().nullable(),
  backupAtMs: atMs.nullable(),
  cameras: z.array(checkedCamera),
  needs: z.strictObject({ cameras: z.int(), bitsPerSecond: bitRate, bytesPerDay: byteCount }),
});
export type CheckedServer = z.infer<typeof checkedServer>;

export const checkReport = z.strictObject({
  atMs: atMs.nullable().describe('Null: never run yet.'),
  servers: z.array(checkedServer),
  capacity: z.strictObject({ cameras: z.int(), bitsPerSecond: bitRate, freeBytes: byteCount }),
  /** All servers together, if every one failed at once. */
  needsAll: z.strictObject({ cameras: z.int(), bitsPerSecond: bitRate, bytesPerDay: byteCount }),
  nextMs: atMs.nullable().describe('When the cameras of a server are contacted again by themselves; null: no camera is known.'),
});
export type CheckReport = z.infer<typeof checkReport>;

const tag = 'Check';
export const checkRoutes = {
  'check.get': route('GET /check', { tag, summary: 'The last check: per server protected, or not protected, because …', response: checkReport }),
  'check.run': route('POST /check', { tag, summary: 'Contact every camera of every backup now', response: job, status: 202, errors: ['role.already-running'] }),
  'check.server': route('POST /servers/:server/check', {
    tag,
    summary: 'Contact every camera of this server now',
    params: serverParams,
    response: job,
    status: 202,
    errors: ['input.not-found', 'role.already-running'],
  }),
};
