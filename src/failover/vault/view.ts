/** Pure: the vault's rows as the API tells them. */
import type { BackupContent, BackupVersion } from '../../contract/api/backups.ts';
import type { BackupState } from '../../contract/api/servers.ts';
import type { SettingsDocument } from '../../contract/settings.ts';
import type { BackupStatus, Refusal } from '../ports.ts';
import type { Manifest } from './manifest.ts';
import type { Attempt, Version } from './versions.ts';

/** `versions`: newest first. `unreadable`: why none of the good ones can be read now. */
export function backupState(versions: readonly Version[], attempt: Attempt | null, unreadable: Refusal | null): BackupState {
  const good = versions.find((one) => one.state === 'good');
  // A held version older than the newest good one was overtaken by events.
  const held = versions.find((one) => one.state === 'held' && one.version > (good?.version ?? 0));
  return {
    lastGood: good === undefined || unreadable !== null ? null : { version: good.version, atMs: good.confirmedMs, cameras: good.cameras, verifiedMs: good.verifiedMs },
    lastAttempt: attempt === null ? null : { atMs: attempt.atMs, ok: attempt.error === null, trigger: attempt.trigger },
    error: unreadable ?? attempt?.error ?? null,
    held: held === undefined ? null : { version: held.version, atMs: held.takenMs, reason: held.reason ?? { code: 'backup.suspicious', text: '' } },
  };
}

export function backupStatus(state: BackupState, attempt: Attempt | null, unreadable: Refusal | null): BackupStatus {
  return {
    lastGoodMs: state.lastGood?.atMs ?? null,
    lastAttemptMs: attempt?.atMs ?? null,
    error: unreadable ?? attempt?.error ?? null,
    held: state.held !== null,
    cameras: state.lastGood?.cameras ?? 0,
  };
}

export function backupVersion(version: Version, files: number, inUse: boolean): BackupVersion {
  return {
    version: version.version,
    atMs: version.takenMs,
    trigger: version.trigger,
    confirmedMs: version.confirmedMs,
    verifiedMs: version.verifiedMs,
    state: version.state,
    reason: version.reason,
    inUse,
    cameras: version.cameras,
    files,
    bytes: version.bytes,
    digest: version.digest,
  };
}

/** Field by field: whatever is added to the camera document later does not leak by itself. */
export function backupContent(version: BackupVersion, document: SettingsDocument, content: Manifest): BackupContent {
  return {
    ...version,
    name: document.name,
    storePath: document.storePath,
    retentionDays: document.retention.days,
    retentionBytes: document.retention.maxBytes,
    cameraList: document.cameras.map((camera) => ({
      id: camera.id,
      name: camera.name,
      url: camera.url,
      username: camera.username ?? null,
      passwordSet: (camera.password ?? '') !== '',
      transport: camera.transport,
      audio: camera.audio,
      priority: camera.priority,
      enabled: camera.enabled,
      peakBitsPerSecond: null,
    })),
    fileList: content.files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 })),
  };
}
