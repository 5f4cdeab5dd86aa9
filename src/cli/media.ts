import type { Log } from '../platform/log.ts';
import type { MediaPorts } from '../recorder/media.ts';
import { startEngine } from '../video/engine.ts';
import { openStore } from '../video/store/store.ts';

/** The real engine and store, for the recorder. */
export const videoMedia = (log: Log): MediaPorts => ({
  openStore: async (storePath, create) => await openStore({ storePath, create, processName: 'recorder' }),
  startRecording: (storePath, store) => {
    store.onEvent(({ code, text, bytes }) => log.warn({ code, bytes }, text));
    return startEngine({
      userAgent: 'Understudy recorder',
      stores: new Map([[storePath, store]]),
      log: ({ level, text, ...camera }) => log[level](camera, text),
    });
  },
});
