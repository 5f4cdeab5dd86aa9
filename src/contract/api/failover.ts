/** Failover servers: this one, others added by address (reached through this one), and a failover server's settings. */
import { z } from 'zod';
import { idRule, nameRule } from '../settings.ts';
import { addressRule, atMs, bitRate, byteCount, reason } from './common.ts';
import { route } from './route.ts';
import { timeouts } from './timeouts.ts';

const folderRule = z
  .string()
  .max(1000)
  .refine((path) => path.startsWith('/') && !path.split('/').includes('..') && !/\p{Cc}/u.test(path), 'An absolute folder, like /var/lib/understudy/backups.');

const ownAddress = z.union([z.literal(''), addressRule]).describe('Empty: not known yet.');

export const utcTimeRule = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'A time from 00:00 to 23:59.');

/** The right pane of Setup › Failover and its Advanced dialog. */
export const failoverSettings = z.strictObject({
  name: nameRule,
  dailyBackup: z.boolean(),
  utcTime: utcTimeRule.describe('Time of the daily backup in UTC, HH:MM.'),
  automaticTakeOver: z.boolean(),
  automaticRestore: z.boolean(),
  timeouts,
  /** The seed's two folders: settings backups, and failover recordings. */
  directory: folderRule,
  storePath: folderRule,
  addresses: z.strictObject({
    /** Address in the servers' network; recorders find their failover recordings there. */
    serverNetwork: ownAddress,
    /** Address in the clients' network. */
    clientNetwork: ownAddress,
  }),
  capacity: z.strictObject({
    cameras: z.int().min(1).max(10_000),
    bitsPerSecond: z.int().min(1_000_000, 'At least 1 Mbit/s.').max(100_000_000_000, 'At most 100000 Mbit/s.'),
    /** Ceiling of memory for hot standby's pre-roll. */
    prerollBytes: z.int().min(0).max(1_000_000_000_000),
    /** Ceiling of provisional footage on disk. */
    provisionalBytes: z.int().min(0),
    /** Kept free on the store path's disk. */
    reserveBytes: z.int().min(0),
  }),
  /** What *not recording* (all cameras of a server, while it is alive) leads to. */
  whenNotRecording: z.enum(['take over', 'alarm only']),
  /** Settings backups kept per monitored server, beside the newest good one. */
  backupVersions: z.int().min(1).max(1000),
  /** Days that events and outage reports are kept. */
  eventDays: z.int().min(1).max(3660),
});
export type FailoverSettings = z.infer<typeof failoverSettings>;

/** `version` rises with every change; a change must name the version it was made from. */
export const versionedSettings = z.strictObject({
  version: z.int().nonnegative(),
  settings: failoverSettings,
  changedMs: atMs.nullable(),
  changedBy: z.string().nullable(),
});
export type VersionedSettings = z.infer<typeof versionedSettings>;

/** One row of the left list. */
export const failoverServer = z.strictObject({
  id: z.string().describe('`this` for the one that answers.'),
  name: z.string(),
  address: z.string(),
  url: z.string().nullable().describe('Where its own page is, as this failover server reaches it; null for the one that answers.'),
  self: z.boolean(),
  state: z.enum(['running', 'unreachable', 'refused']),
  reason: reason.nullable(),
  sinceMs: atMs.nullable(),
});
export type FailoverServerRow = z.infer<typeof failoverServer>;

/** One row per failover server of the Overview. */
export const failoverState = z.strictObject({
  id: z.string(),
  name: z.string(),
  version: z.string(),
  startedMs: atMs,
  nowMs: atMs,
  /** IANA zone of the machine, for the note beside every time. */
  timeZone: z.string(),
  role: z.enum(['standby', 'active', 'restoring', 'storm']),
  roleText: z.string(),
  monitored: z.int().nonnegative(),
  takenOver: z.int().nonnegative(),
  queue: z.array(z.strictObject({ serverId: z.string(), name: z.string(), priority: z.int(), sinceMs: atMs, reason })),
  capacity: z.strictObject({
    cameras: z.strictObject({ used: z.int().nonnegative(), max: z.int() }),
    bitsPerSecond: z.strictObject({ used: bitRate, max: bitRate, source: z.enum(['measured', 'assumed']) }),
    prerollBytes: z.strictObject({ used: byteCount, max: byteCount }),
  }),
  disk: z.strictObject({
    storePath: z.string().describe('The one in use; a changed setting is used from the next start on.'),
    state: z.enum(['ok', 'full', 'missing', 'read-only', 'silent', 'unknown']),
    text: z.string(),
    freeBytes: byteCount,
    totalBytes: byteCount,
    usedBytes: byteCount,
  }),
  /** Set while a storm is held: more than 2 and ≥ 55 % of the servers silent at once. */
  storm: z.strictObject({ sinceMs: atMs, silent: z.int(), untilMs: atMs.nullable(), text: z.string() }).nullable(),
  nextBackupMs: atMs.nullable(),
  lastCheckMs: atMs.nullable(),
  settingsVersion: z.int(),
  /** Footage promised and kept over all outages. */
  totals: z.strictObject({
    outages: z.int().nonnegative(),
    promisedMs: z.number().nonnegative(),
    keptMs: z.number().nonnegative(),
    gapMs: z.number().nonnegative(),
  }),
});
export type FailoverState = z.infer<typeof failoverState>;

const failoverParams = z.strictObject({ failover: idRule });
const tag = 'Failover servers';

export const failoverRoutes = {
  'failovers.list': route('GET /failovers', { tag, summary: 'Failover servers: this one first, then those added by address', response: z.array(failoverServer) }),
  'failovers.add': route('POST /failovers', {
    tag,
    summary: 'Add another failover server by its address; everything of it is then reached below /at/:failover',
    body: z.strictObject({
      address: addressRule.describe('Address of its HTTP API, host:port.'),
      secure: z.boolean().default(false).describe('Reach it by https only; else by https if it answers there, and by plain HTTP if not.'),
      token: z.string().min(1).max(200).describe('A token of that failover server; kept encrypted.'),
    }),
    response: failoverServer,
    status: 201,
    errors: ['link.unreachable', 'auth.wrong', 'input.conflict'],
  }),
  'failovers.remove': route('DELETE /failovers/:failover', {
    tag,
    summary: 'Forget another failover server; it goes on by itself, nothing of it is deleted',
    params: failoverParams,
    errors: ['input.not-found'],
  }),
  'failover.state': route('GET /failover', { tag, summary: 'State of this failover server', response: failoverState }),
  'settings.get': route('GET /settings', { tag, summary: 'Settings of this failover server with their version', response: versionedSettings }),
  'settings.put': route('PUT /settings', {
    tag,
    summary: 'Change the settings; `version` is the one they were read with',
    body: z.strictObject({ version: z.int().nonnegative(), settings: failoverSettings }),
    response: versionedSettings,
    errors: ['input.conflict', 'store.missing', 'store.read-only', 'role.already-running'],
  }),
};
