/** Settings backups: versions, differences in plain words, roll back, download. Passwords are in no answer. */
import { z } from 'zod';
import { atMs, bitRate, byteCount, confirmBody, reason, serverParams } from './common.ts';
import { job } from './jobs.ts';
import { route } from './route.ts';

export const backupVersion = z.strictObject({
  version: z.int().positive(),
  atMs,
  trigger: z.enum(['daily', 'caught up', 'on demand', 'settings changed', 'paired']),
  /** Unchanged since: an equal fetch only renews this. */
  confirmedMs: atMs,
  /** Last time every checksum was verified. */
  verifiedMs: atMs.nullable(),
  state: z.enum(['good', 'held', 'corrupt', 'newer schema']),
  reason: reason.nullable(),
  /** The one that a take-over would use. */
  inUse: z.boolean(),
  cameras: z.int().nonnegative(),
  files: z.int().nonnegative(),
  bytes: byteCount,
  digest: z.string(),
});
export type BackupVersion = z.infer<typeof backupVersion>;

/** One changed thing. `text` is a whole sentence; `was`/`now` are missing for secrets. */
export const difference = z.strictObject({
  kind: z.enum(['added', 'removed', 'changed']),
  what: z.enum(['camera', 'settings', 'file']),
  name: z.string(),
  field: z.string().optional(),
  was: z.string().optional(),
  now: z.string().optional(),
  text: z.string(),
});
export type Difference = z.infer<typeof difference>;

/** A camera as a backup has it, secrets replaced by whether there is one. */
export const backupCamera = z.strictObject({
  id: z.string(),
  name: z.string(),
  url: z.string(),
  username: z.string().nullable(),
  passwordSet: z.boolean(),
  transport: z.string(),
  audio: z.boolean(),
  priority: z.int(),
  enabled: z.boolean(),
  peakBitsPerSecond: bitRate.nullable(),
});

export const backupContent = backupVersion.extend({
  name: z.string(),
  storePath: z.string(),
  retentionDays: z.number(),
  retentionBytes: byteCount.nullable(),
  cameraList: z.array(backupCamera),
  fileList: z.array(z.strictObject({ path: z.string(), bytes: byteCount, sha256: z.string() })),
});
export type BackupContent = z.infer<typeof backupContent>;

const versionParams = serverParams.extend({ version: z.coerce.number().int().positive() });
const tag = 'Settings backups';
const missing = ['input.not-found'] as const;

export const backupRoutes = {
  'backups.list': route('GET /servers/:server/backups', { tag, summary: 'Versions, newest first', params: serverParams, response: z.array(backupVersion), errors: missing }),
  'backups.get': route('GET /servers/:server/backups/:version', {
    tag,
    summary: 'What a version contains, without secrets',
    params: versionParams,
    response: backupContent,
    errors: [...missing, 'backup.corrupt', 'input.schema-newer'],
  }),
  'backups.difference': route('GET /servers/:server/backups/:version/difference', {
    tag,
    summary: 'What changed from another version to this one, in plain words; secrets only as "changed"',
    params: versionParams,
    query: z.strictObject({ from: z.coerce.number().int().positive() }),
    response: z.array(difference),
    errors: [...missing, 'backup.corrupt', 'input.schema-newer'],
  }),
  'backups.create': route('POST /servers/:server/backups', {
    tag,
    summary: 'Back up the settings of this server now',
    params: serverParams,
    response: job,
    status: 202,
    errors: [...missing, 'backup.impersonated', 'link.not-authorized', 'role.already-running'],
  }),
  'backups.all': route('POST /backups', { tag, summary: 'Backup all servers; goes on after a failure, result per server', response: job, status: 202 }),
  'backups.accept': route('POST /servers/:server/backups/:version/accept', {
    tag,
    summary: 'Confirm a held version: it is as it should be and may be used',
    params: versionParams,
    body: confirmBody,
    response: backupVersion,
    errors: [...missing, 'backup.corrupt', 'input.conflict'],
  }),
  'backups.rollBack': route('POST /servers/:server/backups/:version/roll-back', {
    tag,
    summary: 'Roll the settings of the monitored server back to this version; needs its typed name',
    params: versionParams,
    body: confirmBody,
    response: job,
    status: 202,
    errors: [...missing, 'role.confirm', 'role.taken-over', 'backup.corrupt', 'input.schema-newer', 'link.unreachable'],
  }),
  'backups.download': route('POST /servers/:server/backups/:version/download', {
    tag,
    summary: 'Download a version, sealed with a passphrase (open it with `understudy backup open`)',
    params: versionParams,
    body: z.strictObject({ passphrase: z.string().min(8, 'At least 8 characters.').max(200) }),
    answer: 'binary',
    errors: [...missing, 'backup.corrupt'],
  }),
  'backups.remove': route('DELETE /servers/:server/backups/:version', {
    tag,
    summary: 'Delete a version; the newest good one is never deleted',
    params: versionParams,
    errors: [...missing, 'input.conflict'],
  }),
};
