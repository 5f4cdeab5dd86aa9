/** Pure: what changed between two pictures of the same things, field by field. */

const same = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** Changed top-level fields; null if there are none. */
export function changedFields<T extends object>(before: T | undefined, after: T): Partial<T> | null {
  if (before === undefined) return after;
  const changed: Partial<T> = {};
  let any = false;
  for (const key of Object.keys(after) as (keyof T)[]) {
    if (same(before[key], after[key])) continue;
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
