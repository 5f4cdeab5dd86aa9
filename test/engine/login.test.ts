/** A camera that reckons one of the digests it offers wrongly is recorded, and its account is not knocked at on every dial. */
import { expect, it } from 'vitest';
import { hostileCamera, reply } from './hostile/camera.ts';
import { pictures } from './hostile/record.ts';
import { engineRig } from './rig.ts';

it('answers by MD5 where SHA-256 is refused, and at once so the next time', async () => {
  let dials = 0;
  const camera = await hostileCamera({
    pictures: pictures({ seconds: 3 }),
    answer: ({ method, cseq, text }) => {
      if (!text.includes('algorithm=MD5'))
        return reply(cseq, '401 Unauthorized', ['WWW-Authenticate: Digest realm="cam", nonce="abc", algorithm=SHA-256', 'WWW-Authenticate: Digest realm="cam", nonce="abc", algorithm=MD5']);
      return method === 'SETUP' && ++dials === 1 ? reply(cseq, '503 Service Unavailable') : null;
    },
  });
  const rig = await engineRig();
  await rig.engine.apply([rig.job('c', camera.url, { source: { username: 'user', password: 'secret' } })]);
  const { counters } = await rig.until('c', (status) => status.state === 'streaming');
  expect(counters.connects).toBe(2);
  expect(camera.asked.filter(({ text }) => text.includes('algorithm=SHA-256'))).toHaveLength(1);
});
