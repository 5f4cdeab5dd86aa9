import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { EvidenceLockDto } from '../../../../src/contract/api/footage.ts';
import { call } from '../../api/client.ts';
import { useChangeBlock } from '../../api/session.ts';
import { At } from '../../components/time.tsx';
import { t } from '../../texts/texts.ts';
import { Refusal } from '../../ui/asked.tsx';
import { Button } from '../../ui/button.tsx';
import { Panel } from '../../ui/page.tsx';

export const locksKey = (server: string): readonly string[] => ['locks', server];

/** Evidence locks of the chosen cameras. */
export function LockList({ server, cameras }: { readonly server: string; readonly cameras: readonly { readonly cameraId: string; readonly name: string }[] }) {
  const client = useQueryClient();
  const block = useChangeBlock();
  const locks = useQuery({ queryKey: locksKey(server), queryFn: ({ signal }) => call('locks.list', { query: { server }, signal }) });
  const unlock = useMutation({ mutationFn: (lock: string) => call('locks.remove', { params: { lock } }), onSuccess: () => client.invalidateQueries({ queryKey: locksKey(server) }) });
  const shown = locks.data?.filter(({ cameraId }) => cameras.some((camera) => camera.cameraId === cameraId)) ?? [];
  const nameOf = ({ cameraId }: EvidenceLockDto): string => cameras.find((camera) => camera.cameraId === cameraId)?.name ?? cameraId;
  if (shown.length === 0) return <Refusal error={locks.error} />;
  return (
    <Panel title={t.footage.locks}>
      <ul className="m-0 list-none p-0">
        {shown.map((lock) => (
          <li key={lock.id} data-lock={lock.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-4 py-1.5 last:border-b-0">
            <strong>{nameOf(lock)}</strong>
            <span>
              <At ms={lock.fromUs / 1_000} /> – <At ms={lock.toUs / 1_000} />
            </span>
            <span className="min-w-0 grow break-words">{lock.reason}</span>
            <span className="text-sm text-dim">{t.footage.lockedBy(lock.lockedBy, lock.on.map((host) => t.recordedBy[host]).join(', '))}</span>
            <Button small label={`${t.footage.unlock}: ${lock.reason}`} disabledBecause={block} onPress={() => unlock.mutate(lock.id)}>
              {t.footage.unlock}
            </Button>
          </li>
        ))}
      </ul>
      <Refusal error={unlock.error} />
    </Panel>
  );
}
