/** What the benchmark's failover server has instead of cameras, footage and backups: it only watches. */
import type { SettingsDocument } from '../src/contract/settings.ts';
import { saveServer } from '../src/failover/db/servers.ts';
import type { Backups, BackupStatus, FailoverStore } from '../src/failover/ports.ts';
import type { Sql } from '../src/platform/sqlite.ts';
import type { Recording } from '../src/video/contract.ts';
import type { Target } from './keepalive-messages.ts';

export function noRecording(): Recording {
  return { apply: async () => undefined, statuses: () => [], onStatuses: () => () => undefined, close: async () => undefined };
}

export function noFootage(): FailoverStore {
  const nothing = async function* (): AsyncIterable<never> {
    // no footage in the benchmark
  };
  return {
    cameras: async () => [],
    coverage: async () => ({ spans: [], exactness: 'exact', durableUntilUs: null }),
    rows: nothing,
    read: nothing,
    setRetention: async () => undefined,
    lock: async () => undefined,
    unlock: async () => undefined,
    locks: async () => [],
    drop: async () => 0,
    rebuild: async () => ({ segments: 0, units: 0, damaged: [] }),
    health: () => ({ state: 'ok', freeBytes: 1e12, totalBytes: 1e12, usedBytes: 0, text: '' }),
  } as unknown as FailoverStore;
}

/** Every server has a good backup with its 16 cameras. */
export function goodBackups(): Backups {
  const status: BackupStatus = { lastGoodMs: 1, lastAttemptMs: 1, error: null, held: false, cameras: 16 } as BackupStatus;
  const document: SettingsDocument = {
    schema: 1,
    name: 'Bench',
    storePath: '/bench',
    retention: { days: 7, maxBytes: null },
    cameras: Array.from({ length: 16 }, (_, index) => ({
      id: `camera-${index}`,
      name: `Camera ${index}`,
      url: `rtsp://192.0.2.${index}/stream`,
      transport: 'auto',
      audio: false,
      priority: 100,
      enabled: true,
    })),
  };
  return {
    newestVerified: async () => ({ ok: true, backup: { document, versionId: 'v1', takenAtMs: 1 } }),
    status: () => status,
    backup: async () => status,
    backupAll: async () => [],
    noteDigest: () => undefined,
    remove: async () => undefined,
    equip: async () => undefined,
    reschedule: () => undefined,
    stop: async () => undefined,
  };
}

export function addServers(sql: Sql, targets: readonly Target[]): void {
  sql.exec('BEGIN');
  for (const { serverId, host, port, pin } of targets)
    saveServer(sql, {
      id: serverId, name: serverId, host, port, pin, instance: 'bench', priority: 100, standby: 'cold',
      copyBack: { enabled: false, bitsPerSecond: 1 }, maintenance: null, seenAlive: true, make: null, makeVersion: null,
      retention: null, version: 1, addedMs: 1,
    });
  sql.exec('COMMIT');
}
