/** Live view of one camera: an endless fragmented MP4, kept near its newest frame. */
import type { LivePictures } from '../api/live-pictures.ts';
import { t } from '../texts/texts.ts';
import { bufferOf, openSource, type Buffer } from './buffer.ts';
import type { SourceState } from './source.ts';

export interface LiveView {
  readonly usOf: (seconds: number) => number;
  readonly close: () => void;
}

const keepSeconds = 20;
/** Farther behind the newest frame than this: jump to it. */
const lateSeconds = 2;

export function liveView(video: HTMLVideoElement, open: (signal: AbortSignal) => Promise<LivePictures>, onState: (state: SourceState) => void): LiveView {
  const abort = new AbortController();
  let startUs = 0;
  let close = (): void => undefined;
  const closed = (): boolean => abort.signal.aborted;

  async function run(): Promise<void> {
    onState({ kind: 'loading' });
    const opened = await openSource(video);
    close = opened.close;
    if (closed()) return opened.close();
    const pictures = await open(abort.signal);
    try {
      startUs = pictures.startUs;
      if (MediaSource.isTypeSupported(pictures.mime)) await show(bufferOf(opened.source, pictures.mime), pictures);
      else onState({ kind: 'unsupported', mime: pictures.mime });
    } finally {
      pictures.close();
    }
  }

  async function show(buffer: Buffer, pictures: LivePictures): Promise<void> {
    for (;;) {
      const bytes = await pictures.next();
      if (closed()) return;
      if (bytes === null) throw new Error(t.footage.liveEnded);
      await buffer.append(bytes);
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
