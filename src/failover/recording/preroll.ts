import { keepAliveIntervalMs, suspectAfterMs, type Timeouts } from '../../core/timeouts.ts';
import { assumedBitsPerSecond, assumedGopMs, peakMargin } from '../assumed.ts';

/** A camera counts as not recorded when its newest frame is older than this (DESIGN §4). */
const grayAfterMs = 5000;
/** What a recorder may have written but not synced when the power goes: it syncs about every second. */
const unsyncedMs = 2000;
/** Ticks, threads, a slow first write. */
const marginMs = 2000;
const MiB = 2 ** 20;

/** Slowest way to suspicion: two missing keep-alives, or a camera that turns gray and the keep-alive that says so. */
export const slowestSuspicionMs = (timeouts: Timeouts): number =>
  Math.max(suspectAfterMs(timeouts), grayAfterMs + 2 * keepAliveIntervalMs(timeouts));

/** How far back hot standby must remember so that a power-off of the recorder loses nothing (DESIGN §7). */
export const prerollMs = (timeouts: Timeouts, gopMs: number | null): number =>
  Math.ceil(slowestSuspicionMs(timeouts) + (gopMs ?? assumedGopMs) + unsyncedMs + marginMs);

/** Ring memory for a pre-roll at the measured peak and half as much again. */
export const prerollRingBytes = (lengthMs: number, peakBits: number | null): number =>
  Math.ceil(Math.max(MiB, ((peakBits ?? assumedBitsPerSecond) / 8) * (lengthMs / 1000) * peakMargin) / 65_536) * 65_536;

/** Without pre-roll the ring only absorbs delays of the disk: some seconds. */
export const coldRingBytes = (peakBits: number | null): number => Math.min(16 * MiB, Math.max(4 * MiB, Math.ceil(((peakBits ?? 0) / 8) * 4)));
