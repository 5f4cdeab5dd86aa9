import { UnderstudyError } from '../../contract/errors.ts';
import type { CameraProbe, Probed } from '../../failover/check/probe.ts';
import { systemTimers } from '../../platform/clock.ts';
import { systemRandom } from '../../platform/random.ts';
import { asCameraFailure } from '../../video/rtsp/failure.ts';
import type { StreamDescription } from '../../video/rtsp/sdp.ts';
import { openSession } from '../../video/rtsp/session.ts';

/** Log-in and description (RTSP DESCRIBE) of a camera; ends before SETUP, so no session of it is taken. */
export const describeCamera: CameraProbe = {
  probe: async (source, timeoutMs) => {
    let description: StreamDescription | null = null;
    const opening = openSession(
      source,
      {
        described(found) {
          description = found;
          opening.close();
        },
        rtp: () => {},
        rtcp: () => {},
        closed: () => {},
      },
      { timers: systemTimers, random: systemRandom, readBuffer: Buffer.allocUnsafe(64 * 1024), connectMs: timeoutMs, answerMs: timeoutMs },
    );
    const limit = systemTimers.after(timeoutMs, () => opening.close());
    try {
      (await opening.opened).close();
    } catch (error) {
      // Closed by us once it was described: that is all we wanted.
      if (description === null) throw asError(error, timeoutMs);
    } finally {
      limit();
    }
    return probed(description);
  },
};

function probed(description: StreamDescription | null): Probed {
  const video = description?.video ?? null;
  if (video === null) throw new UnderstudyError('camera.codec', `The camera offers ${description?.offered.join(', ') || 'no video'}.`);
  return { codec: video.codec, width: null, height: null };
}

function asError(error: unknown, timeoutMs: number): UnderstudyError {
  const failure = asCameraFailure(error);
  if (failure.code === 'camera.lost') return new UnderstudyError('camera.unreachable', `The camera did not answer within ${timeoutMs / 1000} s.`);
  return new UnderstudyError(failure.code, failure.message);
}
