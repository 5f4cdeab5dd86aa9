import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Capability } from '../../../../src/contract/api/common.ts';
import type { MonitoredServer } from '../../../../src/contract/api/servers.ts';
import { call } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { useChangeBlock } from '../../api/session.ts';
import { roleText } from '../../components/server-state.tsx';
import { paths } from '../../paths.ts';
import { canText } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';
import { Refusal } from '../../ui/asked.tsx';
import { Button } from '../../ui/button.tsx';
import type { Place } from './setup.tsx';

/** Take over server, Reset restored server, Advanced. */
export function Commands({ place, selected }: { readonly place: Place; readonly selected: MonitoredServer | null }) {
  const block = useChangeBlock();
  const reset = useMutation({ mutationFn: (server: string) => call('servers.reset', { failover: place.failover, params: { server }, body: {} }) });
  const takeOver = useMutation({ mutationFn: (server: string) => call('servers.takeOver', { failover: place.failover, params: { server }, body: {} }) });
  const url = useLive((live) => live.snapshot?.failovers.find(({ id }) => id === place.failover)?.url);
  const because = (can: Capability | undefined): string | null => block ?? (can === undefined ? t.failover.selectFirst : can.allowed ? null : (canText(can) ?? ''));
  const error = reset.error ?? takeOver.error;

  const pressTakeOver = (): void => {
    if (selected === null) return;
    if (selected.can.takeOver.confirm) place.go({ dialog: 'take-over', server: selected.id });
    else takeOver.mutate(selected.id);
  };
  const pressReset = (): void => {
    if (selected === null) return;
    if (selected.can.reset.confirm) place.go({ dialog: 'reset', server: selected.id });
    else reset.mutate(selected.id);
  };

  return (
    <div className="flex flex-col gap-2 border-y border-line py-3">
      {selected && (
        <p className="m-0">
          <strong className="break-words">{selected.name}</strong> <span className="text-dim">{roleText(selected)}</span>
          {place.failover === 'this' ? (
            <Link to={paths.server} params={{ server: selected.id }} preload={false} className="block text-accent" aria-label={t.failover.detailsOf(t.failover.details, selected.name)}>
              {t.failover.details}
            </Link>
          ) : (
            url && (
              <a href={`${url}${paths.server.replace('$server', selected.id)}`} target="_blank" rel="noreferrer" className="block text-accent" aria-label={t.failover.detailsOf(t.failover.detailsThere, selected.name)}>
                {t.failover.detailsThere}
              </a>
            )
          )}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        <Button kind="primary" disabledBecause={because(selected?.can.takeOver)} onPress={pressTakeOver}>
          {t.failover.takeOver}
        </Button>
        <Button disabledBecause={because(selected?.can.reset)} onPress={pressReset}>
          {t.failover.reset}
        </Button>
        <Button onPress={() => place.go({ dialog: 'advanced' })}>{t.failover.advanced}</Button>
      </div>
      <Refusal error={error} />
    </div>
  );
}
