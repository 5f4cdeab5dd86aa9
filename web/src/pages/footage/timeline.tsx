import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from 'react';
import type { Timeline as TimelineData } from '../../../../src/contract/api/footage.ts';
import { t } from '../../texts/texts.ts';
import { paintTimeline, rowHeight, scaleHeight } from './paint.ts';
import { exactText, moved, pixelOfUs, usOfPixel, viewOf, zoomed, type View } from './place.ts';
import { Hover } from './hover.tsx';

interface TimelineProps {
  readonly view: View;
  readonly cameras: readonly { readonly cameraId: string; readonly name: string }[];
  readonly timeline: TimelineData | undefined;
  readonly cursorUs: number;
  readonly selection: View | null;
  /** What tells its keys. */
  readonly keysId: string;
  /** By and by: dragged, turned, a key that is held. */
  readonly onView: (view: View) => void;
  /** Deliberately: a step of its own. */
  readonly onStep: (view: View) => void;
  /** Tells where the cursor then stands: it may be as far as there is something. */
  readonly onSeek: (us: number) => number;
  readonly onSelect: (selection: View | null) => void;
}

/** A selection by keys: where it began, and its end that moves. */
interface Drawn {
  readonly anchorUs: number;
  readonly headUs: number;
}

const spanOf = ({ anchorUs, headUs }: Drawn): View | null => viewOf(Math.min(anchorUs, headUs), Math.max(anchorUs, headUs));

/** Goes on with what keys selected, while it still stands; else begins at the cursor. */
function drawnFrom(drawn: Drawn | null, selection: View | null, cursorUs: number): Drawn {
  const own = drawn === null ? null : spanOf(drawn);
  const stands = own !== null && own.fromUs === selection?.fromUs && own.toUs === selection.toUs;
  return stands && drawn !== null ? drawn : { anchorUs: Math.round(cursorUs), headUs: Math.round(cursorUs) };
}

interface Drag {
  readonly x: number;
  readonly view: View;
  readonly selects: boolean;
}

