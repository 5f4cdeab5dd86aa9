/** Draws the timeline. Colours come from the style sheet's variables, so light and dark are right by themselves. */
import type { FootageSpan, Timeline } from '../../../../src/contract/api/footage.ts';
import { gapText } from '../../components/time.tsx';
import { pixelOfUs, tickText, ticks, type View } from './place.ts';

export const scaleHeight = 34;
export const rowHeight = 30;

const variables: Record<FootageSpan['by'], string> = { 'monitored server': '--ok', 'failover server': '--standin', both: '--both' };

interface Order {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
  readonly view: View;
  readonly timeline: Timeline | undefined;
  readonly cameras: readonly string[];
  readonly colour: (variable: string) => string;
  readonly selection: View | null;
}

export function paintTimeline(order: Order): void {
  const { context, width, height } = order;
  context.clearRect(0, 0, width, height);
  context.font = '12px system-ui, "DejaVu Sans", sans-serif';
  context.textBaseline = 'middle';
  paintScale(order);
  for (const [index, camera] of order.cameras.entries()) paintCamera(order, camera, scaleHeight + index * rowHeight);
  paintOutages(order);
  paintClockMarks(order);
  if (order.selection) {
    context.globalAlpha = 0.25;
    context.fillStyle = order.colour('--accent');
    const [from, length] = place(order, order.selection);
    context.fillRect(from, 0, length, height);
    context.globalAlpha = 1;
  }
}

/** Left edge and width in pixels, never thinner than one. */
function place({ view, width }: Order, span: View): readonly [number, number] {
  const from = Math.max(-2, pixelOfUs(view, span.fromUs, width));
  const to = Math.min(width + 2, pixelOfUs(view, span.toUs, width));
  return [from, Math.max(1, to - from)];
}

const visible = ({ view }: Order, { fromUs, toUs }: View): boolean => toUs >= view.fromUs && fromUs <= view.toUs;

function paintScale(order: Order): void {
  const { context, view, width, height, colour } = order;
  for (const us of ticks(view, width)) {
    const x = Math.round(pixelOfUs(view, us, width)) + 0.5;
    context.strokeStyle = colour('--line');
    context.beginPath();
    context.moveTo(x, 18);
    context.lineTo(x, height);
    context.stroke();
    context.fillStyle = colour('--dim');
    context.textAlign = x < 30 ? 'left' : x > width - 30 ? 'right' : 'center';
    context.fillText(tickText(us, view), x, 9);
  }
  context.textAlign = 'left';
}

function paintCamera(order: Order, camera: string, top: number): void {
  const { context, colour } = order;
  const known = order.timeline?.cameras.find(({ cameraId }) => cameraId === camera);
  context.fillStyle = colour('--raised');
  context.fillRect(0, top + 3, order.width, rowHeight - 6);
  for (const span of known?.spans ?? []) {
    if (!visible(order, span)) continue;
    const [from, length] = place(order, span);
    context.globalAlpha = span.provisional ? 0.55 : 1;
    context.fillStyle = colour(variables[span.by]);
    context.fillRect(from, top + 3, length, rowHeight - 6);
    context.globalAlpha = 1;
    paintBy(order, span.by, top, from, length);
    if (span.locked) {
      context.fillStyle = colour('--accent');
      context.fillRect(from, top + rowHeight - 7, length, 4);
    }
  }
  for (const gap of known?.gaps ?? []) if (visible(order, gap)) paintGap(order, gap, gap.unreachable, top);
}

/** Who recorded it, for eyes that do not tell the colours apart: dots for the failover server, a line for both. */
function paintBy({ context, colour }: Order, by: FootageSpan['by'], top: number, from: number, length: number): void {
  const y = top + rowHeight / 2;
  context.fillStyle = colour('--panel');
  if (by === 'both') context.fillRect(from, y - 1, length, 2);
  if (by === 'failover server') for (let x = from + 3; x < from + length - 3; x += 10) context.fillRect(x, y - 1.5, 3, 3);
}

/** Hatched, with its length where there is room: a gap is what must be seen. */
function paintGap(order: Order, gap: View, unreachable: boolean, top: number): void {
  const { context, colour } = order;
  const [from, length] = place(order, gap);
  const wide = Math.max(2, length);
  const tone = colour(unreachable ? '--dim' : '--alarm');
  context.save();
  context.beginPath();
  context.rect(from, top + 3, wide, rowHeight - 6);
  context.clip();
  context.fillStyle = colour('--panel');
  context.fill();
  context.strokeStyle = tone;
  context.lineWidth = wide < 4 ? 3 : 1.5;
  for (let x = from - rowHeight; x < from + wide; x += 6) {
    context.beginPath();
    context.moveTo(x, top + rowHeight);
    context.lineTo(x + rowHeight, top);
    context.stroke();
  }
  context.restore();
  const label = gapText((gap.toUs - gap.fromUs) / 1_000);
  const needed = context.measureText(label).width + 8;
  if (wide < needed) return;
  const middle = Math.min(Math.max(from + wide / 2, needed / 2), order.width - needed / 2);
  context.fillStyle = colour('--panel');
  context.fillRect(middle - needed / 2, top + 8, needed, 15);
  context.fillStyle = tone;
  context.textAlign = 'center';
  context.fillText(label, middle, top + rowHeight / 2);
  context.textAlign = 'left';
}

function paintOutages(order: Order): void {
  for (const [from, length] of places(order, order.timeline?.outages)) {
    order.context.fillStyle = order.colour('--alarm');
    order.context.fillRect(from, 20, Math.max(2, length), 8);
  }
}

/** Times that a clock left out or lived through twice: a dashed line under the outages, over all rows. */
function paintClockMarks(order: Order): void {
  for (const [from, length] of places(order, order.timeline?.clockMarks)) {
    order.context.fillStyle = order.colour('--warn');
    for (let x = from; x < from + Math.max(4, length); x += 8) order.context.fillRect(x, 29, 4, 3);
  }
}

const places = (order: Order, spans: readonly View[] = []): (readonly [number, number])[] => spans.filter((span) => visible(order, span)).map((span) => place(order, span));
