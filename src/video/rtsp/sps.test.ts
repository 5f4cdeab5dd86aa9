import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ParameterSets } from './parameter-sets.ts';
import { pictureSize } from './sps.ts';

// Made with x264 and x265 by ffmpeg 5.1.
it.each([
  ['h264', '6742c00cda0507e84000000300400000c8a3c50aa8', 320, 240],
  ['h264', '67640028acd940780227e5ffc000c00104000003000400000300c83c60c658', 1920, 1080],
  ['h264', '67640028acd94078044fdffe0006000820000003002000000643e2c5b2c0', 1920, 1080],
  ['h265', '420101016000000300900000030000030078a003c480110724996566924cafff08740b436808000003000800000300c840', 1922, 1082],
] as const)('%s %#: reads the size, cropping included', (codec, hex, width, height) => {
  expect(pictureSize(codec, Buffer.from(hex, 'hex'))).toEqual({ width, height });
});

it('answers null to anything else, and never throws', () => {
  fc.assert(
    fc.property(fc.constantFrom('h264' as const, 'h265' as const), fc.uint8Array({ maxLength: 60 }), (codec, bytes) => {
      const size = pictureSize(codec, bytes);
      if (size !== null) expect(size.width * size.height).toBeGreaterThan(0);
      const sets = new ParameterSets(codec, 90_000, [Buffer.from(bytes)]);
      sets.video(0);
    }),
  );
});
