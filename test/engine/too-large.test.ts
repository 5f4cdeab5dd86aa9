/** A picture that no memory laid out for a camera can hold: the camera says so, the disk is not blamed, recording goes on behind it. */
import { expect, it } from 'vitest';
import { hostileCamera } from './hostile/camera.ts';
import { pictures } from './hostile/record.ts';
import { engineRig } from './rig.ts';

it('is told with its size', async () => {
  const rig = await engineRig();
  const all = pictures({ seconds: 6, gop: 25 });
  const large = Buffer.alloc(33 << 20, 7);
  all[50]?.nals.at(-1)?.copy(large, 0, 0, 20);
  const camera = await hostileCamera({ shape: { mtu: 60_000 }, pictures: all.map((picture, i) => (i === 50 ? { ...picture, nals: [...picture.nals.slice(0, -1), large] } : picture)) });
  const errors = new Set<string>();
  rig.engine.onStatuses((statuses) => statuses.forEach(({ writeError }) => writeError !== null && errors.add(writeError.code)));
  await rig.engine.apply([rig.job('c', camera.url)]);
  const { state, reason } = await rig.until('c', (status) => status.reason?.text.includes('A picture of 33.0 MiB came') ?? false);
  expect([state, reason?.code]).toEqual(['streaming', 'camera.codec']);
  await camera.done;
  const { counters } = await rig.until('c', (status) => status.counters.framesWritten >= 120);
  expect(counters).toMatchObject({ framesDropped: 25, packetsLost: 0, connects: 1 });
  expect([...errors]).toEqual([]);
  expect(rig.logs.filter((line) => line.includes('33.0 MiB'))).toHaveLength(1);
});
