import { useQuery } from '@tanstack/react-query';
import type { JobItem } from '../../../src/contract/api/jobs.ts';
import { call, CallError } from '../api/client.ts';
import { useLive } from '../api/live.ts';
import { Verbatim } from './said.tsx';
import { t } from '../texts/texts.ts';
import { Refusal } from '../ui/asked.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Status, type Tone } from '../ui/status.tsx';

const tones: Record<JobItem['state'], Tone> = { waiting: 'dim', running: 'standin', done: 'ok', failed: 'alarm', skipped: 'dim' };

/** Ended long ago, or another failover server's: asking again finds it no more. */
const isGone = (error: Error | null): boolean => error instanceof CallError && error.status === 404;

/** Long work with the progress of every item; closing the dialog does not end the work. */
export function JobDialog({ id, failover, onClose }: { readonly id: string; readonly failover: string; readonly onClose: () => void }) {
  const pushed = useLive((live) => live.snapshot?.jobs.find((job) => job.id === id));
  const asked = useQuery({ queryKey: ['job', failover, id], queryFn: ({ signal }) => call('jobs.get', { failover, params: { job: id }, signal }), refetchInterval: ({ state }) => (state.data?.endedMs || isGone(state.error) ? false : 1_000), retry: false });
  const job = failover === 'this' ? (pushed ?? asked.data) : asked.data;
  return (
    <Dialog title={job?.title ?? (asked.error ? t.jobs.one : t.common.loading)} onClose={onClose} actions={<Button onPress={onClose}>{t.common.close}</Button>}>
      {!job && <Refusal error={asked.error} />}
      <ul aria-live="polite" className="m-0 list-none p-0">
        {job?.items.map((item) => (
          <li key={item.id} className="flex justify-between gap-4 border-b border-line py-1.5">
            <span>{item.name}</span>
            <Status tone={tones[item.state]}>
              {t.jobs[item.state]}
              {item.text !== '' && <>: <Verbatim>{item.text}</Verbatim></>}
              {item.state === 'running' && item.progress !== null && `: ${t.jobs.percent(item.progress)}`}
            </Status>
          </li>
        ))}
      </ul>
      {job && job.items.length === 0 && <p>{t.common.none}</p>}
    </Dialog>
  );
}
