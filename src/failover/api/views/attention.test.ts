import { expect, test } from 'vitest';
import type { MonitoredServer } from '../../../contract/api/servers.ts';
import type { Alarm } from '../../server-types.ts';
import { attentionOf } from './attention.ts';

const gray = [{ cameraId: 'c-1', name: 'Gate north', newestUs: null, reason: { code: 'stalled', text: '' } }];
/** Only what the view looks at. */
const server = (state: MonitoredServer['state'], more: Partial<MonitoredServer> = {}): MonitoredServer =>
  ({ id: 's', name: 'North', state, gray, role: { state: 'standby', pinned: false }, protection: { protected: true, reasons: [] }, ...more }) as unknown as MonitoredServer;
const alarm = (code: string, text: string): Alarm => ({ id: `a ${code}`, code, serverId: 's', text, sinceMs: 0 });
const notRecorded = alarm('camera not recorded', 'The server is alive but does not record: c-1. Check these cameras, then the server.');

test('cameras that are not recorded are told by their names', () => {
  expect(attentionOf([notRecorded], [server('alive')], []).map(({ reason }) => reason.text)).toEqual([
    'The server is alive but does not record: Gate north. Check these cameras, then the server.',
  ]);
});

test('a server that failed is not called alive by what it said before', () => {
  const failed = alarm('failed', 'The server failed: no keep-alive message came within the keep-alive time-out.');
  const found = attentionOf([notRecorded, failed, alarm('server not recording', 'The server is alive but records no camera.')], [server('failed')], []);
  expect(found.map(({ reason }) => reason.code)).toEqual(['failed']);
  expect(attentionOf([notRecorded], [server('suspect')], [])).toHaveLength(1);
});

test('an alarm of the failover server itself leads to no server’s page', () => {
  const advices = (serverId: string | null): readonly string[] => attentionOf([{ ...alarm('observer unsure', ''), serverId }], [server('alive')], []).map(({ advice }) => advice);
  expect(advices(null)).toEqual(['The events say more.']);
  expect(advices('s')).toEqual(['The page of the server says more.']);
});

test('another failover server that does not answer needs somebody: what it stands by for is not known here', () => {
  const row = { id: 'f2', name: 'Failover 2', address: 'b:1', url: 'https://b:1', self: false, state: 'running', reason: null, sinceMs: 5 } as const;
  const gone = { ...row, state: 'unreachable', reason: { code: 'link.unreachable', text: 'b:1 does not answer.' } } as const;
  expect(attentionOf([], [], [{ ...gone, self: true }, row, { ...gone, sinceMs: null }])).toEqual([]);
  expect(attentionOf([], [], [gone])).toMatchObject([{ id: 'failover f2', severity: 'alarm', serverId: null, sinceMs: 5, reason: { code: 'failover-unreachable', text: 'The failover server Failover 2 cannot be reached from this one: b:1 does not answer. What it stands by for is not known here.' } }]);
});
