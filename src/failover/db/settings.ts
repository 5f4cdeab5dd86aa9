import { z } from 'zod';
import { failoverSettings as apiSettings } from '../../contract/api/failover.ts';
import { defaultTimeouts } from '../../contract/api/timeouts.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import type { Sql } from '../../platform/sqlite.ts';
import { parseRow } from './rows.ts';

/** Settings of one failover server, checked when saved and again when loaded (O04). */
export const failoverSettings = apiSettings;
export type FailoverSettings = z.infer<typeof failoverSettings>;

/** With what identifies it, and the version that a change must name. */
export const storedSettings = z.strictObject({
  id: z.string().min(1).max(100),
  version: z.int().positive(),
  changedMs: z.number().nullable(),
  changedBy: z.string().nullable(),
  settings: failoverSettings,
});
export type StoredSettings = z.infer<typeof storedSettings>;

export interface FirstStart {
  readonly id: string;
  readonly name: string;
  readonly storePath: string;
  readonly directory: string;
}

export const defaultSettings = (first: FirstStart): FailoverSettings => ({
  name: first.name,
  dailyBackup: true,
  utcTime: '01:00',
  automaticTakeOver: true,
  automaticRestore: true,
  timeouts: defaultTimeouts,
  directory: first.directory,
  storePath: first.storePath,
  addresses: { serverNetwork: '', clientNetwork: '' },
  capacity: { cameras: 128, bitsPerSecond: 800e6, prerollBytes: 2 ** 31, provisionalBytes: 50e9, reserveBytes: 2e9 },
  whenNotRecording: 'take over',
  backupVersions: 90,
  eventDays: 365,
});

/** `{a: {b: 1}}` → `a.b` = `1`: one readable row per setting. */
function* flat(value: object, prefix = ''): Generator<readonly [string, string]> {
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === 'object' && inner !== null) yield* flat(inner as object, `${prefix}${key}.`);
    else yield [`${prefix}${key}`, JSON.stringify(inner)];
  }
}

/** Lays rows over the defaults: a setting that is newer than the database has its default. */
function unflat(base: object, rows: readonly { readonly key: string; readonly value: unknown }[]): unknown {
  const result = structuredClone(base) as Record<string, unknown>;
  for (const { key, value } of rows) {
    const path = key.split('.');
    const last = path.pop() ?? key;
    let at = result;
    for (const part of path) {
      const inner = at[part];
      if (typeof inner === 'object' && inner !== null) at = inner as Record<string, unknown>;
      else at = at[part] = {} as Record<string, unknown>;
    }
    at[last] = value;
  }
  return result;
}

const row = z.object({ key: z.string(), value: z.string() });

function readValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text; // not JSON: the schema refuses it by its rule
  }
}

/** The settings in force; the first start writes the defaults. */
export function loadSettings(sql: Sql, first: FirstStart): StoredSettings {
  const fresh: StoredSettings = { id: first.id, version: 1, changedMs: null, changedBy: null, settings: defaultSettings(first) };
  const rows = sql.prepare('SELECT key, value FROM settings').all();
  if (rows.length === 0) {
    const stored = parseRow(storedSettings, fresh, 'The settings of a new failover server');
    sql.transaction(() => saveSettings(sql, stored));
    return stored;
  }
  const parsed = rows.map((entry) => parseRow(row, entry, 'Table settings'));
  return parseRow(
    storedSettings,
    unflat(fresh, parsed.map(({ key, value }) => ({ key, value: readValue(value) }))),
    'The settings in the database',
  );
}

/** The changed settings, checked as a whole; throws before anything is written. */
export function changed(
  now: StoredSettings,
  change: { readonly version?: number; readonly settings: unknown },
  by: { readonly who: string; readonly atMs: number },
): StoredSettings {
  if (change.version !== undefined && change.version !== now.version)
    throw new UnderstudyError('input.conflict', 'The settings were changed meanwhile.', { advice: 'Read them again and repeat the change.' });
  const settings = parseRow(failoverSettings, change.settings, 'The settings');
  return { ...now, settings, version: now.version + 1, changedMs: by.atMs, changedBy: by.who };
}

/** Inside the caller's transaction, together with the audit row. */
export function saveSettings(sql: Sql, stored: StoredSettings): void {
  const put = sql.prepare('INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value');
  for (const [key, value] of flat(stored)) put.run(key, value);
}
