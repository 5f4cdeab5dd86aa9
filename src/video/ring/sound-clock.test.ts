import { expect, it } from 'vitest';
import { SoundClock } from './sound-clock.ts';

interface Step {
  readonly told: number;
  readonly missing?: number;
  readonly restarted?: boolean;
}

/** Steps of time for packets of 160 samples. */
function steps(all: readonly Step[]): number[] {
  const clock = new SoundClock();
  const times = all.map(({ told, missing = 0, restarted = false }) => {
    const time = clock.next(told, missing, restarted);
    clock.lasts(160);
    return time;
  });
  return times.slice(1).map((time, i) => time - (times[i] as number));
}

const told = (count: number, ticks: number, from = 0): Step[] => Array.from({ length: count }, (_, i) => ({ told: from + i * ticks }));

it.each([160, 1800, 20, 0, -160])('gives each packet the time that it lasts, whatever is told (%d)', (ticks) => {
  expect(new Set(steps(told(50, ticks)))).toEqual(new Set([160]));
});

it('takes told times that were right so far for silence that was not sent', () => {
  expect(steps([...told(10, 160), ...told(3, 160, 80_000)]).slice(8)).toEqual([160, 80_000 - 9 * 160, 160, 160]);
});

it('leaves room for lost packets, told rightly or not', () => {
  expect(steps([...told(10, 160), { told: 160 * 12, missing: 2 }]).at(-1)).toBe(480);
  expect(steps([...told(10, 1800), { told: 1800 * 12, missing: 2 }]).at(-1)).toBe(480);
});

it('goes on behind a sender that counts anew', () => {
  expect(steps([...told(10, 160, 5_000_000), { told: 7, restarted: true }, { told: 167 }]).slice(8)).toEqual([160, 160, 160]);
});

it('follows times that tremble', () => {
  const all = told(100, 160).map((step, i) => ({ told: step.told + ((i * 37) % 40) }));
  expect(steps(all).reduce((sum, one) => sum + one, 0)).toBe((all.at(-1) as Step).told);
});
