import { useLive } from '../../api/live.ts';
import { t } from '../../texts/en.ts';

/** What needs a person on top, then one row per monitored server and per failover server. */
export function Overview() {
  const snapshot = useLive((live) => live.snapshot);
  if (snapshot === null) return <p className="p-4 text-dim">{t.connection.connecting}</p>;
  return <h1 className="p-4 text-xl">{t.nav.overview}</h1>;
}
