import { expect, test } from 'vitest';
import { alarmKinds } from '../../contract/api/events.ts';
import { alarmNames } from '../../core/effects.ts';
import { kindOfAlarm, kindOfEvent, wordsOfEvent } from './kinds.ts';

test('every alarm of the machines is about a kind that can be switched', () => {
  for (const name of alarmNames) expect(alarmKinds, name).toContain(kindOfAlarm(name));
  expect(kindOfAlarm('backup.corrupt')).toBe('backup failed');
  expect(kindOfAlarm('store.full')).toBe('disk');
  expect(kindOfAlarm('something else')).toBeNull();
});

test('every kind is reached by an alarm or an event', () => {
  const events = [
    { kind: 'role', from: 'taking over', to: 'active' },
    { kind: 'role', from: 'restoring', to: 'standby' },
    { kind: 'protection', from: 'protected', to: 'not protected' },
    { kind: 'clock', from: null, to: null },
  ];
  const reached = new Set([...alarmNames, 'backup.corrupt', 'store.full'].map(kindOfAlarm).concat(events.map(kindOfEvent)));
  for (const kind of alarmKinds) expect([...reached], kind).toContain(kind);
  expect(kindOfEvent({ kind: 'role', from: 'queued', to: 'standby' })).toBeNull();
});

test('what is told of a role is a sentence without states and ids, once for a take-over', () => {
  const words = (from: string, to: string): string => wordsOfEvent({ kind: 'role', from, to, serverName: 'North', text: `North: ${from} → ${to}, the camera cam-10 is recorded here.` }, 'Failover 1');
  expect(words('taking over', 'active')).toBe('North is taken over: Failover 1 records its cameras.');
  expect(words('restoring', 'standby')).toBe('North is restored: it records its cameras itself again.');
  expect(words('stopping', 'standby')).toBe('Failover 1 has stopped recording for North.');
  expect(kindOfEvent({ kind: 'role', from: 'active', to: 'active' }), 'one camera more').toBeNull();
});
