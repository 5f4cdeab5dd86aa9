import { expect, test } from 'vitest';
import type { CheckedCamera } from '../../src/contract/api/check.ts';
import { capabilityReasons, type MonitoredServer } from '../../src/contract/api/servers.ts';
import type { Reason } from '../../src/contract/api/common.ts';
import { failWords } from '../../src/core/detector/words.ts';
import { attentionOf } from '../../src/failover/api/views/attention.ts';
import { nextActionOf } from '../../src/failover/api/views/next-action.ts';
import { judgeProtection, type ProtectionFacts } from '../../src/failover/check/protection.ts';
import { whyGap } from '../../src/failover/footage/why-gap.ts';
import { said } from '../../web/src/texts/en-said.ts';
import { sayBy } from '../../web/src/texts/say-by.ts';

/** As the server writes moments. */
const moment = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
const own = (reason: Reason): string | null => sayBy(said, reason, moment);

const camera = (name: string, code: string): CheckedCamera => ({
  cameraId: name, name, address: '192.0.2.1:554', ok: false, reason: { code, text: code }, codec: null, width: null, height: null, peakBitsPerSecond: null, rate: 'assumed', answeredAfterMs: null,
});
const error = { code: 'backup.unreachable', text: 'The settings could not be fetched: no answer.' };
const good = { version: 3, atMs: 0, cameras: 2, verifiedMs: null };
const facts: ProtectionFacts = {
  nowMs: 10 * 86_400_000, authorized: true, neverSeen: true, automaticTakeOver: false, maintenanceUntilMs: 1_800_000_000_000, takenOver: false,
  backup: { lastGood: good, lastAttempt: null, error, held: { version: 4, atMs: 0, reason: { code: 'backup.suspicious', text: 'It lost 3 of 4 cameras.' } } },
  store: { state: 'ok', freeBytes: 1e9, text: '' },
  cameras: [camera('Gate', 'camera.unreachable'), camera('Yard', 'camera.unauthorized'), camera('Door', 'camera.codec'), ...['a', 'b', 'c', 'd'].map((name) => camera(name, 'camera.lost'))],
  needs: { cameras: 7, bitsPerSecond: 31_500_000 }, room: { cameras: 2, bitsPerSecond: 1e9 }, roomAtSecondFailure: { cameras: 1, bitsPerSecond: 1e9 },
};
const cases: readonly ProtectionFacts[] = [
  facts,
  { ...facts, authorized: false, room: facts.needs, backup: { ...facts.backup, lastGood: null }, cameras: null },
  { ...facts, backup: { ...facts.backup, lastGood: null, error: null }, needs: { cameras: 7, bitsPerSecond: 1e9 } },
  { ...facts, room: facts.needs, cameras: null, backup: { ...facts.backup, lastGood: { ...good, cameras: 0 }, error: { code: 'input.schema-newer', text: 'newer' } } },
];

test('every reason of protection is said by the catalogue as the server says it', () => {
  const found = cases.map(judgeProtection).flatMap(({ reasons, warnings }) => [...reasons, ...warnings]);
  expect(new Set(found.map(({ code }) => code)).size).toBeGreaterThanOrEqual(16);
  expect(found.map((reason) => [reason.code, own(reason)])).toEqual(found.map(({ code, text }) => [code, text]));
});

test('why a server failed, and why a button cannot be pressed', () => {
  for (const [code, text] of Object.entries(failWords)) if (code !== 'not recording') expect(own({ code, text })).toBe(text);
  for (const [code, text] of Object.entries(capabilityReasons)) expect(own({ code, text, with: { why: '' } })?.trim()).toBe(text);
});

type Seen = Parameters<typeof nextActionOf>[0];
const role: Seen['role'] = { state: 'standby', sinceMs: 0, reason: null, by: null, pinned: false, queuePosition: null, camerasRecording: 0, camerasWanted: 0, camerasKept: 0, cameras: [], outageId: null };
const detector: Seen['detector'] = { state: 'alive', sinceMs: 0, reason: null, with: null, code: null, deadlineMs: 5, deadlineFor: 'failed' };
const maintenance = { untilMs: 9, by: 'Ann', note: '', takenOver: false };

test('what happens by itself next', () => {
  const seen: readonly Seen[] = [
    ...(['suspect', 'connected', 'started', 'normal shutdown', 'abnormal shutdown'] as const).map((state) => ({ role, detector: { ...detector, state }, maintenance: null })),
    { role, detector: { ...detector, state: 'suspect' }, maintenance },
    { role, detector, maintenance: { ...maintenance, note: 'Held by hand by Ann' } },
    { role, detector, maintenance },
    ...(['held', 'queued', 'restoring'] as const).map((state) => ({ role: { ...role, state, reason: 'There is no room.' }, detector, maintenance: null })),
    { role: { ...role, state: 'active' }, detector: { ...detector, deadlineFor: 'recovered' }, maintenance: null },
  ];
  const found = seen.map((each) => nextActionOf(each, { automaticTakeOver: true, automaticRestore: true }));
  expect(found).not.toContain(null);
  expect(found.map((next) => own(next!.because))).toEqual(found.map((next) => next!.text));
});

