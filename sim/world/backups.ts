import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { settingsDocument, type SettingsDocument } from '../../src/contract/settings.ts';
import type { Backups, BackupsNeeds, BackupStatus } from '../../src/failover/ports.ts';

export interface KeptBackup {
  readonly versionId: string;
  readonly document: SettingsDocument;
  readonly takenAtMs: number;
}

/** Backups in memory behind the real port; `shelf` outlives the process. */
export function memoryBackups(shelf: Map<string, KeptBackup[]>): (needs: BackupsNeeds) => Backups {
  return (needs) => {
    const digests = new Map<string, string>();
    const errors = new Map<string, BackupStatus['error']>();
    const newest = (serverId: string): KeptBackup | undefined => shelf.get(serverId)?.at(-1);
    const status = (serverId: string): BackupStatus => ({
      lastGoodMs: newest(serverId)?.takenAtMs ?? null, lastAttemptMs: newest(serverId)?.takenAtMs ?? null,
      error: errors.get(serverId) ?? null, held: false, cameras: newest(serverId)?.document.cameras.length ?? 0,
    });
    const backup = async (serverId: string): Promise<BackupStatus> => {
      if (needs.isTakenOver(serverId)) return status(serverId);
      const { result, body } = await needs.link.bulk(serverId, 'settings.get', {});
      for await (const _ of body); // only the neutral document is kept here
      const kept = shelf.get(serverId) ?? [];
      kept.push({ versionId: `v${kept.length + 1}`, document: settingsDocument.parse(result.document), takenAtMs: needs.clock.wallMs() });
      shelf.set(serverId, kept);
      digests.set(serverId, result.digest);
      needs.changed(serverId);
      return status(serverId);
    };
    const quietly = (serverId: string): void => {
      backup(serverId).catch((error: unknown) => errors.set(serverId, { code: 'backup.unreachable', text: (error as Error).message }));
    };
    return {
      newestVerified: (serverId) => {
        const found = newest(serverId);
        return Promise.resolve(found === undefined ? { ok: false, reason: { code: 'role.no-backup', text: 'Never backed up.' } } : { ok: true, backup: found });
      },
      status,
      backup: (serverId) => backup(serverId),
      backupAll: () => Promise.resolve([]),
      noteDigest: (serverId, digest) => {
        if (digest === '' || digests.get(serverId) === digest || needs.isTakenOver(serverId)) return;
        digests.set(serverId, digest);
        quietly(serverId);
      },
      remove: () => Promise.resolve(),
      equip: async (serverId) => {
        const body = Buffer.from(JSON.stringify(newest(serverId)?.document));
        const files = [{ path: 'settings.json', bytes: body.length, sha256: createHash('sha256').update(body).digest('hex') }];
        await needs.link.bulk(serverId, 'settings.put', { files }, Readable.from([body]));
      },
      reschedule: () => {},
      stop: () => Promise.resolve(),
    };
  };
}
