import { afterEach, describe, expect, test } from 'vitest';
import { openFootageDoor } from '../../src/failover/link/footage-door.ts';
import { systemClock, systemTimers } from '../../src/platform/clock.ts';
import { askBulk } from '../../src/platform/link-bulk.ts';
import { silentLog } from '../../src/platform/log.ts';
import type { Listening } from '../../src/platform/transport.ts';
import { Rig } from './rig.ts';

const rig = new Rig();
afterEach(async () => await rig.end());

const span = { fromUs: 0, toUs: 1 };

async function door(): Promise<Listening & { readonly pin: string; readonly ask: (name: string, serverId: string, purpose?: 'footage' | 'link') => Promise<string> }> {
  const transport = await rig.transport('fo-1');
  const keys = new Map([
    [(await rig.transport('rec-1')).fingerprint, 'rec-1'],
    [(await rig.transport('rec-2')).fingerprint, 'rec-2'],
  ]);
  const listening = await openFootageDoor({
    self: { id: 'fo-1', name: 'Failover', instance: 'i', boot: 'b' },
    transport,
    clock: systemClock,
    timers: systemTimers,
    log: silentLog,
    listen: { host: '127.0.0.1', port: 0 },
    serverOf: (fingerprint) => keys.get(fingerprint) ?? null,
    handlers: {
      'footage.rows': async ({ serverId, cameraId }) => ({ result: {}, body: one(`${serverId}/${cameraId}`) }),
    },
  });
  rig.onEnd(async () => await listening.close());
  return {
    ...listening,
    pin: transport.fingerprint,
    async ask(name, serverId, purpose = 'footage') {
      const target = { host: '127.0.0.1', port: listening.port, pin: transport.fingerprint };
      const { body } = await askBulk(await rig.transport(name), systemTimers, target, { purpose, from: name, name }, 'footage.rows', { serverId, cameraId: 'c1', span });
      let text = '';
      for await (const part of body) text += Buffer.from(part).toString();
      return text;
    },
  };
}

async function* one(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}

describe('the footage door (15411)', () => {
  test('a paired server reads its own recordings', async () => {
    const { ask } = await door();
    expect(await ask('rec-1', 'rec-1')).toBe('rec-1/c1');
  });

  test('nobody reads what is not his: strangers, other servers, other purposes', async () => {
    const { ask } = await door();
    await expect(ask('stranger', 'rec-1')).rejects.toMatchObject({ code: 'link.not-authorized' });
    await expect(ask('rec-2', 'rec-1')).rejects.toMatchObject({ code: 'link.not-authorized' });
    await expect(ask('rec-1', 'rec-1', 'link')).rejects.toMatchObject({ code: 'link.not-authorized' });
  });
});
