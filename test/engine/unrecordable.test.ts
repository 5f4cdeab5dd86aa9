/** Cameras that cannot be recorded say why in words, and leave the others alone. */
import { expect, it } from 'vitest';
import { hostileCamera, type Oddity } from './hostile/camera.ts';
import { pictures } from './hostile/record.ts';
import { engineRig } from './rig.ts';

const slow = pictures({ seconds: 40, fps: 5, gop: 10 });
const cases: readonly { readonly odd: Partial<Oddity>; readonly said: RegExp }[] = [
  { odd: { sdp: (usual) => usual.replaceAll('96', '98') }, said: /another payload type than the camera describes/ },
  { odd: { mangle: (packets) => packets.map((packet) => Buffer.concat([packet.subarray(0, 12), Buffer.from([0x7e]), packet.subarray(13)])) }, said: /nothing in them is a picture/ },
  { odd: { sdp: (usual) => usual.replace('RTP/AVP', 'RTP/SAVP').concat('a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n') }, said: /H264 encrypted by SRTP/ },
  { odd: { sdp: (usual) => usual.replaceAll('H264', 'MP4V-ES') }, said: /only MP4V-ES/ },
];

it('is told by the status', async () => {
  const rig = await engineRig();
  const whole = await hostileCamera({ pictures: slow });
  const cameras = await Promise.all(cases.map(({ odd }) => hostileCamera({ pictures: slow, ...odd })));
  await rig.engine.apply([rig.job('whole', whole.url), ...cameras.map(({ url }, i) => rig.job(`c${i}`, url))]);
  for (const [i, { said }] of cases.entries()) {
    const { reason } = await rig.until(`c${i}`, (status) => said.test(status.reason?.text ?? ''), 15);
    expect(reason?.code).toBe('camera.codec');
  }
  const { counters, state } = await rig.until('whole', (status) => status.counters.frames > 40, 20);
  expect([state, counters.connects, counters.framesDropped]).toEqual(['streaming', 1, 0]);
  expect(rig.segments('whole')).toHaveLength(1);
  expect(cases.map((_, i) => rig.segments(`c${i}`))).toEqual(cases.map(() => []));
});