/** Coloured by who recorded; click seeks, wheel zooms, drag moves, Shift and drag selects. A slider for the keyboard, on which Shift and what moves the cursor selects. */
export function Timeline({ view, cameras, timeline, cursorUs, selection, keysId, onView, onStep, onSeek, onSelect }: TimelineProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(canvas);
  const [drag, setDrag] = useState<Drag | null>(null);
  const [hover, setHover] = useState<{ readonly x: number; readonly y: number } | null>(null);
  const height = scaleHeight + Math.max(1, cameras.length) * rowHeight + 4;
  useCanvas(canvas, width, height, (context, colour) => paintTimeline({ context, width, height, view, timeline, cameras: cameras.map(({ cameraId }) => cameraId), colour, selection }));
  useWheel(canvas, view, width, onView);

  const xOf = (event: PointerEvent): number => event.clientX - event.currentTarget.getBoundingClientRect().left;
  const move = (event: PointerEvent<HTMLCanvasElement>): void => {
    const x = xOf(event);
    setHover({ x, y: event.clientY - event.currentTarget.getBoundingClientRect().top });
    if (drag === null || Math.abs(x - drag.x) < 4) return;
    const [start, end] = [usOfPixel(drag.view, drag.x, width), usOfPixel(drag.view, x, width)];
    if (drag.selects) onSelect({ fromUs: Math.min(start, end), toUs: Math.max(start, end) });
    else onView(moved(drag.view, start - end));
  };
  const up = (event: PointerEvent<HTMLCanvasElement>): void => {
    if (drag !== null && Math.abs(xOf(event) - drag.x) < 4) {
      onSelect(null);
      onSeek(usOfPixel(view, xOf(event), width));
    }
    setDrag(null);
  };
  const drawn = useRef<Drawn | null>(null);
  const press = (event: KeyboardEvent): void => {
    const show = event.repeat ? onView : onStep;
    const before = event.shiftKey ? drawnFrom(drawn.current, selection, cursorUs) : null;
    const to = (us: number): void => {
      const at = onSeek(us);
      if (at < view.fromUs || at > view.toUs) onView(moved(view, at - (view.fromUs + view.toUs) / 2));
      if (before === null) return;
      drawn.current = { anchorUs: before.anchorUs, headUs: at };
      onSelect(spanOf(drawn.current));
    };
    const step = event.ctrlKey ? 60e6 : 5e6;
    const headUs = before?.headUs ?? cursorUs;
    const acts: Record<string, () => void> = {
      ArrowLeft: () => to(headUs - step),
      ArrowRight: () => to(headUs + step),
      Home: () => to(view.fromUs),
      End: () => to(view.toUs),
      Escape: () => onSelect(null),
      '+': () => show(zoomed(view, 0.5, cursorUs)),
      '-': () => show(zoomed(view, 2, cursorUs)),
      PageUp: () => show(moved(view, (view.fromUs - view.toUs) / 2)),
      PageDown: () => show(moved(view, (view.toUs - view.fromUs) / 2)),
    };
    const act = acts[event.key];
    // With other keys held they are the browser's: zoom of the page, the page before.
    if (!act || event.altKey || event.metaKey || (event.ctrlKey && !event.key.startsWith('Arrow'))) return;
    event.preventDefault();
    act();
  };

  return (
    <div className="relative select-none">
      <canvas
        ref={canvas}
        role="slider"
        tabIndex={0}
        aria-label={t.footage.timeline}
        aria-describedby={keysId}
        aria-valuemin={Math.round(view.fromUs / 1e6)}
        aria-valuemax={Math.round(view.toUs / 1e6)}
        aria-valuenow={Math.round(cursorUs / 1e6)}
        aria-valuetext={exactText(cursorUs)}
        style={{ height }}
        className="block w-full cursor-crosshair touch-pan-y"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag({ x: xOf(event), view, selects: event.shiftKey });
        }}
        onPointerMove={move}
        onPointerUp={up}
        onPointerLeave={() => setHover(null)}
        onKeyDown={press}
      />
      {cameras.map(({ cameraId, name }, index) => (
        <span key={cameraId} style={{ top: scaleHeight + index * rowHeight + 6 }} className="pointer-events-none absolute left-1 max-w-40 truncate rounded bg-panel/85 px-1 text-sm">
          {name}
        </span>
      ))}
      <div aria-hidden style={{ transform: `translateX(${pixelOfUs(view, cursorUs, width)}px)` }} className="pointer-events-none absolute top-0 bottom-0 left-0 w-0.5 -translate-x-px bg-accent" />
      {hover && !drag && <Hover x={hover.x} width={width} us={usOfPixel(view, hover.x, width)} camera={cameras[Math.floor((hover.y - scaleHeight) / rowHeight)]} timeline={timeline} />}
    </div>
  );
}

function useWidth(canvas: React.RefObject<HTMLCanvasElement | null>): number {
  const [width, setWidth] = useState(1_000);
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.max(50, Math.round(entry.contentRect.width))));
    observer.observe(element);
    return () => observer.disconnect();
  }, [canvas]);
  return width;
}

/** Draws at the screen's own resolution, with the style sheet's colours. */
function useCanvas(canvas: React.RefObject<HTMLCanvasElement | null>, width: number, height: number, paint: (context: CanvasRenderingContext2D, colour: (variable: string) => string) => void): void {
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const ratio = devicePixelRatio;
    if (context.canvas.width !== Math.round(width * ratio) || context.canvas.height !== Math.round(height * ratio)) {
      context.canvas.width = Math.round(width * ratio);
      context.canvas.height = Math.round(height * ratio);
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const style = getComputedStyle(context.canvas);
    paint(context, (variable) => style.getPropertyValue(variable));
  });
}

/** Not React's onWheel: that one is passive, the page would scroll along. */
function useWheel(canvas: React.RefObject<HTMLCanvasElement | null>, view: View, width: number, onView: (view: View) => void): void {
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const turn = (event: WheelEvent): void => {
      event.preventDefault();
      const length = view.toUs - view.fromUs;
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) return onView(moved(view, (event.deltaX / width) * length));
      onView(zoomed(view, event.deltaY > 0 ? 1.25 : 0.8, usOfPixel(view, event.offsetX, width)));
    };
    element.addEventListener('wheel', turn, { passive: false });
    return () => element.removeEventListener('wheel', turn);
  });
}
