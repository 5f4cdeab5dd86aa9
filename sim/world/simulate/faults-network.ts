import type { FaultDefinition } from './faults.ts';

const here = 'failover';

/** What happens between the machines. */
export const networkFaults = {
  'the cable to it is cut': {
    of: 'site', rows: ['N03'], weight: 6, outage: true,
    begin: (scene, _fault, site) => scene.world.network.cut(here, site.id),
    end: (scene, _fault, site) => scene.world.network.heal(here, site.id),
  },
  'nothing comes from it any more, one way': {
    of: 'site', rows: ['N03'], weight: 3, outage: true,
    begin: (scene, _fault, site) => scene.world.network.cutOneWay(site.id, here),
    end: (scene, _fault, site) => scene.world.network.heal(here, site.id),
  },
  'nothing reaches it any more, one way': {
    of: 'site', rows: ['N03'], weight: 3, outage: true,
    begin: (scene, _fault, site) => scene.world.network.cutOneWay(here, site.id),
    end: (scene, _fault, site) => scene.world.network.heal(here, site.id),
  },
  'a firewall forgets its connections': {
    of: 'site', rows: ['N14'], weight: 4, outage: false,
    begin: (scene, _fault, site) => scene.world.network.forgetConnections(here, site.id),
  },
  'packets are lost and late, messages come twice': {
    of: 'site', rows: ['N12', 'R16'], weight: 4, outage: false,
    begin: (scene, _fault, site) => scene.world.network.setWeather(here, site.id, { loss: 0.2, jitterMs: 200, doubled: 0.2 }),
    end: (scene, _fault, site) => scene.world.network.heal(here, site.id),
  },
  'its cameras are cut off from it': {
    of: 'site', rows: ['R13'], weight: 3, outage: true,
    begin: (scene, _fault, site) => scene.world.cameras.blind(site.serverId, true),
    end: (scene, _fault, site) => scene.world.cameras.blind(site.serverId, false),
  },
  'the failover server’s own network is down': {
    of: 'all', rows: ['N09', 'N09b', 'N10'], weight: 4, outage: false,
    begin: (scene) => {
      for (const site of scene.sites) scene.world.network.cut(here, site.id);
      scene.world.cameras.blind(here, true);
      scene.blindSinceMs = scene.world.time.monotonicMs();
    },
    end: (scene) => {
      for (const site of scene.sites) scene.world.network.heal(here, site.id);
      scene.world.cameras.blind(here, false);
    },
  },
  'the switch between them reboots, cameras stay': {
    of: 'all', rows: ['N10'], weight: 2, outage: true,
    begin: (scene) => {
      for (const site of scene.sites) scene.world.network.cut(here, site.id);
    },
    end: (scene) => {
      for (const site of scene.sites) scene.world.network.heal(here, site.id);
    },
  },
  'all recorders lose power': {
    of: 'all', rows: ['N11', 'M01', 'M03'], weight: 2, outage: true,
    begin: (scene) => {
      for (const site of scene.sites) site.powerOff();
    },
    end: async (scene, fault) => {
      for (const site of scene.sites) await scene.later(fault.chance * 5000, () => site.boot());
    },
  },
} satisfies Record<string, FaultDefinition>;
