import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPlainBeat, isPlainKeepAlive } from './keep-alive-check.ts';
import { beat, lifeSignMessage } from './link.ts';

const good = {
  type: 'keep-alive',
  server: 'rec-1',
  instance: 'i',
  agentBoot: 'a',
  boot: 'b',
  seq: 7,
  wallMs: 1.5,
  phase: 'running',
  progressAgeMs: 3,
  progress: {
    cameras: [{ id: 'c1', newestUs: 1, sinceUs: null, durableUs: null, state: 'streaming', stateSinceUs: 4, clockOffsetMs: -6, reason: 'r', code: 'c', gopMs: 1, bitsPerSecond: 2, peakBitsPerSecond: 3, packetsLost: 5 }],
    bytesWritten: 3,
    disk: { state: 'ok', freeBytes: 9, text: '' },
    settingsDigest: 'd',
  },
};

/** Every way to one value of the message. */
function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [...(path.length > 0 ? [path] : []), ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))];
}
const paths = pathsOf(good).filter((path) => path[0] !== 'type');

function changed(path: readonly string[], value: unknown, message: object = good): object {
  const copy = structuredClone(message) as Record<string, unknown>;
  let at: Record<string, unknown> = copy;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>;
  const last = path.at(-1) ?? '';
  if (value === undefined) Reflect.deleteProperty(at, last);
  else at[last] = value;
  return copy;
}

const values = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, -1, 0, 1.5, 2 ** 53, 1e300, Infinity, '', 'running', 'ok', 'starting', [], {}, [{}], true, ...[40, 41, 100, 101, 128, 129, 500, 501].map((length) => 'x'.repeat(length))),
  fc.jsonValue(),
);

test('the usual message takes the short way', () => {
  expect(isPlainKeepAlive(structuredClone(good))).toBe(true);
});

test('whatever one field becomes, a yes means that the schema says the same', () => {
  let yes = 0;
  fc.assert(
    fc.property(fc.constantFrom(...paths), values, (path, value) => {
      const message = changed(path, value);
      if (!isPlainKeepAlive(message)) return;
      yes++;
      const parsed = lifeSignMessage.safeParse(message);
      expect(parsed.error?.issues ?? []).toEqual([]);
      expect(message).toMatchObject(parsed.data as object);
    }),
    { numRuns: 5000 },
  );
  expect(yes).toBeGreaterThan(100);
});

test('what the schema accepts without its defaults takes the short way too', () => {
  fc.assert(
    fc.property(fc.constantFrom(...paths), values, (path, value) => {
      const message = changed(path, value);
      // A missing disk text is filled in by the schema: the long way.
      if (path.join('.') === 'progress.disk.text' && value === undefined) return;
      if (lifeSignMessage.safeParse(message).success) expect(isPlainKeepAlive(message)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('beats: the short way and the schema agree on whatever one field becomes', () => {
  const short = { type: 'beat', base: 1, seq: 2, wallMs: 1.5, newestUs: [1, -2], durableUs: [0, 3], bytesWritten: 4, freeBytes: 5 };
  const fields = pathsOf(short).filter((path) => path[0] !== 'type');
  fc.assert(
    fc.property(fc.constantFrom(...fields), values, (path, value) => {
      const message = changed(path, value, short);
      expect(isPlainBeat(message)).toBe(beat.safeParse(message).success);
    }),
    { numRuns: 3000 },
  );
});
