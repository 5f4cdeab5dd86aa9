import { useEffect, useRef, useState } from 'react';
import { CallError, fetchRoute } from '../../api/client.ts';
import { openLivePictures } from '../../api/live-pictures.ts';
import { watchFrames } from '../../player/follow.ts';
import { liveView } from '../../player/live.ts';
import type { Player } from '../../player/player.ts';
import type { SourceState } from '../../player/source.ts';
import { t } from '../../texts/texts.ts';
import { Button } from '../../ui/button.tsx';
import { exactText } from './place.ts';

interface TileProps {
  readonly server: string;
  readonly camera: { readonly cameraId: string; readonly name: string };
  /** Null: live instead of footage. */
  readonly player: Player | null;
  readonly sound: boolean;
  /** Sound is asked for: with one camera only. */
  readonly alone: boolean;
  /** What is said over the picture, a gap with its reason for instance. */
  readonly note: string | null;
  readonly onDownload: () => void;
}

/** One camera's picture, with the time of the very frame that is shown. */
export function Tile({ server, camera, player, sound, alone, note, onDownload }: TileProps) {
  const video = useRef<HTMLVideoElement>(null);
  const time = useRef<HTMLSpanElement>(null);
  const [state, setState] = useState<SourceState>({ kind: 'loading' });
  const params = { server, camera: camera.cameraId };
  const key = `${server}/${camera.cameraId}/${alone}`;

  useEffect(() => {
    const element = video.current;
    if (!element) return;
    const feed = player ? playFrom(player, element) : watchLive(element);
    const stop = watchFrames(element, feed.usOf, (us) => time.current && (time.current.textContent = exactText(us)));
    return () => {
      stop();
      feed.close();
    };

    function told(next: SourceState): void {
      // The frame that was shown is gone, and its time with it.
      if (next.kind === 'loading' && time.current) time.current.textContent = '';
      setState(next);
    }
    function playFrom(from: Player, to: HTMLVideoElement) {
      return from.attach(
        camera.cameraId,
        to,
        async (fromUs, toUs, signal) => {
          try {
            return await fetchRoute('footage.play', { params, query: { fromUs, toUs, audio: alone ? 'true' : 'false' }, signal });
          } catch (error) {
            if (error instanceof CallError && error.status === 404) return null;
            throw error;
          }
        },
        told,
      );
    }
    function watchLive(to: HTMLVideoElement) {
      return liveView(to, (signal) => openLivePictures(server, camera.cameraId, signal), told);
    }
    // `key` names everything of the camera that matters here.
  }, [key, player]);

  return (
    <figure data-camera={camera.cameraId} data-state={state.kind} className="relative m-0 flex aspect-video max-h-(--tile) w-full min-w-0 items-center justify-center overflow-hidden rounded bg-black text-white">
      <video ref={video} muted={!sound} playsInline aria-label={t.footage.pictureOf(camera.name)} className="block size-full" />
      <figcaption className="absolute inset-x-0 top-0 flex justify-between gap-2 bg-black/55 px-2 py-0.5 text-sm">
        <span className="truncate">{camera.name}</span>
        <span ref={time} className="shrink-0 tabular-nums" />
      </figcaption>
      <Cover state={state} note={note} live={player === null} onDownload={onDownload} />
    </figure>
  );
}

/** A codec that the browser lacks is said plainly, with the way out; so are failures, waiting and gaps. */
function Cover({ state, note, live, onDownload }: { readonly state: SourceState; readonly note: string | null; readonly live: boolean; readonly onDownload: () => void }) {
  const box = 'absolute inset-x-4 rounded bg-black/75 px-3 py-2 text-center';
  if (state.kind === 'unsupported')
    return (
      <div role="alert" className={box}>
        <p className="m-0 pb-2">{t.footage.codec(codecName(state.mime))}</p>
        {!live && <Button onPress={onDownload}>{t.footage.clip}</Button>}
      </div>
    );
  if (state.kind === 'failed')
    return (
      <p role="alert" className={box}>
        {state.message} {t.footage.tryingAgain}
      </p>
    );
  if (note !== null)
    return (
      <p role="status" className={box}>
        {note}
      </p>
    );
  return state.kind === 'loading' ? <p className={box}>{t.common.loading}</p> : null;
}

function codecName(mime: string): string {
  if (/hvc1|hev1/.test(mime)) return 'H.265 (HEVC)';
  return /codecs="?([^";]+)/.exec(mime)?.[1] ?? mime;
}
