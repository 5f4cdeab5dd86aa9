import type { Log } from '../platform/log.ts';
import type { Recorder } from '../recorders/contract.ts';

/**
 * Cameras that allow one session, left to the failover server in a planned take-over. When that is gone
 * nobody records them: the recorder must take them again by itself. If it still holds them after all, the
 * cameras refuse, and the recorder asks again like for any other.
 */
export interface LeftCameras {
  /** Called while the failover server is silent. The recorder's own progress tells what it has left, also over our restart. */
  takeAgain(): void;
}

export function makeLeftCameras(recorder: Recorder, log: Log): LeftCameras {
  let asking = false;
  const resume = async (cameras: readonly string[]): Promise<void> => {
    log.warn({ cameras }, 'The failover server is gone: the recorder takes the cameras again that it had left to it.');
    await recorder.resumeCameras(cameras);
  };
  return {
    takeAgain() {
      if (asking) return;
      const left = recorder.progress()?.cameras.filter(({ state }) => state === 'released').map(({ id }) => id) ?? [];
      if (left.length === 0) return;
      asking = true;
      void resume(left)
        .catch((error: unknown) => log.error({ error: String(error) }, 'The recorder did not take its cameras again; it is asked once more.'))
        .finally(() => (asking = false));
    },
  };
}