test('why footage is missing', () => {
  const gap = { fromUs: 10e6, toUs: 20e6 };
  const outage = { steps: [], startedMs: 9_000, endedMs: null, decidedMs: 15_000, cause: { code: 'silent', text: failWords.silent } } as unknown as Parameters<typeof whyGap>[0]['outages'][number];
  const hosts = ['monitored server', 'failover server'] as const;
  const coverage = hosts.map((host) => ({ host, answer: { spans: [{ fromUs: 0, toUs: 1e6 }], exactness: 'exact' as const, durableUntilUs: 1e6 }, reason: null }));
  const found = hosts.flatMap((before) => hosts.flatMap((after) => [[], [outage], [{ ...outage, steps: [{ atMs: 12_000, from: '', to: 'maintenance', text: '' }] }]].map((outages) => whyGap({ coverage, outages }, { before: [before], after: [after] }, gap).reason)));
  found.push(whyGap({ coverage, outages: [] }, { before: [], after: [] }, gap).reason);
  found.push(whyGap({ coverage: [], outages: [] }, { before: [], after: [] }, gap).reason);
  for (const movedMs of [3_600_000, -3_600_000])
    found.push(whyGap({ coverage, outages: [], clockMarks: [{ fromUs: 0, toUs: 3_600e6, host: 'monitored server', movedMs, text: '' }] }, { before: [], after: [] }, gap).reason);
  expect(new Set(found.map(({ code }) => code)).size).toBeGreaterThanOrEqual(6);
  const phrase = ({ code, text }: Reason): string => (code === 'silent' ? failWords.silent : text);
  expect(found.map(own)).toEqual(found.map(phrase));
});

test('alarms that stand', () => {
  const gray = ['Gate', 'Yard', 'Door', 'Hall', 'Lift', 'Stairs', 'Roof', 'Cellar', 'Garage', 'Desk', 'Lane', 'Fence'].map((name) => ({ cameraId: name, name, newestUs: null, reason: { code: 'stalled', text: '' } }));
  const server = (id: string, state: MonitoredServer['state'], more: Partial<MonitoredServer> = {}): MonitoredServer =>
    ({ id, name: id, state, reason: null, gray, role: { state: 'standby', pinned: false, sinceMs: 0 }, protection: { protected: true, reasons: [] }, ...more }) as unknown as MonitoredServer;
  const alarm = (serverId: string, code: string, text: string) => ({ id: `${serverId} ${code}`, code, serverId, text, sinceMs: 0 });
  const causes = Object.entries(failWords).filter(([code]) => code !== 'not recording');
  const found = attentionOf(
    [
      ...causes.map(([code, text]) => alarm(code, 'failed', `The server failed: ${text}.`)),
      // As the machines say it: by ids.
      alarm('Alive', 'camera not recorded', 'The server is alive but does not record: c-1. Check these cameras, then the server.'),
      alarm('Few', 'camera not recorded', 'The server is alive but does not record: c-1. Check these cameras, then the server.'),
      alarm('Alive', 'server not recording', 'The server is alive but records no camera. Check its disk and its cameras.'),
      alarm('New', 'never seen', 'This server was never seen. It is not protected. Check its address and that its agent runs.'),
    ],
    [
      ...causes.map(([code, text]) => server(code, 'failed', { reason: { code, text } })),
      server('Alive', 'alive'),
      server('Few', 'alive', { gray: gray.slice(0, 1) }),
      server('New', 'never seen'),
      server('By hand', 'alive', { role: { state: 'active', pinned: true, sinceMs: 0 } as unknown as MonitoredServer['role'] }),
    ],
    (['unreachable', 'refused'] as const).map((state) => ({ id: state, name: state, address: 'b:1', url: 'https://b:1', self: false, state, reason: { code: 'link.unreachable', text: 'b:1 does not answer.' }, sinceMs: 5 })),
  ).map(({ reason }) => reason);
  expect(new Set(found.map(({ code }) => code))).toEqual(new Set(['failed', 'camera not recorded', 'server not recording', 'never seen', 'pinned', 'failover-unreachable', 'failover-refused']));
  expect(found.map((reason) => [reason.code, own(reason)])).toEqual(found.map(({ code, text }) => [code, text]));
});

test('an alarm whose reason its server does not tell stands as it was said', () => {
  const [failed] = attentionOf([{ id: 'a', code: 'failed', serverId: 's', text: 'The server failed: crash loop.', sinceMs: 0 }], [], []);
  expect(failed!.reason).toEqual({ code: 'failed', text: 'The server failed: crash loop.' });
  expect(own(failed!.reason)).toBeNull();
});
