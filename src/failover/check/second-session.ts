import { errors, UnderstudyError } from '../../contract/errors.ts';
import type { Timers } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { CameraSource } from '../../video/contract.ts';
import { openSession } from '../../video/rtsp/session.ts';

export interface WatchedSession {
  /** Packets came for the whole time. */
  readonly streamed: boolean;
  /** How much newer the recorder's newest frame became meanwhile; null: it tells nothing. */
  readonly recorderAdvancedMs: number | null;
}

export interface SecondSessionPorts {
  readonly timers: Timers;
  readonly random: Random;
  /** Newest frame that the recorder has written of this camera, its own clock; null: unknown. */
  readonly recorderNewestUs: () => number | null;
}

/** A camera that lets a second client in and then throws one of the two out is one that refuses. */
export async function watchSecondSession(source: CameraSource, seconds: number, ports: SecondSessionPorts): Promise<WatchedSession> {
  let packets = 0;
  let lost = false;
  const before = ports.recorderNewestUs();
  const opening = openSession(
    { ...source, audio: false },
    { described: () => undefined, rtp: () => void (packets += 1), rtcp: () => undefined, closed: () => (lost = true) },
    { timers: ports.timers, random: ports.random, readBuffer: Buffer.allocUnsafe(64 * 1024), userAgent: 'Understudy failover', connectMs: 5000, answerMs: 8000 },
  );
  try {
    const session = await opening.opened;
    await new Promise<void>((resolve) => ports.timers.after(seconds * 1000, resolve));
    session.close();
  } finally {
    opening.close();
  }
  const after = ports.recorderNewestUs();
  return { streamed: packets > 0 && !lost, recorderAdvancedMs: before === null || after === null ? null : (after - before) / 1000 };
}

/** In words; `ok` false: this camera stays cold. */
export function judgeSecondSession(watched: WatchedSession, seconds: number): { readonly ok: boolean; readonly text: string } {
  if (!watched.streamed) return { ok: false, text: 'The camera closed the second session, or sent nothing in it.' };
  if (watched.recorderAdvancedMs === null) return { ok: false, text: 'A second session is allowed, but the recorder tells nothing of its own: not proven.' };
  // Keep-alives come once a second and fragments a quarter of a second later.
  const missingMs = seconds * 1000 - watched.recorderAdvancedMs;
  if (missingMs > 3_000) return { ok: false, text: `The recorder lost ${(missingMs / 1000).toFixed(1)} s while the second session was open.` };
  return { ok: true, text: 'A second session is allowed; the recorder went on without a loss.' };
}

export const refusalText = (error: unknown): string => (error instanceof UnderstudyError ? error.message : errors['camera.unreachable'].text);
