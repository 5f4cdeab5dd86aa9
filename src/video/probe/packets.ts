/** A session of one's own beside others: whether packets come, and go on coming. */
import type { Timers } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { CameraSource } from '../contract.ts';
import { openSession } from '../rtsp/session.ts';

export interface PacketPorts {
  readonly timers: Timers;
  readonly random: Random;
}

/**
 * Takes a session for `ms` and lets it go in order. True: packets came, and it was not thrown out. `over` is called when the
 * time is over, before the session is closed. Rejects with a `CameraFailure` where it is not opened.
 */
export async function streamsFor(source: CameraSource, ms: number, { timers, random }: PacketPorts, over: () => void): Promise<boolean> {
  let packets = 0;
  let lost = false;
  const opening = openSession(
    { ...source, audio: false },
    { described: () => undefined, rtp: () => void (packets += 1), rtcp: () => undefined, closed: () => (lost = true) },
    { timers, random, readBuffer: Buffer.allocUnsafe(64 * 1024), userAgent: 'Understudy failover', connectMs: 5000, answerMs: 8000 },
  );
  try {
    const session = await opening.opened;
    await new Promise<void>((resolve) => void timers.after(ms, resolve));
    over();
    session.close();
  } finally {
    opening.close();
  }
  return packets > 0 && !lost;
}
