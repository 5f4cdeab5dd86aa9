import { z } from 'zod';
import type { SettingsDocument } from '../../contract/settings.ts';
import type { Sql } from '../../platform/sqlite.ts';
import { flag, parseRow } from './rows.ts';

const cameraRow = z.object({
  server_id: z.string(),
  camera_id: z.string(),
  name: z.string(),
  url: z.string(),
  priority: z.int(),
  enabled: flag,
  retention_days: z.number().positive().nullable(),
  max_sessions: z.int().positive().nullable(),
  present: flag,
  standby: z.enum(['cold', 'hot']).nullable(),
  gop_ms: z.number().nonnegative().nullable(),
  bits: z.number().nonnegative().nullable(),
  peak_bits: z.number().nonnegative().nullable(),
});

/** One camera of the newest known settings of a monitored server, without credentials. */
export interface CameraRecord {
  readonly serverId: string;
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly priority: number;
  readonly enabled: boolean;
  readonly retentionDays: number | null;
  readonly maxSessions: number | null;
  /** False: it left the settings; its footage may still be here. */
  readonly present: boolean;
  /** A person's choice for this camera; null: as its server. */
  readonly standby: 'cold' | 'hot' | null;
  /** Measured by the recorder's keep-alives or by our own session; null: never. */
  readonly gopMs: number | null;
  readonly bitsPerSecond: number | null;
  readonly peakBitsPerSecond: number | null;
}

export function loadCameras(sql: Sql): readonly CameraRecord[] {
  return sql
    .prepare('SELECT * FROM cameras ORDER BY server_id, priority, camera_id')
    .all()
    .map((found) => {
      const row = parseRow(cameraRow, found, `Camera ${String(found['name'])} in the database`);
      return {
        serverId: row.server_id, id: row.camera_id, name: row.name, url: row.url, priority: row.priority, enabled: row.enabled,
        retentionDays: row.retention_days, maxSessions: row.max_sessions, present: row.present, standby: row.standby,
        gopMs: row.gop_ms, bitsPerSecond: row.bits, peakBitsPerSecond: row.peak_bits,
      };
    });
}

/** Adds or replaces, inside the caller's transaction. */
export function saveCamera(sql: Sql, c: CameraRecord): void {
  sql
    .prepare(
      `INSERT INTO cameras (server_id, camera_id, name, url, priority, enabled, retention_days, max_sessions, present, standby, gop_ms, bits, peak_bits)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (server_id, camera_id) DO UPDATE SET name = excluded.name, url = excluded.url, priority = excluded.priority,
         enabled = excluded.enabled, retention_days = excluded.retention_days, max_sessions = excluded.max_sessions,
         present = excluded.present, standby = excluded.standby, gop_ms = excluded.gop_ms, bits = excluded.bits, peak_bits = excluded.peak_bits`,
    )
    .run(
      c.serverId, c.id, c.name, c.url, c.priority, Number(c.enabled), c.retentionDays, c.maxSessions, Number(c.present),
      c.standby, c.gopMs, c.bitsPerSecond, c.peakBitsPerSecond,
    );
}

/** The catalogue after new settings were seen: choices and measurements stay, cameras that left are marked. Pure. */
export function mergeCameras(serverId: string, known: readonly CameraRecord[], document: SettingsDocument): readonly CameraRecord[] {
  const before = new Map(known.map((camera) => [camera.id, camera]));
  const now = document.cameras.map((camera): CameraRecord => {
    const old = before.get(camera.id);
    before.delete(camera.id);
    return {
      serverId, id: camera.id, name: camera.name, url: camera.url, priority: camera.priority, enabled: camera.enabled,
      retentionDays: camera.retentionDays ?? null, maxSessions: camera.maxSessions ?? null, present: true, standby: old?.standby ?? null,
      gopMs: old?.gopMs ?? null, bitsPerSecond: old?.bitsPerSecond ?? null, peakBitsPerSecond: old?.peakBitsPerSecond ?? null,
    };
  });
  return [...now, ...[...before.values()].map((gone) => ({ ...gone, present: false }))];
}
