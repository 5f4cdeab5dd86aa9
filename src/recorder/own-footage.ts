/**
 * The recorder's footage as one: what it recorded itself, and what it fetched from a failover server
 * (copy back). Each fetch lies under a server id of its own, `<server id>.back-<when>`: it overlaps
 * its neighbours by a few pictures, and only as another source can merging join them without a
 * doubled picture.
 */
import { clip, union } from '../core/coverage.ts';
import type { CameraKey, Span, UnitRow } from '../core/units.ts';
import type { CoverageAnswer, FootageBatch, FootageReader } from '../video/contract.ts';
import { type FootageSource, mergedFootage } from '../video/playback/merge.ts';

const mark = '.back-';
export const fetchedKey = (camera: CameraKey, whenMs: number): CameraKey => ({ ...camera, serverId: `${camera.serverId}${mark}${Math.floor(whenMs).toString(36)}` });
export const isFetched = (key: CameraKey): boolean => key.serverId.includes(mark);
/** The key under which everybody else knows it. */
export const ownerKey = <Key extends CameraKey>(key: Key): Key => ({ ...key, serverId: key.serverId.split(mark)[0] ?? key.serverId });

type Reader = Omit<FootageReader, 'close'>;

export function ownFootage(reader: Reader): Reader {
  // Asked at each click on a timeline: by names first, so that nothing is summed up over a month of footage.
  const fetchedOf = async (camera: CameraKey, span: Span): Promise<readonly CameraKey[]> => {
    const keys = (await reader.keys()).filter((one) => isFetched(one) && one.cameraId === camera.cameraId && ownerKey(one).serverId === camera.serverId);
    const covered = await Promise.all(keys.map(async (key) => (await reader.coverage(key, span)).spans.length > 0));
    return keys.filter((_, index) => covered[index]);
  };
  async function* read(camera: CameraKey, span: Span): AsyncGenerator<FootageBatch> {
    const fetched = await fetchedOf(camera, span);
    if (fetched.length === 0) yield* reader.read(camera, span);
    else yield* mergedFootage([camera, ...fetched].map((key) => sourceOf(reader, key)), span);
  }
  return {
    async keys() {
      return [...new Map((await reader.keys()).map(ownerKey).map((key) => [`${key.serverId}/${key.cameraId}`, key])).values()];
    },
    async cameras() {
      const all = new Map<string, Awaited<ReturnType<Reader['cameras']>>[number]>();
      for (const one of await reader.cameras()) {
        const key = ownerKey(one);
        const id = `${key.serverId}/${key.cameraId}`;
        const before = all.get(id);
        const span = { fromUs: Math.min(one.span.fromUs, before?.span.fromUs ?? Infinity), toUs: Math.max(one.span.toUs, before?.span.toUs ?? 0) };
        all.set(id, { ...key, span, bytes: one.bytes + (before?.bytes ?? 0) });
      }
      return [...all.values()];
    },
    async coverage(camera, span) {
      const own = await reader.coverage(camera, span);
      const fetched = await Promise.all((await fetchedOf(camera, span)).map((key) => reader.coverage(key, span)));
      return fetched.length === 0 ? own : joined(own, fetched);
    },
    async *rows(camera, span) {
      const fetched = await fetchedOf(camera, span);
      if (fetched.length === 0) yield* reader.rows(camera, span);
      else for await (const { units } of read(camera, span)) yield units.map(withoutData).filter(({ timeUs }) => timeUs >= span.fromUs);
    },
    read,
  };
}

function sourceOf(reader: Reader, key: CameraKey): FootageSource {
  return { id: key.serverId, shiftUs: 0, rows: (span) => reader.rows(key, span), read: (span) => reader.read(key, span) };
}

/** Fetched footage counts only as far as it is durable: the other side deletes its own by this answer. */
function joined(own: CoverageAnswer, fetched: readonly CoverageAnswer[]): CoverageAnswer {
  const durable = fetched.flatMap(({ spans, durableUntilUs }) => clip(spans, { fromUs: 0, toUs: durableUntilUs ?? 0 }));
  const exact = [own, ...fetched].every(({ exactness }) => exactness === 'exact');
  const untilUs = Math.max(own.durableUntilUs ?? 0, ...durable.map(({ toUs }) => toUs));
  return { ...own, spans: union([...own.spans, ...durable]), exactness: exact ? 'exact' : 'approximate', durableUntilUs: untilUs === 0 ? null : untilUs };
}

function withoutData({ data: _data, ...row }: UnitRow & { readonly data: Uint8Array }): UnitRow {
  return row;
}
