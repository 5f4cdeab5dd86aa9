import { z } from 'zod';
import { nameRule } from '../../contract/settings.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import type { Sql, SqlRow, SqlValue } from '../../platform/sqlite.ts';

const minutes = 60_000;
const switchRule = z.boolean();
const ms = z.int().positive();
const bytes = z.int().nonnegative();
const address = z.string().trim().max(255).regex(/^[^\s\p{Cc}<>;,|\\/]*$/u, 'A host name or IP address.');

/** Lowest allowed values, normal and with *Allow shorter time-outs* (DESIGN §4); the highest never change. */
export const timeoutRanges = {
  connectedMs: { min: 5 * minutes, shorter: 10_000, max: 60 * minutes, preset: 5 * minutes },
  startedMs: { min: 5 * minutes, shorter: 10_000, max: 60 * minutes, preset: 5 * minutes },
  keepAliveMs: { min: 30_000, shorter: 3000, max: 300_000, preset: 30_000 },
  normalShutdownMs: { min: 5 * minutes, shorter: 10_000, max: 60 * minutes, preset: 15 * minutes },
  abnormalShutdownMs: { min: 5 * minutes, shorter: 10_000, max: 60 * minutes, preset: 5 * minutes },
} as const;
export type TimeoutName = keyof typeof timeoutRanges;
const timeoutNames = Object.keys(timeoutRanges) as TimeoutName[];

/** Settings of one failover server. Every value is checked when saved and again when loaded (O04). */
export const failoverSettings = z
  .strictObject({
    id: z.string().min(1).max(100),
    name: nameRule,
    dailyBackup: switchRule,
    backupUtc: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'A time of day in UTC like 01:00.'),
    autoTakeOver: switchRule,
    autoRestore: switchRule,
    /** Off by default: recording sound is forbidden in many places. */
    audio: switchRule,
    /** What *alive but not recording* leads to when no camera is recorded. */
    grayPolicy: z.enum(['take over', 'alarm only']),
    timeouts: z.strictObject({
      connectedMs: ms,
      startedMs: ms,
      keepAliveMs: ms,
      normalShutdownMs: ms,
      abnormalShutdownMs: ms,
    }),
    allowShorter: switchRule,
    /** How long a server must be alive before it counts as back. */
    holdDownMs: z.int().min(2000, 'At least 2 s.').max(60 * minutes, 'At most 60 min.'),
    storePath: z.string().min(1).max(1000),
    backupDirectory: z.string().min(1).max(1000),
    /** Own address in the network of the servers; empty: whatever the connection shows. */
    serverAddress: address,
    /** Own address in the network of the clients. */
    clientAddress: address,
    capacity: z.strictObject({
      cameras: z.int().min(1).max(10_000),
      mbitPerSecond: z.int().min(1).max(1_000_000),
      prerollBytes: bytes,
      /** Ceiling of provisional footage on disk. */
      provisionalBytes: bytes,
      /** Left free on the store path. */
      diskReserveBytes: bytes,
    }),
    /** Rises with every change; a change made from an older one is refused (`input.conflict`). */
    version: z.int().positive(),
  })
  .superRefine((settings, context) => {
    for (const name of timeoutNames) {
      const range = timeoutRanges[name];
      const min = settings.allowShorter ? range.shorter : range.min;
      const value = settings.timeouts[name];
      if (value < min || value > range.max)
        context.addIssue({
          code: 'custom',
          path: ['timeouts', name],
          message: `Must be from ${min / 1000} s to ${range.max / 1000} s${settings.allowShorter ? '' : ' (shorter only with "Allow shorter time-outs")'}; it is ${value / 1000} s.`,
        });
    }
    if (!settings.allowShorter && settings.holdDownMs < 10_000)
      context.addIssue({ code: 'custom', path: ['holdDownMs'], message: 'Must be at least 10 s (2 s with "Allow shorter time-outs").' });
  });
export type FailoverSettings = z.infer<typeof failoverSettings>;

/** A change: what is left out stays; `version`, if given, must be the newest. */
export const settingsPatch = z.strictObject({
  ...failoverSettings.omit({ id: true, version: true, timeouts: true, capacity: true }).partial().shape,
  timeouts: failoverSettings.shape.timeouts.partial().optional(),
  capacity: failoverSettings.shape.capacity.partial().optional(),
  version: z.int().positive().optional(),
});
export type SettingsPatch = z.infer<typeof settingsPatch>;

const presets = (first: { readonly id: string; readonly name: string; readonly storePath: string; readonly backupDirectory: string }): FailoverSettings => ({
  ...first,
  dailyBackup: true,
  backupUtc: '01:00',
  autoTakeOver: true,
  autoRestore: true,
  audio: false,
  grayPolicy: 'take over',
  timeouts: {
    connectedMs: timeoutRanges.connectedMs.preset,
    startedMs: timeoutRanges.startedMs.preset,
    keepAliveMs: timeoutRanges.keepAliveMs.preset,
    normalShutdownMs: timeoutRanges.normalShutdownMs.preset,
    abnormalShutdownMs: timeoutRanges.abnormalShutdownMs.preset,
  },
  allowShorter: false,
  holdDownMs: 60_000,
  serverAddress: '',
  clientAddress: '',
  capacity: { cameras: 128, mbitPerSecond: 800, prerollBytes: 2 ** 31, provisionalBytes: 50e9, diskReserveBytes: 2e9 },
  version: 1,
});

