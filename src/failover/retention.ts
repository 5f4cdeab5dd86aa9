import { loadRetention, saveRetention } from './db/retention.ts';
import type { Parts } from './parts.ts';
import type { RetentionRule } from '../video/contract.ts';

const dayMs = 86_400_000;

/** Throws what is wrong with a stored rule. */
export const checkRetention = ({ ports }: Parts): void => void loadRetention(ports.database);

/**
 * The owners' rules hold here too (I9): by age, from the last known settings, also while a server is
 * offline or no longer in the list. What no settings were ever seen of is not deleted by age.
 */
export async function applyRetention(parts: Parts): Promise<void> {
  const { trail, ports } = parts;
  const before = new Map(loadRetention(ports.database).map((rule) => [`${rule.serverId}/${rule.cameraId}`, rule]));
  const now = currentRules(parts);
  const changed = now.filter((rule) => {
    const old = before.get(`${rule.serverId}/${rule.cameraId}`);
    return old?.maxAgeMs !== rule.maxAgeMs || old.priority !== rule.priority;
  });
  for (const rule of now) before.set(`${rule.serverId}/${rule.cameraId}`, rule);
  if (changed.length > 0) trail.soon(() => saveRetention(ports.database, changed), []);
  try {
    await ports.store.setRetention([...before.values()]);
  } catch (error) {
    ports.log.error({ error: (error as Error).message }, 'The retention rules could not be given to the store.');
  }
}

function currentRules({ directory }: Parts): readonly RetentionRule[] {
  return directory.servers().flatMap((server) => {
    const { retention } = server;
    if (retention === null) return [];
    return directory.cameras(server.id).map((camera) => ({
      serverId: server.id,
      cameraId: camera.id,
      maxAgeMs: (camera.retentionDays ?? retention.days) * dayMs,
      // The owner's ceiling in bytes is about the owner's disk.
      maxBytes: null,
      priority: server.priority * 1000 + camera.priority,
    }));
  });
}
