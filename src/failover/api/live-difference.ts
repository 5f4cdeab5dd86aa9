/** Pure: what changed between two pictures of the same things, field by field. */

/**
 * Moments are made from the monotonic clock and the wall clock's distance to it, which trembles by a
 * millisecond; without this every server would "change" at every drawing.
 */
const trembleMs = 50;

function same(a: unknown, b: unknown, key = ''): boolean {
  if (a === b) return true;
  if (typeof a === 'number' && typeof b === 'number') return key.endsWith('Ms') && Math.abs(a - b) < trembleMs;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, at) => same(item, b[at], key));
  const [before, after] = [a as Record<string, unknown>, b as Record<string, unknown>];
  const keys = Object.keys(after);
  return keys.length === Object.keys(before).length && keys.every((inner) => same(before[inner], after[inner], inner));
}

/** Changed top-level fields; null if there are none. */
export function changedFields<T extends object>(before: T | undefined, after: T): Partial<T> | null {
  if (before === undefined) return after;
  const changed: Partial<T> = {};
  let any = false;
  for (const key of Object.keys(after) as (keyof T)[]) {
    if (same(before[key], after[key], String(key))) continue;
    changed[key] = after[key];
    any = true;
  }
  return any ? changed : null;
}

export interface ListDifference<T> {
  readonly changed: readonly (Partial<T> & { readonly id: string })[];
  readonly removed: readonly string[];
}

export function listDifference<T extends { readonly id: string }>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): ListDifference<T> {
  const changed: (Partial<T> & { readonly id: string })[] = [];
  for (const [id, item] of after) {
    const fields = changedFields(before.get(id), item);
    if (fields !== null) changed.push({ ...fields, id });
  }
  return { changed, removed: [...before.keys()].filter((id) => !after.has(id)) };
}
