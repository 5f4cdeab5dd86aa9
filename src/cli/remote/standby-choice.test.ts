import { expect, test } from 'vitest';
import { standbyOf } from './standby-choice.ts';

const list = [
  { cameraId: 'a', name: 'Gate', maxSessions: null },
  { cameraId: 'b', name: 'Yard', maxSessions: 1 },
  { cameraId: 'c', name: 'Twin', maxSessions: 4 },
  { cameraId: 'd', name: 'Twin', maxSessions: 4 },
];

test('of the server, of cameras by id or name, and as the server again', () => {
  expect(standbyOf({ camera: [] }, [])).toBeUndefined();
  expect(standbyOf({ standby: 'hot', camera: [] }, [])).toEqual({ mode: 'hot', cameras: {} });
  expect(standbyOf({ standby: 'cold', camera: ['gate', 'b'] }, list)).toEqual({ cameras: { a: 'cold', b: 'cold' } });
  expect(standbyOf({ standby: 'server', camera: ['d'] }, list)).toEqual({ cameras: { d: null } });
});

test('what cannot be is refused, and says why', () => {
  expect(() => standbyOf({ standby: 'server', camera: [] }, list)).toThrow('"cold" or "hot"');
  expect(() => standbyOf({ standby: 'warm', camera: ['a'] }, list)).toThrow('"cold", "hot" or "server"');
  expect(() => standbyOf({ camera: ['a'] }, list)).toThrow('--standby is missing');
  expect(() => standbyOf({ standby: 'hot', camera: ['Attic'] }, list)).toThrow('no camera "Attic"');
  expect(() => standbyOf({ standby: 'hot', camera: ['Twin'] }, list)).toThrow('2 cameras');
  expect(() => standbyOf({ standby: 'hot', camera: ['Yard'] }, list)).toThrow('single session');
});
