import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useLive } from '../../api/live.ts';
import { useSteps } from '../../components/steps.ts';
import { useTitle } from '../../components/title.ts';
import { WorkList } from '../../components/work-list.tsx';
import { paths } from '../../paths.ts';
import { t } from '../../texts/texts.ts';
import { AttentionList } from './attention-list.tsx';
import { FailoverCards } from './failover-card.tsx';
import { ServerTables } from './server-table.tsx';

/** Loaded when it is opened: the first screen stays small. */
const JobDialog = lazy(async () => ({ default: (await import('../../components/job-dialog.tsx')).JobDialog }));

/** What needs a person on top, then work under way, one card per failover server and one row per monitored server. */
export function Overview() {
  const loaded = useLive((live) => live.snapshot !== null);
  const { job } = useSearch({ from: paths.overview });
  const navigate = useNavigate({ from: paths.overview });
  const go = useSteps<{ readonly dialog: string | undefined }>(job, ({ dialog }, how) => void navigate({ search: { job: dialog }, ...how }));
  const show = (next: string | undefined): void => go({ dialog: next });
  useTitle(t.nav.overview);
  if (!loaded) return <p className="p-4 text-dim">{t.connection.connecting}</p>;
  return (
    <div className="flex flex-col gap-4 p-4">
      <h1 className="m-0 text-xl font-semibold">{t.nav.overview}</h1>
      <AttentionList />
      <WorkList onOpen={show} />
      <FailoverCards />
      <ServerTables />
      {job !== undefined && (
        <Suspense>
          <JobDialog id={job} failover="this" onClose={() => show(undefined)} />
        </Suspense>
      )}
    </div>
  );
}
