import { t } from '../../texts/en.ts';

/** Setup › Failover, the seed's three panes. */
export function Setup() {
  return <h1 className="p-4 text-xl">{t.failover.title}</h1>;
}
