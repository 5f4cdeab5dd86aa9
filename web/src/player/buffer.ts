import { t } from '../texts/texts.ts';

/** A SourceBuffer whose operations are awaited one after the other. */
export interface Buffer {
  append(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Where media time 0 of what is appended next lies, seconds; ends the fragment that is being parsed. */
  beginAt(seconds: number, mime: string): void;
  remove(from: number, to: number): Promise<void>;
  ranges(): readonly (readonly [number, number])[];
}

async function settled(buffer: SourceBuffer): Promise<void> {
  if (!buffer.updating) return;
  await new Promise<void>((resolve, reject) => {
    buffer.addEventListener('updateend', () => resolve(), { once: true });
    buffer.addEventListener('error', () => reject(new Error(t.footage.unreadable)), { once: true });
  });
}

export function bufferOf(source: MediaSource, mime: string): Buffer {
  const buffer = source.addSourceBuffer(mime);
  let current = mime;
  return {
    async append(bytes) {
      buffer.appendBuffer(bytes);
      await settled(buffer);
    },
    beginAt(seconds, next) {
      buffer.abort();
      if (next !== current) buffer.changeType(next);
      current = next;
      buffer.timestampOffset = seconds;
    },
    async remove(from, to) {
      if (to <= from) return;
      buffer.remove(from, to);
      await settled(buffer);
    },
    ranges: () => Array.from({ length: buffer.buffered.length }, (_, index) => [buffer.buffered.start(index), buffer.buffered.end(index)] as const),
  };
}

/** A MediaSource attached to the video and open; `close` detaches it. */
export async function openSource(video: HTMLVideoElement): Promise<{ readonly source: MediaSource; readonly close: () => void }> {
  const source = new MediaSource();
  const url = URL.createObjectURL(source);
  video.src = url;
  if (source.readyState !== 'open') await new Promise((resolve) => source.addEventListener('sourceopen', resolve, { once: true }));
  return {
    source,
    close: () => {
      URL.revokeObjectURL(url);
      if (video.src !== url) return;
      video.removeAttribute('src');
      video.load();
    },
  };
}
