import { expect, test } from 'vitest';
import { silentLog } from '../../platform/log.ts';
import { type KeepChecked, keepChecked } from './keep-checked.ts';

test('a server whose settings change all the time does not keep the others from being checked', async () => {
  let nowMs = 1_000_000;
  let look = (): void => undefined;
  const results = new Map<string, { readonly atMs: number; readonly backupVersion: number; readonly cameras: readonly never[] }>();
  let version = 1;
  const checked: string[] = [];
  keepChecked({
    subject: { servers: () => ['restless', 'calm', 'calm too'].map((id) => ({ id, role: { state: 'standby' } })) },
    checker: {
      result: (id: string) => results.get(id) ?? null,
      check: async (id: string) => {
        checked.push(id);
        results.set(id, { atMs: nowMs, backupVersion: id === 'restless' ? version++ : 1, cameras: [] });
      },
    },
    backupState: (id: string) => ({ lastGood: { version: id === 'restless' ? version : 1 } }),
    clock: { wallMs: () => nowMs },
    timers: { every: (_: number, run: () => void) => ((look = run), () => undefined) },
    log: silentLog,
  } as unknown as KeepChecked);
  for (let round = 0; round < 4; round++) {
    nowMs += 5000;
    look();
    await new Promise((done) => setImmediate(done));
  }
  expect(new Set(checked)).toEqual(new Set(['restless', 'calm', 'calm too']));
});
