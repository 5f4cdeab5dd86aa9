/** What may be deleted, and in which order. Queries and pure decisions; deleting.ts does it. */
import type { EvidenceLock, RetentionRule } from '../contract.ts';
import { type Ledger, WHOLE } from './ledger.ts';

export interface Victim {
  readonly path: string;
  readonly bytes: number;
  readonly camera: number;
  readonly startUs: number;
  readonly endUs: number;
}

/** I9: nothing that a lock touches is ever chosen. */
const UNLOCKED = `state = ${WHOLE} AND NOT EXISTS (SELECT 1 FROM locks
  WHERE locks.camera = segments.camera AND locks.from_us < segments.end_us AND locks.to_us > segments.start_us)`;
const AT_ONCE = 64;

function victims(rows: ReturnType<Ledger['all']>): Victim[] {
  return rows.map((row) => ({ path: String(row['path']), bytes: Number(row['bytes']), camera: Number(row['camera']), startUs: Number(row['start_us']), endUs: Number(row['end_us']) }));
}

function oldest(ledger: Ledger, camera: number, beforeUs: number, limit: number): Victim[] {
  return victims(
    ledger.all(
      `SELECT path, bytes, camera, start_us, end_us FROM segments
       WHERE camera = ? AND start_us < ? AND end_us <= ? AND ${UNLOCKED} ORDER BY start_us LIMIT ?`,
      camera,
      beforeUs,
      beforeUs,
      limit,
    ),
  );
}

/** Too old, or more than the camera may keep. */
export function dueByRule(ledger: Ledger, rule: RetentionRule, nowUs: number): Victim[] {
  const cameras = camerasOf(ledger, rule);
  const old = rule.maxAgeMs === Infinity ? [] : oldestOfAll(ledger, cameras, nowUs - rule.maxAgeMs * 1000);
  if (rule.maxBytes === null || old.length > 0) return old;
  const bytes = cameras.reduce((sum, camera) => sum + ledger.bytes(camera), 0);
  return bytes <= rule.maxBytes ? [] : takeBytes(oldestOfAll(ledger, cameras, Number.MAX_SAFE_INTEGER), bytes - rule.maxBytes);
}

const camerasOf = (ledger: Ledger, rule: RetentionRule): number[] => [rule, ...(rule.also ?? [])].flatMap((key) => ledger.cameraId(key) ?? []);

function oldestOfAll(ledger: Ledger, cameras: readonly number[], beforeUs: number): Victim[] {
  const found = cameras.flatMap((camera) => oldest(ledger, camera, beforeUs, AT_ONCE));
  return found.toSorted((a, b) => a.startUs - b.startUs).slice(0, AT_ONCE);
}

/** As many from the front as are needed to free `bytes`. */
function takeBytes(from: readonly Victim[], bytes: number): Victim[] {
  const out: Victim[] = [];
  let left = bytes;
  for (const victim of from) {
    if (left <= 0) break;
    out.push(victim);
    left -= victim.bytes;
  }
  return out;
}

/** What goes first when the disk is nearly full: proven doubles, then the oldest of the lowest priority. */
export function dueByNeed(ledger: Ledger, rules: readonly RetentionRule[], bytes: number): Victim[] {
  const doubles = victims(
    ledger.all(
      `SELECT path, bytes, segments.camera, start_us, end_us FROM doubles JOIN segments
         ON segments.camera = doubles.camera AND start_us >= doubles.from_us AND start_us < doubles.to_us
         AND end_us <= doubles.to_us WHERE ${UNLOCKED} ORDER BY start_us LIMIT ?`,
      AT_ONCE,
    ),
  );
  if (doubles.length > 0) return takeBytes(doubles, bytes);
  for (const group of lowestFirst(ledger, rules)) {
    const found = oldestOfAll(ledger, group, Number.MAX_SAFE_INTEGER);
    if (found.length > 0) return takeBytes(found, bytes);
  }
  return [];
}

/** Cameras in groups of equal priority; those without a rule belong to nobody and go first. 1 is the highest. */
function lowestFirst(ledger: Ledger, rules: readonly RetentionRule[]): number[][] {
  const priority = new Map<number, number>();
  for (const row of ledger.all('SELECT id FROM cameras')) priority.set(Number(row['id']), Infinity);
  for (const rule of rules) for (const camera of camerasOf(ledger, rule)) priority.set(camera, rule.priority);
  const groups = new Map<number, number[]>();
  for (const [camera, value] of priority) groups.set(value, [...(groups.get(value) ?? []), camera]);
  return [...groups].toSorted(([a], [b]) => b - a).map(([, cameras]) => cameras);
}

export function addLock(ledger: Ledger, lock: EvidenceLock): void {
  ledger.run(
    `INSERT INTO locks (id, camera, from_us, to_us, reason, locked_by, locked_at_us) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET camera = excluded.camera, from_us = excluded.from_us, to_us = excluded.to_us,
       reason = excluded.reason, locked_by = excluded.locked_by, locked_at_us = excluded.locked_at_us`,
    lock.id,
    ledger.addCamera(lock),
    lock.fromUs,
    lock.toUs,
    lock.reason,
    lock.lockedBy,
    lock.lockedAtUs,
  );
}

export function listLocks(ledger: Ledger): EvidenceLock[] {
  return ledger.all('SELECT locks.*, server_id, camera_id FROM locks JOIN cameras ON cameras.id = camera ORDER BY from_us').map((row) => ({
    id: String(row['id']),
    serverId: String(row['server_id']),
    cameraId: String(row['camera_id']),
    fromUs: Number(row['from_us']),
    toUs: Number(row['to_us']),
    reason: String(row['reason']),
    lockedBy: String(row['locked_by']),
    lockedAtUs: Number(row['locked_at_us']),
  }));
}

/** Default: the larger of 1 GB and 2 %, but never more than a tenth of a small disk. */
export function reserveBytes(totalBytes: number, configured: number | null): number {
  return configured ?? Math.min(Math.max(1e9, totalBytes * 0.02), totalBytes * 0.1);
}
