import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { activeDesk, Desk, seen } from '../testing/desk.ts';
import { plan, roomWish, type Capacity, type PlannedServer } from './plan.ts';

const unlimited: Capacity = { cameras: null, bitsPerSecond: null, freeBytes: null, diskMs: 86_400_000 };

function server(serverId: string, priority: number, count: number, fields: Partial<PlannedServer> = {}): PlannedServer {
  const cameras = Array.from({ length: count }, (_, index) => ({ id: `cam-${index}`, priority: index, bitsPerSecond: 4e6 }));
  return { serverId, priority, cameras, running: [], wants: true, ...fields };
}

const granted = (servers: readonly PlannedServer[], capacity: Partial<Capacity>): Readonly<Record<string, number>> =>
  Object.fromEntries(plan(servers, { ...unlimited, ...capacity }).map((grant) => [grant.serverId, grant.cameras.length]));

describe('the plan', () => {
  it('F80 gives room by priority, within cameras, Mbit/s and disk (M01)', () => {
    const servers = [server('low', 2, 4), server('high', 1, 4)];
    expect(granted(servers, {})).toEqual({ high: 4, low: 4 });
    expect(granted(servers, { cameras: 4 })).toEqual({ high: 4, low: 0 });
    expect(granted(servers, { bitsPerSecond: 17e6 })).toEqual({ high: 4, low: 0 });
    expect(granted(servers, { freeBytes: 4 * 4e6 * 0.125 * 86_400 })).toEqual({ high: 4, low: 0 });
    expect(plan(servers, { ...unlimited, cameras: 4 }).map((grant) => grant.why)).toEqual(['', expect.stringContaining('all 4 cameras')]);
    expect(granted([server('quiet', 1, 4, { wants: false }), server('loud', 2, 4)], { cameras: 4 })).toEqual({ quiet: 0, loud: 4 });
  });

  it('F80 of twelve failed servers the first four by priority are served (M03)', () => {
    const servers = Array.from({ length: 12 }, (_, index) => server(`server-${String(index).padStart(2, '0')}`, 20 - index, 4));
    const served = plan(servers, { ...unlimited, cameras: 16 }).filter((grant) => grant.cameras.length > 0);
    expect(served.map((grant) => grant.serverId)).toEqual(['server-11', 'server-10', 'server-09', 'server-08']);
  });

  it('F81 never pre-empts', () => {
    const running = server('low', 9, 4, { running: ['cam-0', 'cam-1', 'cam-2', 'cam-3'], wants: false });
    expect(granted([running, server('high', 1, 4)], { cameras: 4 })).toEqual({ high: 0, low: 4 });
    expect(granted([running, server('high', 1, 4)], { cameras: 2 })).toEqual({ high: 0, low: 4 });
  });

  it('F82 takes a server that is too big in part, its first cameras (M05)', () => {
    const [grant] = plan([server('big', 1, 6)], { ...unlimited, cameras: 4 });
    expect(grant).toMatchObject({ cameras: ['cam-0', 'cam-1', 'cam-2', 'cam-3'], waiting: ['cam-4', 'cam-5'], why: expect.stringContaining('No room') });
  });

  it('F83 keeps no room for a held take-over that may never begin', () => {
    const silent = seen.failed('silent');
    expect(roomWish(new Desk({ detector: silent }).look().state)).toEqual({ running: [], wants: true });
    expect(roomWish(new Desk({ detector: silent, storm: true }).look().state).wants).toBe(false);
    expect(roomWish(new Desk({ detector: silent }).look().send({ type: 'no camera answered' }).state).wants).toBe(false);
    expect(roomWish(new Desk().state).wants).toBe(false);
    expect(roomWish(activeDesk().state)).toEqual({ running: ['cam-a', 'cam-b', 'cam-s'], wants: true });
    expect(roomWish(activeDesk().look({ detector: seen.alive }).proves(['cam-a']).letGo('cam-a').state)).toEqual({ running: ['cam-a', 'cam-b', 'cam-s'], wants: false });
  });

  it('F80 F81 holds for any servers: what runs stays, the limit holds for the rest, nobody of lower priority runs instead', () => {
    const anyServer = fc.record({ priority: fc.integer({ min: 1, max: 3 }), count: fc.integer({ min: 0, max: 4 }), run: fc.integer({ min: 0, max: 4 }), wants: fc.boolean() });
    fc.assert(
      fc.property(fc.array(anyServer, { maxLength: 6 }), fc.integer({ min: 0, max: 12 }), (list, room) => {
        const servers = list.map((item, index) => server(`s${index}`, item.priority, item.count, { wants: item.wants, running: Array.from({ length: Math.min(item.run, item.count) }, (_, camera) => `cam-${camera}`) }));
        const grants = plan(servers, { ...unlimited, cameras: room });
        const running = servers.reduce((sum, item) => sum + item.running.length, 0);
        const total = grants.reduce((sum, grant) => sum + grant.cameras.length, 0);
        expect(total).toBeLessThanOrEqual(Math.max(room, running));
        grants.forEach((grant, index) => {
          const own = servers.find((item) => item.serverId === grant.serverId);
          for (const camera of own?.running ?? []) expect(grant.cameras).toContain(camera);
          if (own?.wants !== true || grant.waiting.length === 0) return;
          expect(total).toBeGreaterThanOrEqual(room);
          for (const later of grants.slice(index + 1)) expect(later.cameras).toEqual(servers.find((item) => item.serverId === later.serverId)?.running);
        });
      }),
    );
  });
});
