import { once } from 'node:events';
import { expect, test } from 'vitest';
import { start, until } from '../recorder/rig.ts';

test('the demo for a program: one line of JSON when it is ready, why it ended, nothing else on stdout', async () => {
  const demo = start(['demo', '--json', '--port', '0', '--http-port', '0', '--cameras', '1']);
  let out = '';
  demo.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  demo.stderr?.resume();
  const closed = once(demo, 'close');
  try {
    await until('the demo being ready', () => out.includes('\n'), 120_000);
    const ready = JSON.parse(out) as { readonly ready: boolean; readonly url: string; readonly failoverUrl: string; readonly token: string };
    expect(ready.ready).toBe(true);
    expect((await fetch(ready.url)).status).toBe(200);
    // Its token may change something. A check of its own, since it added the servers, may be under way (409): one more look then.
    const check = async (): Promise<number> => (await fetch(`${ready.failoverUrl}/api/check`, { method: 'POST', headers: { authorization: `Bearer ${ready.token}` } })).status;
    const status = await until('no check being under way', async () => {
      const answered = await check();
      return answered !== 409 && answered;
    });
    expect(status).toBeLessThan(300);
  } finally {
    demo.kill('SIGTERM');
    expect(await closed).toEqual([0, null]);
  }
  expect(JSON.parse(out.slice(out.indexOf('\n')))).toEqual({ ended: 'ended by SIGTERM' });
});
