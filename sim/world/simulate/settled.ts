import type { ServerView } from '../../../src/failover/server-types.ts';
import type { Site } from '../site.ts';
import type { Scene } from './scene.ts';

/** What keeps the world from rest, in words; null: everything is as it should be. */
export function unsettled(scene: Scene): string | null {
  const server = scene.world.failover;
  if (server === null || !scene.world.failoverWorks) return 'the failover server does not run';
  for (const site of scene.sites) {
    const view = server.find(site.serverId);
    if (view === null) return `${site.id} is not in the list`;
    const why = unsettledServer(scene, site, view);
    if (why !== null) return `${site.id}: ${why}`;
  }
  const open = server.outages({ open: true })[0];
  return open === undefined ? unsettledEngine(scene) : `an outage of ${open.serverName} is open`;
}

function unsettledServer(scene: Scene, site: Site, view: ServerView): string | null {
  if (view.detector.state !== 'alive') return `it is ${view.detector.state}${view.detector.reason === null ? '' : ` (${view.detector.reason})`}`;
  if (view.role.state !== 'standby' || view.role.reason !== null) return `its role is ${view.role.state} (${String(view.role.reason)})`;
  if (view.gray !== null) return `not recorded: ${view.gray.cameras.join(', ')}`;
  if (site.protector !== 'failover-1') return `its protector is ${String(site.protector)}`;
  const dark = site.recorder.document.cameras.find((camera) => camera.enabled && site.recorder.writesSinceUs(camera.id) === null);
  if (dark !== undefined) return `its recorder does not record ${dark.id}`;
  if (view.backup.error !== null || view.backup.held) return `failed backup: ${view.backup.error?.text ?? 'held'}`;
  if (scene.newestIsRotten(site)) return 'its newest backup is rotten, and nobody has noticed';
  const newest = scene.world.database.prepare(`SELECT digest FROM vault_versions WHERE server_id = ? AND state = 'good' ORDER BY version DESC LIMIT 1`).get(site.serverId);
  return newest?.['digest'] === site.recorder.digest ? null : 'its newest backup is not of the settings in force';
}

/** Exactly the cameras of hot standby (never those that allow one session) have a session here, and nothing is written. */
function unsettledEngine(scene: Scene): string | null {
  const statuses = new Map((scene.world.recording?.statuses() ?? []).map((status) => [`${status.serverId}/${status.cameraId}`, status]));
  for (const site of scene.sites) {
    const view = scene.world.server.server(site.serverId);
    const single = new Set(site.recorder.document.cameras.filter((camera) => camera.maxSessions === 1).map((camera) => camera.id));
    const hot = view.standby === 'hot' ? view.cameras.filter((camera) => camera.enabled && camera.standbyReason === null && !single.has(camera.id)) : [];
    for (const camera of hot) {
      const key = `${view.id}/${camera.id}`;
      const status = statuses.get(key);
      if (status === undefined || status.mode !== 'standby' || status.state !== 'streaming') return `hot standby of ${key} is ${status === undefined ? 'missing' : `${status.mode}, ${status.state}`}`;
      statuses.delete(key);
    }
  }
  const [left] = statuses.keys();
  return left === undefined ? null : `a session of ${left} is left over`;
}
