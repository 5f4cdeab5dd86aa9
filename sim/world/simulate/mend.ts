import type { Scene } from './scene.ts';
import type { Script } from './script.ts';

/** Everything that was broken is whole again; nobody has done anything yet that a person would have to do. */
export function mend(scene: Scene): void {
  const { world, sites } = scene;
  scene.endRound();
  scene.downUntilMs = 0;
  world.network.heal();
  world.cameras.reviveAll();
  world.dieAt = null;
  Object.assign(world.faulty, { full: false, slowMs: 0, cut: null });
  Object.assign(world.blobs, { full: false, away: false });
  world.blobs.answer();
  scene.store('ok');
  scene.mendDatabase();
  scene.doubted();
  world.clock.right();
  for (const site of sites) {
    scene.removeClone(site);
    Object.assign(site.recorder, { frozen: false, gray: false, hangsAtStart: false, neverRuns: false });
    site.clock.right();
    scene.syncAgain(site);
    if (site.recorder.document !== scene.original(site)) scene.edit(site, scene.original(site));
    void (site.isOn && site.agentRuns && !site.isLeaving ? site.recorder.start() : site.boot());
  }
}

/** What people still have to do after such a day, looked at every few seconds: nothing here is needed to record. */
export function operate(scene: Scene, script: Script): void {
  const server = scene.world.failover;
  if (server === null) return;
  const { settings } = server.settings();
  if (!settings.automaticTakeOver || !settings.automaticRestore || settings.capacity.cameras !== 128)
    scene.change((old) => ({ ...old, automaticTakeOver: true, automaticRestore: true, capacity: { ...old.capacity, cameras: 128 } }));
  for (const [at, site] of scene.sites.entries()) {
    const view = server.find(site.serverId);
    if (view === null) {
      scene.addAgain(site);
      continue;
    }
    // Its copy is gone; as the alarm says, a person looks after it.
    if (view.link.error?.code === 'link.identity-twice' && !view.link.connected && site.agentRuns) {
      site.killAgent();
      void site.boot();
    }
    const wanted = script.sites[at]?.standby ?? 'cold';
    if (view.standby !== wanted) scene.ask(site, (now) => Promise.resolve(now.changeServer(site.serverId, { standby: wanted }, { who: 'Anna' })));
    if (view.maintenance !== null) scene.ask(site, (now) => now.maintenance(site.serverId, null, { who: 'Anna' }));
    if (view.role.pinned && (view.detector.state === 'alive' || view.detector.code === 'not recording')) scene.ask(site, (now) => now.reset(site.serverId, { who: 'Anna' }));
    const poor = view.backup.error !== null || view.backup.held || view.backup.lastGoodMs === null || scene.newestIsRotten(site);
    if (poor && view.detector.state === 'alive' && view.role.state === 'standby') scene.ask(site, (now) => now.backups.backup(site.serverId, 'on demand'));
  }
}
