/** Live view of one camera: an endless fragmented MP4, kept near its newest frame. */
import { footageHeaders } from '../../../src/contract/api/footage.ts';
import { bufferOf, openSource } from './buffer.ts';
import type { SourceState } from './source.ts';

export interface LiveView {
  readonly usOf: (seconds: number) => number;
  readonly close: () => void;
}

const keepSeconds = 20;
/** Farther behind the newest frame than this: jump to it. */
const lateSeconds = 2;

export function liveView(video: HTMLVideoElement, open: (signal: AbortSignal) => Promise<Response>, onState: (state: SourceState) => void): LiveView {
  const abort = new AbortController();
  let startUs = 0;
  let close = (): void => undefined;
  const closed = (): boolean => abort.signal.aborted;

  async function run(): Promise<void> {
    onState({ kind: 'loading' });
    const opened = await openSource(video);
    close = opened.close;
    if (closed()) return opened.close();
    const response = await open(abort.signal);
    const mime = response.headers.get(footageHeaders.mime) ?? '';
    startUs = Number(response.headers.get(footageHeaders.startUs));
    if (!response.body) throw new Error('There is no live picture.');
    if (!MediaSource.isTypeSupported(mime)) {
      await response.body.cancel();
      return onState({ kind: 'unsupported', mime });
    }
    const buffer = bufferOf(opened.source, mime);
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (closed()) return;
      if (done) throw new Error('The live picture ended.');
      await buffer.append(value);
      const [from, to] = buffer.ranges().at(-1) ?? [0, 0];
      if (to === 0) continue;
      onState({ kind: 'ready' });
      if (video.currentTime < to - lateSeconds || video.currentTime < from) video.currentTime = Math.max(from, to - 0.3);
      if (video.paused) await video.play();
      await buffer.remove(0, to - keepSeconds);
    }
  }

  async function keepTrying(): Promise<void> {
    while (!closed()) {
      try {
        await run();
        return;
      } catch (error) {
        if (closed()) return;
        onState({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
      }
      close();
      await new Promise((resolve) => setTimeout(resolve, 1_500));
    }
  }
  void keepTrying();

  return {
    usOf: (seconds) => Math.round(startUs + seconds * 1e6),
    close: () => {
      abort.abort();
      close();
    },
  };
}
