import { useLive } from '../api/live.ts';
import { t } from '../texts/texts.ts';
import { Button } from '../ui/button.tsx';
import { Panel } from '../ui/page.tsx';
import { Status } from '../ui/status.tsx';

/** Long work that runs now, whoever started it; nothing while there is none. */
export function WorkList({ onOpen }: { readonly onOpen: (job: string) => void }) {
  const running = (useLive((live) => live.snapshot?.jobs) ?? []).filter(({ endedMs }) => endedMs === null);
  if (running.length === 0) return null;
  return (
    <Panel title={t.jobs.underWay}>
      <ul className="m-0 list-none p-0">
        {running.map(({ id, title, by, items }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-4 py-2 last:border-b-0">
            <span className="min-w-0 break-words">{title}</span>
            <Status tone="standin">{t.jobs.doneOf(items.filter(({ state }) => state !== 'waiting' && state !== 'running').length, items.length)}</Status>
            <span className="text-sm text-dim">{t.jobs.startedBy(by)}</span>
            <Button small label={t.jobs.showOf(title)} onPress={() => onOpen(id)}>
              {t.jobs.show}
            </Button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
