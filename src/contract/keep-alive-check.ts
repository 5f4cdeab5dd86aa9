/**
 * The schemas of keep-alive and beat once more, by hand and in place: of a thousand servers a thousand come each
 * second, and zod's copy of one with 16 cameras costs about 24 kB of garbage (measured), which is
 * most of what a failover server with many servers does. A `true` here means that the schema would
 * say the same; anything else is left to the schema, which also names the wrong field. The test
 * holds the two together.
 */
import type { Beat, LifeSign } from './link.ts';

type KeepAlive = Extract<LifeSign, { type: 'keep-alive' }>;
type Json = Readonly<Record<string, unknown>>;

const phases: ReadonlySet<unknown> = new Set(['starting', 'running', 'stopped normally', 'stopped by error', 'unknown']);
const diskStates: ReadonlySet<unknown> = new Set(['ok', 'full', 'missing', 'read-only', 'unknown']);

/** `json` comes from JSON.parse and has the type *keep-alive*. Unknown keys stay in it; nobody reads them. */
export function isPlainKeepAlive(json: object): json is KeepAlive {
  const sign = json as Json;
  return (
    isId(sign['server']) &&
    isId(sign['instance']) &&
    isId(sign['agentBoot']) &&
    isId(sign['boot']) &&
    isSeq(sign['seq']) &&
    Number.isFinite(sign['wallMs']) &&
    phases.has(sign['phase']) &&
    isCountOrMissing(sign['progressAgeMs']) &&
    sign['settingsProblems'] === undefined && // rare: left to the schema
    isProgress(sign['progress'])
  );
}

/** The same for the type *beat*. */
export function isPlainBeat(json: object): json is Beat {
  const { base, seq, wallMs, newestUs, durableUs, bytesWritten, freeBytes } = json as Json;
  return (
    isSeq(base) && isSeq(seq) && Number.isFinite(wallMs) && isTimes(newestUs) && isTimes(durableUs) && isCount(bytesWritten) && isCount(freeBytes)
  );
}

function isTimes(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > 10_000) return false;
  for (const time of value) if (!Number.isSafeInteger(time)) return false;
  return true;
}

function isProgress(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { cameras, disk } = value;
  if (!Array.isArray(cameras) || cameras.length > 10_000 || !isObject(disk)) return false;
  for (const camera of cameras) if (!isCamera(camera)) return false;
  return (
    isCount(value['bytesWritten']) &&
    isText(value['settingsDigest'], 128) &&
    diskStates.has(disk['state']) &&
    isCount(disk['freeBytes']) &&
    isText(disk['text'], 500)
  );
}

function isCamera(value: unknown): boolean {
  return (
    isObject(value) &&
    isId(value['id']) &&
    isTimeOrNull(value['newestUs']) &&
    isTimeOrNull(value['sinceUs']) &&
    isTimeOrNull(value['durableUs']) &&
    isText(value['state'], 40) &&
    isIntOrMissing(value['stateSinceUs']) &&
    isIntOrMissing(value['clockOffsetMs']) &&
    (value['reason'] === undefined || isText(value['reason'], 500)) &&
    (value['code'] === undefined || isText(value['code'], 60)) &&
    isCountOrMissing(value['gopMs']) &&
    isCountOrMissing(value['bitsPerSecond']) &&
    isCountOrMissing(value['peakBitsPerSecond']) &&
    isIntOrMissing(value['packetsLost']) &&
    isCountOrMissing(value['packetsLost'])
  );
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown, most: number): boolean => typeof value === 'string' && value.length <= most;
const isId = (value: unknown): boolean => typeof value === 'string' && value.length > 0 && value.length <= 100;
const isCount = (value: unknown): boolean => Number.isFinite(value) && (value as number) >= 0;
const isCountOrMissing = (value: unknown): boolean => value === undefined || isCount(value);
const isIntOrMissing = (value: unknown): boolean => value === undefined || Number.isSafeInteger(value);
const isSeq = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;
const isTimeOrNull = (value: unknown): boolean => value === null || Number.isSafeInteger(value);
