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
  expect(attentionOf([notRecorded], [server('alive')]).map(({ reason }) => reason.text)).toEqual([
    'The server is alive but does not record: Gate north. Check these cameras, then the server.',
  ]);
});

test('a server that failed is not called alive by what it said before', () => {
  const failed = alarm('failed', 'The server failed: no keep-alive message came within the keep-alive time-out.');
  const found = attentionOf([notRecorded, failed, alarm('server not recording', 'The server is alive but records no camera.')], [server('failed')]);
  expect(found.map(({ reason }) => reason.code)).toEqual(['failed']);
  expect(attentionOf([notRecorded], [server('suspect')])).toHaveLength(1);
});
