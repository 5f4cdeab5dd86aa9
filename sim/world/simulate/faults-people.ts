import type { FaultDefinition } from './faults.ts';

/** What people do, at the worst moment. A refusal is an answer; everything else is a defect. */
export const peopleFaults = {
  'Anna takes it over, Ben presses the button too': {
    of: 'site', rows: ['O01'], weight: 2, outage: false,
    begin: (scene, _fault, site) => {
      const confirm = site.serverId.toUpperCase();
      scene.ask(site, (server) => server.takeOver(site.serverId, { who: 'Anna', confirm }));
      scene.ask(site, (server) => server.takeOver(site.serverId, { who: 'Ben', confirm }));
    },
    end: (scene, _fault, site) => scene.ask(site, (server) => server.reset(site.serverId, { who: 'Anna' })),
  },
  'Anna resets it': {
    of: 'site', rows: ['S19'], weight: 2, outage: false,
    begin: (scene, _fault, site) => scene.ask(site, (server) => server.reset(site.serverId, { who: 'Anna' })),
  },
  'Anna stops its recording here': {
    of: 'site', rows: [], weight: 1, outage: false,
    begin: (scene, _fault, site) => scene.ask(site, (server) => server.stopRecording(site.serverId, { who: 'Anna', confirm: site.serverId.toUpperCase() })),
  },
  'maintenance': {
    of: 'site', rows: ['O03'], weight: 2, outage: false,
    begin: (scene, fault, site) =>
      scene.ask(site, (server) =>
        server.maintenance(
          site.serverId,
          { untilMs: scene.world.clock.wallMs() + fault.forMs + 1000, ...(fault.chance < 0.5 ? { takeOver: true, confirm: site.serverId.toUpperCase() } : {}) },
          { who: 'Anna' },
        ),
      ),
  },
  'automatic take-over and restore are off for a while': {
    of: 'all', rows: [], weight: 1, outage: false,
    begin: (scene, fault) => scene.change((settings) => (fault.chance < 0.5 ? { ...settings, automaticTakeOver: false } : { ...settings, automaticRestore: false })),
    end: (scene) => scene.change((settings) => ({ ...settings, automaticTakeOver: true, automaticRestore: true })),
  },
  'there is room for few cameras only': {
    of: 'all', rows: ['M01', 'M03', 'M05'], weight: 4, outage: false,
    begin: (scene, fault) => scene.change((settings) => ({ ...settings, capacity: { ...settings.capacity, cameras: 1 + Math.floor(fault.chance * 3) } })),
    end: (scene) => scene.change((settings) => ({ ...settings, capacity: { ...settings.capacity, cameras: 128 } })),
  },
  'cold standby becomes hot, or hot cold': {
    of: 'site', rows: [], weight: 1, outage: false,
    begin: (scene, fault, site) =>
      scene.ask(site, (server) => Promise.resolve(server.changeServer(site.serverId, { standby: fault.chance < 0.5 ? 'hot' : 'cold' }, { who: 'Anna' }))),
  },
  'it is removed from the list and added again': {
    of: 'site', rows: ['O09'], weight: 1, outage: false,
    begin: (scene, _fault, site) => scene.ask(site, (server) => server.removeServer(site.serverId, { who: 'Anna', confirm: site.serverId.toUpperCase() })),
    end: (scene, _fault, site) => scene.addAgain(site),
  },
  'another failover server asks for it': {
    of: 'site', rows: [], weight: 1, outage: false,
    begin: (scene, _fault, site) => scene.askAsStranger(site),
  },
  'footage is locked as evidence': {
    of: 'site', rows: [], weight: 1, outage: false,
    begin: (scene, fault, site) => scene.lock(site, fault.chance),
  },
} satisfies Record<string, FaultDefinition>;
