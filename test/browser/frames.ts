import type { Page } from '@playwright/test';

/** One frame that the page showed: its time by the player, and the second (0 to 10) that is burned into its picture. */
export interface ShownFrame {
  readonly shownUs: number;
  /** From the place of the box that crosses the simulated scene once in ten seconds; null where it is cut by the edge. */
  readonly burned: number | null;
  /** By the clock on the wall (performance.now) when it was shown. */
  readonly atMs: number;
}

declare global {
  interface Window {
    shownFrames: ShownFrame[];
    stampedFrames: number[];
  }
}

/**
 * Before the page loads: collects the stamps (frame numbers, SEI) of all video that is given to the browser.
 * Only the simulator stamps frames; the product never looks.
 */
export async function collectStamps(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.stampedFrames = [];
    let rest = '';
    const decoder = new TextDecoder('latin1');
    // oxlint-disable-next-line typescript/unbound-method
    const append = SourceBuffer.prototype.appendBuffer;
    SourceBuffer.prototype.appendBuffer = function collected(this: SourceBuffer, bytes: BufferSource) {
      const text = rest + decoder.decode(bytes);
      for (const found of text.matchAll(/cam \d{4} frame (\d{14}) us \d{17}/g)) window.stampedFrames.push(Number(found[1]));
      rest = text.slice(-60).replace(/cam \d{4} frame \d{14} us \d{17}/, '');
      append.call(this, bytes);
    };
  });
}

/** From now on: reads every frame that the first picture of the page shows, out of its pixels. */
export async function watchPicture(page: Page): Promise<void> {
  await page.evaluate(() => {
    window.shownFrames = [];
    const video = document.querySelector('video')!;
    const canvas = new OffscreenCanvas(320, 1);
    const context = canvas.getContext('2d', { willReadFrequently: true })!;
    const look = (atMs: number): void => {
      // A thin strip through the lower part of the box, below the big digit and above the text at the bottom.
      context.drawImage(video, 0, video.videoHeight * 0.69, video.videoWidth, 2, 0, 0, 320, 1);
      const { data } = context.getImageData(0, 0, 320, 1);
      const box: number[] = [];
      for (let x = 0; x < 320; x++) if (data[x * 4]! > 170 && data[x * 4 + 1]! > 130 && data[x * 4 + 2]! < 120) box.push(x);
      const first = box[0] ?? 0;
      const last = box.at(-1) ?? 0;
      const whole = box.length > 10 && first > 1 && last < 318;
      const phase = (((first + last + 1) / 2 / 320 - 0.25 + 1) % 1) * 10;
      window.shownFrames.push({ shownUs: Number(video.dataset['shownUs']), burned: whole ? phase : null, atMs });
      video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
  });
}

export const shownFrames = (page: Page): Promise<ShownFrame[]> => page.evaluate(() => window.shownFrames);
export const stampedFrames = (page: Page): Promise<number[]> => page.evaluate(() => [...new Set(window.stampedFrames)].toSorted((a, b) => a - b));

/** The longest time on the wall between two frames shown. */
export const longestWaitMs = (frames: readonly ShownFrame[]): number => Math.max(...frames.slice(1).map(({ atMs }, index) => atMs - frames[index]!.atMs));

/** Difference of two places in the ten seconds of the scene, −5 to 5. */
export function apart(burned: number, shownUs: number): number {
  const difference = (((burned - (shownUs / 1e6) % 10) % 10) + 10) % 10;
  return difference > 5 ? difference - 10 : difference;
}
