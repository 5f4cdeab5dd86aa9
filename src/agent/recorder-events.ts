import type { Recorder, RecorderEvent } from '../recorders/contract.ts';
import type { LifeSigns } from './life-signs.ts';

/** Turns what the recorder does into life signs. */
export function tellRecorderEvents(recorder: Recorder, signs: LifeSigns): { normalShutdown(reason: string): void } {
  /** The run whose end was announced already: its exit is no news. */
  let announced: string | null = null;

  const tell = (event: RecorderEvent): void => {
    switch (event.type) {
      case 'starting':
      case 'settings changed':
        return signs.beat(); // carries the new boot and phase, or the new digest
      case 'started':
        signs.send({ type: 'startup' }, event.boot);
        return signs.beat();
      case 'exited':
        if (event.boot === announced) return;
        if (event.kind === 'normal') signs.send({ type: 'normal shutdown', reason: event.reason.slice(0, 500) }, event.boot);
        else signs.send({ type: 'abnormal shutdown', code: event.code, signal: event.signal, restartInMs: event.restartInMs }, event.boot);
    }
  };
  recorder.onEvent(tell);
  return {
    normalShutdown(reason) {
      const { boot } = signs.phase();
      announced = boot;
      signs.announce('stopped normally');
      signs.send({ type: 'normal shutdown', reason: reason.slice(0, 500) }, boot);
    },
  };
}
