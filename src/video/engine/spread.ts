/** Which shard serves which camera: those that run stay where they are, new ones go to the emptiest. In the order of `keys`. Pure. */
export function spread(keys: readonly string[], before: ReadonlyMap<string, number>, shards: number): Map<string, number> {
  const placed = new Map<string, number>();
  const load = Array.from({ length: shards }, () => 0);
  for (const key of keys) {
    const shard = before.get(key);
    if (shard === undefined || shard >= shards) continue;
    placed.set(key, shard);
    load[shard] = (load[shard] ?? 0) + 1;
  }
  for (const key of keys) {
    if (placed.has(key)) continue;
    const shard = load.indexOf(Math.min(...load));
    placed.set(key, shard);
    load[shard] = (load[shard] ?? 0) + 1;
  }
  return new Map(keys.map((key) => [key, placed.get(key) ?? 0]));
}
