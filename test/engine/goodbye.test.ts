/** A server whose file is over says so (RTCP BYE) and leaves the session open: it is dialled anew soon, not after ten seconds. */
import { expect, it } from 'vitest';
import { hostileCamera, interleaved } from './hostile/camera.ts';
import { pictures } from './hostile/record.ts';
import { engineRig } from './rig.ts';

it('is dialled anew soon', async () => {
  const rig = await engineRig();
  const all = pictures({ seconds: 3 });
  const bye = Buffer.from('81cb000100001234', 'hex');
  const camera = await hostileCamera({ pictures: all, around: (i) => (i === all.length - 1 ? interleaved(1, bye) : Buffer.alloc(0)) });
  await rig.engine.apply([rig.job('c', camera.url)]);
  await camera.done;
  const { reason } = await rig.until('c', ({ state }) => state === 'stalled', 3);
  expect(reason).toMatchObject({ code: 'camera.lost', text: 'The camera said that its stream is over (RTCP BYE).' });
  const { counters } = await rig.until('c', ({ counters: { connects } }) => connects === 2, 3);
  expect(counters).toMatchObject({ frames: all.length, packetsLost: 0 });
});
