import type { Timeline } from '../../../../src/contract/api/footage.ts';
import { gapText } from '../../components/time.tsx';
import { Said, Verbatim } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';
import { exactText } from './place.ts';

interface HoverProps {
  readonly x: number;
  readonly width: number;
  readonly us: number;
  readonly camera: { readonly cameraId: string; readonly name: string } | undefined;
  readonly timeline: Timeline | undefined;
}

const holds = (us: number) => (span: { readonly fromUs: number; readonly toUs: number }) => span.fromUs <= us && us < span.toUs;

/** What lies under the pointer: time, who recorded, or the gap with its length and reason. */
export function Hover({ x, width, us, camera, timeline }: HoverProps) {
  const known = timeline?.cameras.find(({ cameraId }) => cameraId === camera?.cameraId);
  const gap = known?.gaps.find(holds(us));
  const span = known?.spans.find(holds(us));
  const outage = timeline?.outages.find(holds(us));
  const mark = timeline?.clockMarks.find(holds(us));
  return (
    <div style={{ left: Math.min(Math.max(0, x - 120), Math.max(0, width - 260)) }} className="pointer-events-none absolute top-full z-10 mt-1 w-64 rounded border border-line bg-panel px-2 py-1 text-sm shadow">
      <span className="block tabular-nums">{exactText(us)}</span>
      {gap && (
        <span className={`block ${gap.unreachable ? 'text-dim' : 'text-alarm'}`}>
          {t.footage.gapOf(gapText((gap.toUs - gap.fromUs) / 1_000), gap.unreachable)}: <Said reason={gap.reason} sentence />
        </span>
      )}
      {span && (
        <span className="block">
          {t.recordedBy[span.by]}
          {span.provisional && `, ${t.footage.provisional}`}
          {span.locked && `, ${t.footage.locked}`}
        </span>
      )}
      {mark && <span className="block text-warn">{t.footage.clockMark(mark.host, mark.movedMs)}</span>}
      {outage && <span className="block text-dim"><Verbatim>{outage.text}</Verbatim></span>}
    </div>
  );
}
