import { expect, test } from 'vitest';
import type { Timers } from '../../platform/clock.ts';
import type { NewAuditEvent } from '../db/audit.ts';
import type { CameraView, FailoverServer, ServerView } from '../server-types.ts';
import type { Checker } from '../check/checker.ts';
import { watchChanges } from './watch.ts';

/** A server whose cameras' clocks the test moves; answers the events of one look. */
function rig() {
  const events: NewAuditEvent[] = [];
  let offsets: readonly (number | null)[] = [];
  let look = (): void => expect.unreachable();
  const camera = (at: number): CameraView => ({ id: `cam-${at}`, name: `Camera ${at}`, recorder: { clockOffsetMs: offsets[at] ?? null }, own: null }) as unknown as CameraView;
  const view = (): ServerView => ({ id: 'rec-1', name: 'North', link: { clockOffsetMs: null }, cameras: offsets.map((_, at) => camera(at)) }) as unknown as ServerView;
  const server = { servers: () => [view()], alarms: () => [], onEvent: () => () => undefined, note: (event: NewAuditEvent) => events.push(event) } as unknown as FailoverServer;
  const checker = { protections: () => new Map([['rec-1', { protected: true, reasons: [], checkedMs: null }]]) } as unknown as Checker;
  const timers = { every: (_ms: number, work: () => void) => ((look = work), () => undefined) } as unknown as Timers;
  watchChanges({ server, checker, timers, alarmed: () => undefined });
  return (...now: readonly (number | null)[]): readonly NewAuditEvent[] => {
    offsets = now;
    look();
    return events.splice(0);
  };
}

test('camera clocks that go astray are told once, together; one that wavers or is silent is no news', () => {
  const look = rig();
  expect(look(0, 900, null)).toEqual([]);
  expect(look(-2300, 1100, null)).toMatchObject([{ severity: 'warning', kind: 'clock', serverId: 'rec-1', to: 'astray', text: expect.stringContaining('Camera 0 (2.3 seconds behind), Camera 1 (1.1 seconds ahead).') as string }]);
  expect(look(-2400, 900, null)).toEqual([]);
  expect(look(null, 1100, null)).toEqual([]);
  expect(look(-2300, 1100, 5000)).toMatchObject([{ severity: 'warning', text: expect.stringContaining('more than 1 s off: Camera 2 (5.0 seconds ahead).') as string }]);
});

test('one that jumps all the time is told once, and is right again after five minutes without', () => {
  const look = rig();
  expect(Array.from({ length: 100 }, (_, at) => look(at % 2 === 0 ? 3_600_000 : 0)).flat()).toHaveLength(1);
  expect(Array.from({ length: 58 }, () => look(0)).flat()).toEqual([]);
  expect(look(0)).toMatchObject([{ severity: 'info', to: 'right', text: 'Cameras of North whose clock is right again: Camera 0.' }]);
  expect(look(0)).toEqual([]);
});

test('of many cameras some are named', () => {
  expect(rig()(...Array.from({ length: 200 }, () => 3_600_000))[0]?.text).toContain('Camera 4 (60 minutes ahead) and 195 more.');
});
