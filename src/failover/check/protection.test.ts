import { expect, test } from 'vitest';
import type { CheckedCamera } from '../../contract/api/check.ts';
import { judgeProtection, type ProtectionFacts } from './protection.ts';

const dayMs = 86_400_000;
const now = 1_800_000_000_000;
const camera = (change: Partial<CheckedCamera> = {}): CheckedCamera => ({
  cameraId: 'gate', name: 'Gate', address: '192.0.2.9:554', ok: true, reason: null, codec: 'h264', width: 1920, height: 1080,
  peakBitsPerSecond: 4e6, rate: 'measured', answeredAfterMs: 20, ...change,
});
const facts = (change: Partial<ProtectionFacts> = {}): ProtectionFacts => ({
  nowMs: now, authorized: true, neverSeen: false, automaticTakeOver: true, maintenanceUntilMs: null, takenOver: false,
  backup: { lastGood: { version: 3, atMs: now - dayMs, cameras: 1, verifiedMs: now - dayMs }, lastAttempt: null, error: null, held: null },
  store: { state: 'ok', freeBytes: 1e12, text: '' }, cameras: [camera()], needs: { cameras: 1, bitsPerSecond: 4e6 },
  room: { cameras: 10, bitsPerSecond: 1e9 }, roomAtSecondFailure: { cameras: 5, bitsPerSecond: 1e8 }, ...change,
});
const codes = (change: Partial<ProtectionFacts>): string[] => judgeProtection(facts(change)).reasons.map((reason) => reason.code);
const warnings = (change: Partial<ProtectionFacts>): string[] => judgeProtection(facts(change)).warnings.map((reason) => reason.code);

test('a server with everything in order is protected, without a reason', () => {
  expect(judgeProtection(facts())).toEqual({ protected: true, reasons: [], warnings: [] });
});

test('all reasons are told at once, worst first', () => {
  const all = { authorized: false, automaticTakeOver: false, backup: { lastGood: null, lastAttempt: null, error: null, held: null }, store: { state: 'missing', freeBytes: 0, text: '' } } as const;
  expect(codes(all)).toEqual(['not-authorized', 'no-backup', 'store-missing', 'automatic-off']);
});

test('one camera that cannot be reached makes the server not protected, by name', () => {
  const down = camera({ ok: false, name: 'Yard', reason: { code: 'camera.unreachable', text: '' } });
  expect(judgeProtection(facts({ cameras: [camera(), down] })).reasons).toEqual([
    { code: 'camera-unreachable', text: '"Yard" could not be reached from this failover server (1 of 2 cameras).', with: { names: ['Yard'], failing: 1, all: 2 } },
  ]);
  expect(codes({ cameras: [camera({ ok: false, reason: { code: 'camera.unauthorized', text: '' } })] })).toEqual(['camera-unauthorized']);
});

test('a camera whose only session its recorder holds does not unprotect', () => {
  expect(judgeProtection(facts({ cameras: [camera({ ok: false, reason: { code: 'camera.refused', text: '' } })] })).protected).toBe(true);
});

test('a newer schema unprotects before the failure, an older good version or not', () => {
  const error = { code: 'input.schema-newer', text: '' };
  expect(codes({ backup: { ...facts().backup, error } })).toEqual(['backup-newer-schema']);
  expect(codes({ backup: { lastGood: null, lastAttempt: null, error, held: null } })).toEqual(['backup-newer-schema']);
});

test('what only warns: failed or old backup, held version, never seen, not checked', () => {
  expect(warnings({ backup: { ...facts().backup, error: { code: 'backup.unreachable', text: 'x' } } })).toEqual(['backup-failed']);
  const old = { ...facts().backup, lastGood: { version: 1, atMs: now - 4 * dayMs, cameras: 1, verifiedMs: null } };
  expect(warnings({ backup: old })).toEqual(['backup-old']);
  expect(warnings({ backup: old, takenOver: true })).toEqual([]);
  expect(warnings({ neverSeen: true, cameras: null })).toEqual(['never-seen', 'not-checked']);
});

test('room: too small unprotects, too small for a second failure warns', () => {
  expect(codes({ needs: { cameras: 11, bitsPerSecond: 1 } })).toEqual(['no-capacity']);
  expect(codes({ needs: { cameras: 1, bitsPerSecond: 2e9 } })).toEqual(['no-capacity']);
  expect(warnings({ needs: { cameras: 6, bitsPerSecond: 1 } })).toEqual(['second-failure']);
});

test('a disk that does not last a day is told in hours', () => {
  expect(judgeProtection(facts({ store: { state: 'ok', freeBytes: 4e6 / 8 * 3600 * 5, text: '' } })).warnings).toEqual([
    { code: 'disk-short', text: "The free disk lasts about 5 h of this server's footage.", with: { hours: 5 } },
  ]);
});
