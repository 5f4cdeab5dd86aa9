import { once } from 'node:events';
import { expect, it } from 'vitest';
import { startThread } from './threads.ts';

it('runs a module from source in a thread, with its imports and data', async () => {
  const thread = startThread(import.meta.url, './example-thread', { name: 'fixture', data: 20 });
  const [answer] = await once(thread, 'message');
  expect(answer).toEqual({ sum: 41, unit: expect.any(Number) });
  await thread.terminate();
});
