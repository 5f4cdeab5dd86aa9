/** Who gets memory for pre-roll, and who goes cold first. Pure. */

/** A hot camera that asks for memory. */
export interface Claim {
  readonly serverPriority: number;
  readonly priority: number;
  readonly cameraId: string;
  /** Nothing of it is written now: it can do without a ring. */
  readonly standsBy: boolean;
}

/** By priority of servers, then of cameras. */
export const byImportance = (a: Claim, b: Claim): number =>
  a.serverPriority - b.serverPriority || a.priority - b.priority || (a.cameraId === b.cameraId ? 0 : a.cameraId < b.cameraId ? -1 : 1);

/** What is written comes before what only stands by: its ring holds what is to be kept. */
export const byTurn = (a: Claim, b: Claim): number => Number(a.standsBy) - Number(b.standsBy) || byImportance(a, b);

/**
 * Shares the ceiling among claims that come by turn. After the first that finds no room, whoever stands by and is
 * less important finds none either, however small: the lowest priorities go cold, not the largest cameras.
 */
export class PrerollMemory {
  used = 0;
  readonly #ceiling: number;
  #missed: Claim | null = null;

  constructor(ceiling: number) {
    this.#ceiling = ceiling;
  }

  take(claim: Claim, bytes: number): boolean {
    const isBehind = claim.standsBy && this.#missed !== null && byImportance(this.#missed, claim) < 0;
    if (!isBehind && this.used + bytes <= this.#ceiling) {
      this.used += bytes;
      return true;
    }
    if (this.#missed === null || byImportance(claim, this.#missed) < 0) this.#missed = claim;
    return false;
  }
}
