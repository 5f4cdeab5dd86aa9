import { useLive } from '../api/live.ts';
import { timeText } from './time.tsx';
import { t } from '../texts/texts.ts';

/** Says so while the live connection is lost; what was typed on the page stays. */
export function ConnectionBar() {
  const state = useLive((live) => live.state);
  const lostAtMs = useLive((live) => live.lostAtMs);
  if (state !== 'lost' || lostAtMs === null) return null;
  return (
    <p role="alert" className="m-0 bg-alarm px-4 py-1.5 text-panel">
      {t.connection.lost(timeText(lostAtMs))}
    </p>
  );
}
