import type { FaultDefinition } from './faults.ts';
import { documentOf } from '../world.ts';
import { Site } from '../site.ts';

const restart = (site: Site): Promise<void> => (site.isOn && site.agentWorks ? site.recorder.start() : site.boot());

/** What happens to a recorder, its agent and its host. */
export const siteFaults = {
  'the recorder crashes, its agent starts it again': {
    of: 'site', rows: ['R01'], weight: 8, outage: true,
    begin: (_, fault, site) => site.recorder.crash(1000 + Math.round(fault.chance * 4000)),
  },
  'the recorder crashes and stays away': {
    of: 'site', rows: ['R02'], weight: 5, outage: true,
    begin: (_, _fault, site) => site.recorder.crash(null),
    end: (_, _fault, site) => restart(site),
  },
  'the recorder crashes again and again': {
    of: 'site', rows: ['R12'], weight: 2, outage: true,
    begin: (scene, fault, site) => scene.repeat(fault, 6000 + fault.chance * 15_000, () => site.recorder.crash(2000)),
  },
  'the power of the host fails': {
    of: 'site', rows: ['R03'], weight: 8, outage: true,
    begin: (_, _fault, site) => site.powerOff(),
    end: (_, _fault, site) => restart(site),
  },
  'back for a moment, then gone again, time after time': {
    of: 'site', rows: ['R19'], weight: 2, outage: true,
    begin: (scene, fault, site) => {
      site.powerOff();
      scene.repeat(fault, 10_000 + fault.chance * 10_000, () => (site.isOn ? site.powerOff() : void site.boot()));
    },
    end: (_, _fault, site) => restart(site),
  },
  'the recorder stands still': {
    of: 'site', rows: ['R04', 'R05'], weight: 6, outage: true,
    begin: (_, _fault, site) => {
      site.recorder.frozen = true;
    },
    end: (_, _fault, site) => {
      site.recorder.frozen = false;
    },
  },
  'the whole host stands still': {
    of: 'site', rows: ['R04', 'R05'], weight: 4, outage: true,
    begin: (_, fault, site) => {
      site.recorder.frozen = true;
      site.freezeAgent(fault.forMs);
    },
    end: (_, _fault, site) => {
      site.recorder.frozen = false;
    },
  },
  'a normal shutdown': {
    of: 'site', rows: ['R07', 'R08'], weight: 5, outage: true,
    begin: (_, _fault, site) => site.shutDown('updates'),
    end: (_, _fault, site) => restart(site),
  },
  'a shutdown whose notice is lost': {
    of: 'site', rows: ['R09'], weight: 3, outage: true,
    begin: (_, _fault, site) => {
      site.killAgent();
      return site.recorder.stop('the host goes down');
    },
    end: (_, _fault, site) => restart(site),
  },
  'a start that never comes to its end': {
    of: 'site', rows: ['R10'], weight: 3, outage: true,
    begin: (_, _fault, site) => {
      site.recorder.hangsAtStart = true;
      site.recorder.crash(1000);
    },
    end: (_, _fault, site) => {
      site.recorder.hangsAtStart = false;
    },
  },
  'a start without a keep-alive after it': {
    of: 'site', rows: ['R10'], weight: 3, outage: true,
    begin: (_, _fault, site) => {
      site.recorder.neverRuns = true;
      site.recorder.crash(1000);
    },
    end: (_, _fault, site) => {
      site.recorder.neverRuns = false;
    },
  },
  'the agent alone is killed': {
    of: 'site', rows: ['R20'], weight: 4, outage: true,
    begin: (_, _fault, site) => {
      if (site.isOn) site.killAgent();
    },
    end: (_, _fault, site) => restart(site),
  },
  'keep-alives are fine, nothing is written': {
    of: 'site', rows: ['R13'], weight: 4, outage: true,
    begin: (_, _fault, site) => {
      site.recorder.gray = true;
    },
    end: (_, _fault, site) => {
      site.recorder.gray = false;
    },
  },
  'its disk syncs nothing for a while': {
    of: 'site', rows: ['R21'], weight: 2, outage: false,
    begin: (scene, fault, site) => scene.stopSyncing(fault, site),
    end: (scene, _fault, site) => scene.syncAgain(site),
  },
  'the power fails after its disk synced nothing': {
    of: 'site', rows: ['R21'], weight: 2, outage: true,
    begin: async (scene, fault, site) => {
      scene.stopSyncing(fault, site);
      await scene.later(fault.forMs / 2, () => site.powerOff());
    },
    end: (scene, _fault, site) => {
      scene.syncAgain(site);
      return restart(site);
    },
  },
  'a camera does not answer': {
    of: 'site', rows: ['R14'], weight: 4, outage: false,
    begin: (scene, fault, site) => scene.world.cameras.kill(scene.someUrl(site, fault.chance)),
    end: (scene, fault, site) => scene.world.cameras.revive(scene.someUrl(site, fault.chance)),
  },
  'a camera’s session dies every few seconds': {
    of: 'site', rows: ['S35'], weight: 2, outage: false,
    begin: (scene, fault, site) => {
      const url = scene.someUrl(site, fault.chance);
      scene.repeat(fault, 2500, () => (scene.world.cameras.isDead(url) ? scene.world.cameras.revive(url) : scene.world.cameras.kill(url)));
    },
    end: (scene, fault, site) => scene.world.cameras.revive(scene.someUrl(site, fault.chance)),
  },
  'the recorder alone does not reach a camera': {
    of: 'site', rows: ['R14'], weight: 3, outage: false,
    begin: (scene, fault, site) => scene.world.cameras.cutOff(scene.someUrl(site, fault.chance), site.serverId),
    end: (scene, fault, site) => scene.world.cameras.reconnect(scene.someUrl(site, fault.chance), site.serverId),
  },
  'the failover server alone does not reach a camera': {
    of: 'site', rows: [], weight: 2, outage: false,
    begin: (scene, fault, site) => scene.world.cameras.cutOff(scene.someUrl(site, fault.chance), 'failover'),
    end: (scene, fault, site) => scene.world.cameras.reconnect(scene.someUrl(site, fault.chance), 'failover'),
  },
  'packets of a camera are lost on the way to the recorder alone': {
    of: 'site', rows: [], weight: 2, outage: false,
    begin: (scene, fault, site) => {
      const { cameras } = scene.original(site);
      const camera = cameras[Math.floor(fault.chance * cameras.length)]?.id ?? '';
      scene.repeat(fault, 1500 + fault.chance * 6000, () => site.recorder.losePackets(camera, 200 + Math.round(fault.chance * 800)));
    },
  },
  'the settings come back wiped': {
    of: 'site', rows: ['R22'], weight: 2, outage: false,
    begin: (scene, _fault, site) => scene.edit(site, { ...scene.original(site), cameras: [] }),
    end: (scene, _fault, site) => scene.edit(site, scene.original(site)),
  },
  'the settings are of a newer schema': {
    of: 'site', rows: [], weight: 1, outage: false,
    begin: (scene, _fault, site) => scene.edit(site, { ...scene.original(site), schema: 99 as 1 }),
    end: (scene, _fault, site) => scene.edit(site, scene.original(site)),
  },
  'the settings are edited': {
    of: 'site', rows: [], weight: 3, outage: false,
    begin: (scene, fault, site) => {
      const before = scene.original(site);
      scene.edit(site, { ...before, cameras: before.cameras.map((camera) => ({ ...camera, name: `Camera ${camera.id} ${Math.floor(fault.chance * 1000)}` })) });
    },
  },
  'a clone of the machine answers at its address': {
    of: 'site', rows: ['R17'], weight: 2, outage: false,
    begin: async (scene, _fault, site) => {
      if (scene.clones.has(site)) return;
      const clone = new Site(scene.world, site.serverId, documentOf(site.serverId, 0), { host: `${site.id}-clone`, clone: site });
      scene.clones.set(site, clone);
      scene.world.network.redirect(site.id, clone.id);
      await clone.boot();
    },
    end: (scene, _fault, site) => scene.removeClone(site),
  },
  'its name leads to an old address': {
    of: 'site', rows: [], weight: 2, outage: false,
    begin: (scene, _fault, site) => scene.world.network.redirect(site.id, 'nowhere'),
    end: (scene, _fault, site) => scene.world.network.redirect(site.id, scene.clones.get(site)?.id ?? null),
  },
  'the clock of the recorder’s host steps': {
    of: 'site', rows: ['T01'], weight: 2, outage: false,
    begin: (scene, fault, site) => {
      scene.clockWasSet.add(site.serverId);
      site.clock.step(fault.chance < 0.2 ? -site.clock.wallMs() : Math.round((fault.chance - 0.6) * 5 * 3_600_000));
    },
    end: (_, _fault, site) => site.clock.right(),
  },
} satisfies Record<string, FaultDefinition>;
