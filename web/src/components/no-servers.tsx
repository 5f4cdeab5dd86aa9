import { Link } from '@tanstack/react-router';
import { paths } from '../paths.ts';
import { t } from '../texts/texts.ts';

/** Where there is nothing yet: the way to the first server. */
export function NoServers() {
  return (
    <p className="m-0 rounded border border-line bg-panel p-4">
      {t.failover.noServers}{' '}
      <Link to={paths.setup} className="text-accent">
        {t.overview.setUp}
      </Link>
    </p>
  );
}
