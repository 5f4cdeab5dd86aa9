import { afterEach, expect, test } from 'vitest';
import { linkVersion } from '../../src/contract/link.ts';
import { systemClock, systemTimers } from '../../src/platform/clock.ts';
import { askRemote } from '../../src/recorder/playback/remote.ts';
import { Rig } from './rig.ts';

const rig = new Rig();
afterEach(async () => await rig.end());

const welcome = { type: 'welcome', version: linkVersion, server: 'fo-1', instance: 'i', agentBoot: 'a', boot: 'b', phase: 'unknown', name: 'Failover', make: 'm', makeVersion: '1', wallMs: 1, seq: 0 };

test.each([
  ['no JSON', '{'],
  ['an unknown type', '{"type":"surprise"}'],
  ['a response without its word', '{"type":"response","id":1}'],
  ['spans that are none', '{"type":"response","id":1,"ok":true,"result":{"spans":[{"fromUs":"x"}],"exactness":"exact","durableUntilUs":null}}'],
])('a failover server that answers the recorder with %s is an unreachable one, and ends nobody', async (_, answer) => {
  const failover = await rig.transport('fo-1');
  const listening = await failover.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
    connection.onClose(() => undefined);
    connection.onMessage((data) => connection.send(typeof data === 'string' && data.includes('"hello"') ? JSON.stringify(welcome) : answer));
  });
  rig.onEnd(async () => await listening.close());
  const ports = { transport: await rig.transport('rec-1'), clock: systemClock, timers: systemTimers, serverId: 'rec-1', name: 'Recorder', pin: async () => failover.fingerprint };
  const pointer = { failoverAddress: `127.0.0.1:${listening.port}`, monitoredAddress: '127.0.0.1' };
  expect(await askRemote(ports, pointer, { serverId: 'rec-1', cameraId: 'c1' }, { fromUs: 0, toUs: 1 })).toMatchObject({ reachable: false });
});
