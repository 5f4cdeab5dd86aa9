import { expect, test } from 'vitest';
import type { MonitoredServer } from '../../../src/contract/api/servers.ts';
import { roleText } from './server-state.tsx';

const inRole = (state: MonitoredServer['role']['state']): string =>
  roleText({ state: 'failed', can: { takeOver: { allowed: true } }, role: { state, queuePosition: 2, camerasRecording: 1, cameras: 3, camerasKept: 1 } } as unknown as MonitoredServer);

test('only what is being taken over is called so: what is held back, waits or is stopped is not', () => {
  expect(inRole('taking over')).toBe('Taking over, 1 of 3 cameras recording');
  for (const state of ['held', 'queued', 'stopping', 'restoring', 'active'] as const) expect(inRole(state)).not.toContain('Taking over');
  expect(inRole('held')).toBe('Take-over held back');
});
