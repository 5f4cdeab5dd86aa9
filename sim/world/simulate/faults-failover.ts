import type { FaultDefinition } from './faults.ts';
import { failpoints } from './failpoints.ts';

/** What happens to the failover server, its clocks and its disks. Whoever kills it need not start it: its supervisor does. */
export const failoverFaults = {
  'the failover server is killed': {
    of: 'all', rows: ['S10', 'S19', 'R11b'], weight: 4, outage: false,
    begin: (scene) => scene.world.killFailover(),
  },
  'the failover server is killed at a failpoint': {
    of: 'all', rows: ['S10', 'S11', 'S12', 'S13', 'S14', 'S15', 'S16', 'S17', 'S18', 'S19', 'S20', 'S21', 'S22', 'S23', 'S24', 'S25', 'S26'], weight: 10, outage: false,
    begin: (scene, fault) => {
      scene.world.dieAt = failpoints[Math.floor(fault.chance * failpoints.length)] ?? null;
    },
  },
  'the failover server dies in the middle of a commit': {
    of: 'all', rows: ['S10', 'S19'], weight: 3, outage: false,
    begin: (scene, fault) => {
      scene.world.faulty.cut = fault.chance < 0.5 ? 'before commit' : 'after commit';
    },
  },
  'the failover server stays away for a while': {
    of: 'all', rows: ['R11b'], weight: 2, outage: false,
    begin: (scene, fault) => {
      scene.keepDown(fault.forMs);
      scene.world.killFailover();
    },
  },
  'power fails everywhere; recorders boot slower than the failover server': {
    of: 'all', rows: ['S38', 'S39'], weight: 2, outage: true, allMemory: true,
    begin: (scene, fault) => {
      for (const site of scene.sites) site.powerOff();
      scene.keepDown(fault.forMs / 2);
      scene.world.powerOffFailover();
    },
    end: async (scene, fault) => {
      for (const site of scene.sites) await scene.later(fault.chance * 4000, () => site.boot());
    },
  },
  'the failover server ends in order and starts again': {
    of: 'all', rows: ['R11b'], weight: 2, outage: false,
    begin: async (scene) => {
      await scene.world.failover?.stop();
      scene.world.killFailover();
    },
  },
  'the failover server stands still': {
    of: 'all', rows: ['S27', 'S29'], weight: 5, outage: false,
    begin: (scene, fault) => scene.freeze(fault.chance < 0.5 ? 3000 : 30_000),
  },
  'the failover server is suspended': {
    of: 'all', rows: ['S31'], weight: 2, outage: false,
    begin: (scene, fault) => scene.suspend(60_000 + Math.round(fault.chance * 540_000)),
  },
  'the wall clock of the failover server steps': {
    of: 'all', rows: ['T01'], weight: 3, outage: false,
    begin: (scene, fault) => {
      const { clock } = scene.world;
      scene.doubted();
      clock.step(fault.chance < 0.2 ? -clock.wallMs() : Math.round((fault.chance - 0.6) * 5 * 3_600_000));
    },
    end: (scene) => {
      scene.doubted();
      scene.world.clock.right();
    },
  },
  'the wall clock of the failover server drifts': {
    of: 'all', rows: ['T01'], weight: 2, outage: false,
    begin: (scene, fault) => scene.world.clock.driftBy((fault.chance - 0.5) * 4e-4),
    end: (scene) => scene.world.clock.driftBy(0),
  },
  'the disk of the database is full': {
    of: 'all', rows: [], weight: 3, outage: false,
    begin: (scene) => {
      scene.world.faulty.full = true;
    },
    end: (scene) => {
      scene.world.faulty.full = false;
    },
  },
  'the disk of the database is slow': {
    of: 'all', rows: ['S27'], weight: 2, outage: false,
    begin: (scene) => {
      scene.world.faulty.slowMs = 400;
    },
    end: (scene) => {
      scene.world.faulty.slowMs = 0;
    },
  },
  'the store path is full, gone or read-only': {
    of: 'all', rows: [], weight: 3, outage: false,
    begin: (scene, fault) => scene.store((['full', 'missing', 'read-only'] as const)[Math.floor(fault.chance * 3)] ?? 'full'),
    end: (scene) => scene.store('ok'),
  },
  'the backup directory is full': {
    of: 'all', rows: ['B08'], weight: 2, outage: false,
    begin: (scene) => {
      scene.world.blobs.full = true;
    },
    end: (scene) => {
      scene.world.blobs.full = false;
    },
  },
  'the disk of the backups is away': {
    of: 'all', rows: [], weight: 2, outage: false,
    begin: (scene) => {
      scene.world.blobs.away = true;
    },
    end: (scene) => {
      scene.world.blobs.away = false;
    },
  },
  'the disk of the backups answers nothing': {
    of: 'all', rows: [], weight: 2, outage: false,
    begin: (scene) => scene.world.blobs.hang(),
    end: (scene) => scene.world.blobs.answer(),
  },
  'the newest backup of a server rots': {
    of: 'site', rows: ['B01'], weight: 2, outage: false,
    begin: (scene, _fault, site) => scene.rotBackups(site, 1),
  },
  'all backups of a server rot': {
    of: 'site', rows: ['B01'], weight: 1, outage: false,
    begin: (scene, _fault, site) => scene.rotBackups(site, 1000),
  },
  'somebody edits a time-out in the database': {
    of: 'all', rows: ['O04'], weight: 1, outage: false,
    begin: (scene) => scene.editDatabase(`UPDATE settings SET value = '1000' WHERE key = 'settings.timeouts.keepAliveMs'`),
    end: (scene) => scene.mendDatabase(),
  },
  'somebody edits a role in the database': {
    of: 'all', rows: [], weight: 1, outage: false,
    begin: (scene) => scene.editDatabase(`UPDATE states SET state = '{"kind":"restoring"}' WHERE machine = 'role'`),
    end: (scene) => scene.mendDatabase(),
  },
} satisfies Record<string, FaultDefinition>;
