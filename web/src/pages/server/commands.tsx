import { useMutation } from '@tanstack/react-query';
import type { Capability } from '../../../../src/contract/api/common.ts';
import type { ServerDetail } from '../../../../src/contract/api/servers.ts';
import { call } from '../../api/client.ts';
import { useChangeBlock } from '../../api/session.ts';
import { canText } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';
import { Refusal } from '../../ui/asked.tsx';
import { Button } from '../../ui/button.tsx';
import type { ServerPlace } from './server.tsx';

/** Commands beside the seed's: maintenance, check, stop recording, copy back. */
export function ServerCommands({ server, place }: { readonly server: ServerDetail; readonly place: ServerPlace }) {
  const block = useChangeBlock();
  const params = { server: server.id };
  const check = useMutation({ mutationFn: () => call('check.server', { params }), onSuccess: ({ id }) => place.open(`job:${id}`) });
  const end = useMutation({ mutationFn: () => call('servers.endMaintenance', { params }) });
  const copy = useMutation({
    mutationFn: async () => {
      await call('servers.copyBack', { params, body: {} });
      return (await call('jobs.list')).find(({ kind }) => kind === 'copy back');
    },
    onSuccess: (job) => job && place.open(`job:${job.id}`),
  });
  const because = (can: Capability): string | null => block ?? (can.allowed ? null : (canText(can) ?? ''));
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap gap-2">
        {server.maintenance ? (
          <Button kind="primary" disabledBecause={block} onPress={() => end.mutate()}>
            {t.server.end}
          </Button>
        ) : (
          <Button disabledBecause={because(server.can.maintenance)} onPress={() => place.open('maintenance')}>
            {t.server.maintenance} …
          </Button>
        )}
        <Button disabledBecause={block ?? (check.isPending ? t.common.busy : null)} onPress={() => check.mutate()}>
          {t.server.checkNow}
        </Button>
        <Button disabledBecause={block ?? (copy.isPending ? t.common.busy : null)} onPress={() => copy.mutate()}>
          {t.server.copyBackNow}
        </Button>
        <Button disabledBecause={block} onPress={() => place.open('authorize')}>
          {t.server.pairAnew} …
        </Button>
        <Button kind="danger" disabledBecause={because(server.can.stopRecording)} onPress={() => place.open('stop')}>
          {t.server.stop} …
        </Button>
      </div>
      <Refusal error={check.error ?? end.error ?? copy.error} />
    </div>
  );
}