const columns = [
  'id', 'name', 'daily_backup', 'backup_utc', 'auto_take_over', 'auto_restore', 'audio', 'gray_policy',
  'connected_ms', 'started_ms', 'keep_alive_ms', 'normal_shutdown_ms', 'abnormal_shutdown_ms', 'allow_shorter',
  'hold_down_ms', 'store_path', 'backup_directory', 'server_address', 'client_address', 'max_cameras', 'max_mbit',
  'max_preroll_bytes', 'max_provisional_bytes', 'disk_reserve_bytes', 'version',
] as const;

const values = (s: FailoverSettings): readonly SqlValue[] => [
  s.id, s.name, Number(s.dailyBackup), s.backupUtc, Number(s.autoTakeOver), Number(s.autoRestore), Number(s.audio), s.grayPolicy,
  s.timeouts.connectedMs, s.timeouts.startedMs, s.timeouts.keepAliveMs, s.timeouts.normalShutdownMs, s.timeouts.abnormalShutdownMs,
  Number(s.allowShorter), s.holdDownMs, s.storePath, s.backupDirectory, s.serverAddress, s.clientAddress,
  s.capacity.cameras, s.capacity.mbitPerSecond, s.capacity.prerollBytes, s.capacity.provisionalBytes, s.capacity.diskReserveBytes, s.version,
];

function check(candidate: unknown, where: string): FailoverSettings {
  const parsed = failoverSettings.safeParse(candidate);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') ?? '';
  throw new UnderstudyError('input.invalid', `${where}: ${field}: ${issue?.message ?? 'does not fit'}`, { field });
}

function fromRow(row: SqlRow): FailoverSettings {
  const on = (name: string): unknown => (row[name] === 1 ? true : row[name] === 0 ? false : row[name]);
  return check(
    {
      id: row['id'], name: row['name'], dailyBackup: on('daily_backup'), backupUtc: row['backup_utc'],
      autoTakeOver: on('auto_take_over'), autoRestore: on('auto_restore'), audio: on('audio'), grayPolicy: row['gray_policy'],
      timeouts: {
        connectedMs: row['connected_ms'], startedMs: row['started_ms'], keepAliveMs: row['keep_alive_ms'],
        normalShutdownMs: row['normal_shutdown_ms'], abnormalShutdownMs: row['abnormal_shutdown_ms'],
      },
      allowShorter: on('allow_shorter'), holdDownMs: row['hold_down_ms'],
      storePath: row['store_path'], backupDirectory: row['backup_directory'],
      serverAddress: row['server_address'], clientAddress: row['client_address'],
      capacity: {
        cameras: row['max_cameras'], mbitPerSecond: row['max_mbit'], prerollBytes: row['max_preroll_bytes'],
        provisionalBytes: row['max_provisional_bytes'], diskReserveBytes: row['disk_reserve_bytes'],
      },
      version: row['version'],
    },
    'The settings in the database',
  );
}

/** The settings in force; the first start writes the defaults. An edited row out of range is refused, naming the rule. */
export function loadSettings(
  sql: Sql,
  first: { readonly id: string; readonly name: string; readonly storePath: string; readonly backupDirectory: string },
): FailoverSettings {
  const row = sql.prepare('SELECT * FROM settings').get();
  if (row !== undefined) return fromRow(row);
  const settings = check(presets(first), 'The settings of a new failover server');
  sql
    .prepare(`INSERT INTO settings (one, ${columns.join(', ')}) VALUES (1${', ?'.repeat(columns.length)})`)
    .run(...values(settings));
  return settings;
}

/** The changed settings, checked as a whole; throws before anything is written. Pure. */
export function patched(now: FailoverSettings, patch: unknown): FailoverSettings {
  const parsed = settingsPatch.safeParse(patch);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = issue?.path.join('.') ?? '';
    throw new UnderstudyError('input.invalid', `${field}: ${issue?.message ?? 'does not fit'}`, { field });
  }
  const { version, timeouts, capacity, ...plain } = parsed.data;
  if (version !== undefined && version !== now.version)
    throw new UnderstudyError('input.conflict', 'The settings were changed meanwhile.', { advice: 'Read them again and repeat the change.' });
  return check(
    { ...now, ...plain, timeouts: { ...now.timeouts, ...timeouts }, capacity: { ...now.capacity, ...capacity }, version: now.version + 1 },
    'The change',
  );
}

/** To be called inside a transaction, with the audit row. */
export function saveSettings(sql: Sql, settings: FailoverSettings): void {
  const sets = columns.map((name) => `${name} = ?`).join(', ');
  sql.prepare(`UPDATE settings SET ${sets} WHERE one = 1`).run(...values(settings));
}
