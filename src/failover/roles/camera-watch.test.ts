import { expect, test } from 'vitest';
import { CameraWatch } from './camera-watch.ts';

const settle = (): Promise<void> => new Promise((go) => setImmediate(go));

function watched(): { watch: CameraWatch; asked: (string | null)[]; at: (ms: number, answer: string | null) => Promise<number> } {
  let nowMs = 0;
  let says: string | null = null;
  const asked: (string | null)[] = [];
  const clock = { monotonicMs: () => nowMs, wallMs: () => nowMs, uptimeMs: () => nowMs };
  const watch = new CameraWatch({ clock, ask: async (_, first) => (asked.push(first), Promise.resolve(says)) });
  return {
    watch, asked,
    at: async (ms, answer) => {
      nowMs = ms;
      says = answer;
      watch.look('s', true);
      await settle();
      return watch.answeringMs('s');
    },
  };
}

test('I2: it counts since the first answer, and begins anew with a miss', async () => {
  const { at, asked } = watched();
  expect(await at(0, null)).toBe(0);
  expect(await at(1000, 'cam-2')).toBe(0);
  expect(await at(1500, 'cam-2')).toBe(500); // not asked again within a second
  expect(await at(2000, 'cam-2')).toBe(1000);
  expect(await at(3000, null)).toBe(0);
  expect(await at(4000, 'cam-1')).toBe(0);
  expect(await at(6000, 'cam-1')).toBe(2000);
  // The one that answered last is asked before the others.
  expect(asked).toEqual([null, null, 'cam-2', 'cam-2', null, 'cam-1']);
});

test('a server that was heard is forgotten: the next silence counts from its own first answer', async () => {
  const { at, watch } = watched();
  await at(0, 'cam-1');
  expect(await at(5000, 'cam-1')).toBe(5000);
  watch.look('s', false);
  expect(watch.answeringMs('s')).toBe(0);
  expect(await at(9000, 'cam-1')).toBe(0);
});

test('an answer that comes after the server was heard proves nothing', async () => {
  let answer: (camera: string) => void = () => {};
  const clock = { monotonicMs: () => 0, wallMs: () => 0, uptimeMs: () => 0 };
  const watch = new CameraWatch({ clock, ask: () => new Promise((go) => (answer = go)) });
  watch.look('s', true);
  watch.look('s', false);
  answer('cam-1');
  await settle();
  expect(watch.answeringMs('s')).toBe(0);
});
