import fc from 'fast-check';
import { expect, it } from 'vitest';
import { deeds, playStory } from '../testing/host.ts';
import { detector } from './detector.ts';

it('whatever happens to an honest host, the detector never lies about it and never loses it (I2, I4)', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...deeds), { minLength: 1, maxLength: 60, size: 'max' }), (story) => {
      expect(playStory(detector, story)).toBeNull();
    }),
    { numRuns: 800, seed: 20261122 },
  );
});
