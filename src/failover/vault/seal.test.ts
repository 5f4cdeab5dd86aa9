import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemRandom } from '../../platform/random.ts';
import { collect, isOtherKey, once, seal, sealBytes, unseal, unsealBytes, vaultKey } from './seal.ts';

const key = vaultKey(new Uint8Array(32).fill(7));
const refuses = (bytes: Uint8Array): Promise<unknown> => unsealBytes(key, bytes).then(() => null, (error: unknown) => error);

async function* pieces(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test('what was sealed comes back, whatever its length and however it is cut', async () => {
  for (const length of [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000])
    for (const size of [1000, 65_536, 1_000_000]) {
      const plain = systemRandom.bytes(length);
      const sealed = await collect(seal(key, systemRandom, pieces(plain, size)));
      if (length >= 64) expect(sealed.indexOf(Buffer.from(plain.subarray(0, 64))), 'nothing in clear').toBe(-1);
      expect((await collect(unseal(key, pieces(sealed, size)))).equals(plain), `${length} in ${size}`).toBe(true);
    }
});

test('one flipped bit anywhere is noticed', async () => {
  const sealed = await sealBytes(key, systemRandom, systemRandom.bytes(70_000));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: sealed.length * 8 - 1 }), async (bit) => {
      const damaged = Uint8Array.from(sealed);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(await refuses(damaged)).toMatchObject({ code: 'backup.corrupt' });
    }),
    { numRuns: 60 },
  );
});

test('a file that was cut, lengthened, or whose chunks were swapped is noticed', async () => {
  const chunk = 65_536 + 16;
  const sealed = await sealBytes(key, systemRandom, systemRandom.bytes(3 * 65_536));
  for (const cut of [0, 4, 27, 28, 28 + chunk, 28 + 2 * chunk, sealed.length - 1]) expect(await refuses(sealed.subarray(0, cut)), String(cut)).toMatchObject({ code: 'backup.corrupt' });
  expect(await refuses(Buffer.concat([sealed, Buffer.alloc(1)]))).toMatchObject({ code: 'backup.corrupt' });
  const swapped = Buffer.concat([sealed.subarray(0, 28), sealed.subarray(28 + chunk, 28 + 2 * chunk), sealed.subarray(28, 28 + chunk), sealed.subarray(28 + 2 * chunk)]);
  expect(await refuses(swapped)).toMatchObject({ code: 'backup.corrupt' });
});

test('another key is told apart from damage', async () => {
  const sealed = await sealBytes(vaultKey(new Uint8Array(32).fill(8)), systemRandom, new Uint8Array(10));
  expect(isOtherKey(await refuses(sealed))).toBe(true);
  const own = Uint8Array.from(await sealBytes(key, systemRandom, new Uint8Array(10)));
  own[own.length - 1]! ^= 1;
  expect(isOtherKey(await refuses(own))).toBe(false);
});

test('the same content sealed twice looks different', async () => {
  const one = await collect(seal(key, systemRandom, once(new Uint8Array(100))));
  const two = await collect(seal(key, systemRandom, once(new Uint8Array(100))));
  expect(one.equals(two)).toBe(false);
});
