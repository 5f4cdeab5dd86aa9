/** What the simulator takes from the machine; tests pass their own. */
export interface Surroundings {
  /** UTC in milliseconds, fractional, never stepping back. */
  nowMs(): number;
  /** A number in [0, 1). */
  random(): number;
}

/**
 * Real ones. The clock is the wall clock of the start carried on by the monotonic one: a step of
 * the machine's clock must not make all cameras skip or repeat frames.
 */
export const realSurroundings: Surroundings = {
  nowMs: () => performance.timeOrigin + performance.now(),
  random: () => Math.random(),
};

export function random32(from: Surroundings): number {
  return Math.floor(from.random() * 2 ** 32);
}
