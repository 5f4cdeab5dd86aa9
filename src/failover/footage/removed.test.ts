/** A server that was removed from the list: its footage stays, nobody answers for it any more. */
import { describe, expect, test, vi } from 'vitest';
import { UnderstudyError } from '../../contract/errors.ts';
import type { CoverageAnswer, EvidenceLock } from '../../video/contract.ts';
import type { FailoverServer, OutageView } from '../server-types.ts';
import { Locks } from './locks.ts';
import { removedNames } from './removed-names.ts';
import { measure, reportOf } from './report.ts';

const hour = 3_600_000;
const lock: EvidenceLock = { id: 'l1', serverId: 'alpha', cameraId: 'cam-1', fromUs: 1, toUs: 2, reason: 'a case', lockedBy: 'Anna', lockedAtUs: 3 };

/** What is asked of the failover server here; the server `alpha` is in its list or not. */
function failover(listed: boolean, own: CoverageAnswer | null = null) {
  const held = new Map([[lock.id, lock]]);
  const request = vi.fn(() => Promise.reject(new UnderstudyError('link.unreachable', 'Alpha does not answer.')));
  const server = {
    clockSteps: () => [], servers: () => (listed ? [{ id: 'alpha', name: 'Alpha', cameras: [], link: { connected: true, clockOffsetMs: 0 }, detector: { code: null } }] : []),
    find: () => (listed ? {} : null),
    store: {
      locks: () => Promise.resolve([...held.values()]),
      unlock: (id: string) => Promise.resolve(void held.delete(id)),
      coverage: () => (own === null ? Promise.reject(new UnderstudyError('store.io', 'The disk does not answer.')) : Promise.resolve(own)),
    },
    link: { request },
    audit: () => [],
    note: vi.fn(),
  };
  return { server: server as unknown as FailoverServer, held, request, note: server.note };
}

describe('evidence locks', () => {
  test('are undone here, and it is said that the recorder keeps its own', async () => {
    const { server, held, request, note } = failover(false);
    await new Locks(server, () => 'id', () => 0).unlock('l1', 'Ben');
    expect(held.size).toBe(0);
    expect(request).not.toHaveBeenCalled();
    expect(note).toHaveBeenCalledWith(expect.objectContaining({ actor: 'Ben', text: expect.stringMatching(/unlocked.*not monitored any more/) }));
  });

  test('of a server in the list wait for it: a lock that it kept would come back', async () => {
    const { server, held } = failover(true);
    await expect(new Locks(server, () => 'id', () => 0).unlock('l1', 'Ben')).rejects.toMatchObject({ code: 'link.unreachable' });
    expect(held.size).toBe(1);
  });
});

describe('the report of its outage', () => {
  const outage: OutageView = {
    id: 'o1', serverId: 'alpha', serverName: 'Alpha', cause: { code: 'silent', text: 'silent' }, standby: 'cold', startedMs: 100 * hour, decidedMs: 100 * hour + 3000, restoredMs: null, endedMs: 101 * hour,
    steps: [], handBacks: [], timesSureFromMs: null, runs: [{ cameraId: 'cam-1', name: 'Gate', fromUs: (100 * hour + 4000) * 1000, toUs: 101 * hour * 1000, fate: 'kept' }],
  };
  const own: CoverageAnswer = { spans: [{ fromUs: (100 * hour + 4000) * 1000, toUs: 101 * hour * 1000 }], exactness: 'exact', durableUntilUs: 101 * hour * 1000 };
  const at = async (nowMs: number, listed = false, answer: CoverageAnswer | null = own, view = outage) => reportOf(view, await measure(failover(listed, answer).server, view, nowMs));

  test('is closed after an hour with the reason: it may have been removed by mistake', async () => {
    expect(await at(102 * hour - 1)).toMatchObject({ state: 'preliminary' });
    expect(await at(102 * hour + 1)).toMatchObject({ state: 'closed', missing: [{ text: expect.stringContaining('no longer monitored') }] });
  });

  test('stays preliminary while its server is in the list, our own disk does not answer, or provisional footage waits', async () => {
    expect(await at(200 * hour, true)).toMatchObject({ state: 'preliminary' });
    expect(await at(200 * hour, false, null)).toMatchObject({ state: 'preliminary' });
    const waiting: OutageView = { ...outage, runs: outage.runs.map((run) => ({ ...run, fate: 'provisional' })) };
    expect(await at(200 * hour, false, own, waiting)).toMatchObject({ state: 'preliminary' });
  });
});

describe('its footage', () => {
  const runsOf = (...names: readonly (readonly [string, string])[]): OutageView['runs'] => names.map(([cameraId, name]) => ({ cameraId, name, fromUs: 1, toUs: 2, fate: 'kept' }));
  const views = new Map([['o2', { serverName: 'Alpha', runs: runsOf(['cam-1', 'Gate']) }], ['o1', { serverName: 'Old name', runs: runsOf(['cam-1', 'Door'], ['cam-2', 'Yard']) }]]);
  const server = { outages: () => [...views.keys()].map((id) => ({ id })), outage: (id: string) => views.get(id) } as unknown as FailoverServer;

  test('keeps the names that its outages tell, the newest first', () => {
    const names = removedNames(server, 'alpha');
    expect([names.server, names.camera('cam-1'), names.camera('cam-2'), names.camera('cam-3')]).toEqual(['Alpha', 'Gate', 'Yard', 'cam-3']);
    expect(removedNames({ ...server, outages: () => [] }, 'alpha').server).toBe('alpha');
  });
});
