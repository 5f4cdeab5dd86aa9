import { useLive } from '../../api/live.ts';
import { useTitle } from '../../components/title.ts';
import { t } from '../../texts/en.ts';
import { AttentionList } from './attention-list.tsx';
import { FailoverCards } from './failover-card.tsx';
import { ServerTable } from './server-table.tsx';

/** What needs a person on top, then one row per monitored server and one card per failover server. */
export function Overview() {
  const loaded = useLive((live) => live.snapshot !== null);
  useTitle(t.nav.overview);
  if (!loaded) return <p className="p-4 text-dim">{t.connection.connecting}</p>;
  return (
    <div className="flex flex-col gap-4 p-4">
      <h1 className="m-0 text-xl font-semibold">{t.nav.overview}</h1>
      <AttentionList />
      <FailoverCards />
      <ServerTable />
    </div>
  );
}
