import { randomBytes, randomUUID } from 'node:crypto';

/** Randomness as a port; the simulated world passes a seeded one. */
export interface Random {
  /** A number in [0, 1), for jitter. */
  unit(): number;
  /** A new unique id (UUID form). */
  id(): string;
  /** Unpredictable bytes for secrets. */
  bytes(count: number): Uint8Array;
}

export const systemRandom: Random = {
  unit: () => Math.random(),
  id: () => randomUUID(),
  bytes: (count) => randomBytes(count),
};
