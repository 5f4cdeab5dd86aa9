import type { MonitoredServer } from '../../../../src/contract/api/servers.ts';
import { AddFailover, RemoveFailover } from './failover-dialogs.tsx';
import { AddServer } from './add-server.tsx';
import { Advanced } from './advanced.tsx';
import { ConfirmByName } from '../../components/confirm-by-name.tsx';
import { JobDialog } from '../../components/job-dialog.tsx';
import type { Place } from './setup.tsx';
import { call } from '../../api/client.ts';
import { canText } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';

interface Props {
  readonly place: Place;
  readonly selected: MonitoredServer | null;
}

/** The dialog that the address names, if any. */
export function SetupDialogs({ place, selected }: Props) {
  const close = (): void => place.go({ dialog: undefined });
  const name = place.dialog;
  if (name === undefined) return null;
  if (name === 'advanced') return <Advanced place={place} onClose={close} />;
  if (name === 'add-server') return <AddServer place={place} onClose={close} />;
  if (name === 'add-failover') return <AddFailover onClose={close} />;
  if (name === 'remove-failover') return <RemoveFailover place={place} onClose={close} />;
  if (name.startsWith('job:')) return <JobDialog id={name.slice(4)} failover={place.failover} onClose={close} />;
  if (selected === null) return null;
  const server = selected.id;
  const failover = place.failover;
  if (name === 'remove-server')
    return (
      <ConfirmByName title={t.failover.removeServer} name={selected.name} text={t.failover.removeWarning(selected.cameras)} action={t.common.remove} onClose={close} send={(confirm) => call('servers.remove', { failover, params: { server }, query: { confirm } })} />
    );
  if (name === 'take-over')
    return (
      <ConfirmByName
        title={t.failover.takeOver}
        name={selected.name}
        text={canText(selected.can.takeOver) ?? t.failover.takeOverWarning}
        action={t.failover.takeOver}
        onClose={close}
        send={(confirm) => call('servers.takeOver', { failover, params: { server }, body: { confirm } })}
      />
    );
  if (name === 'reset')
    return (
      <ConfirmByName title={t.failover.reset} name={selected.name} text={canText(selected.can.reset) ?? ''} action={t.failover.reset} onClose={close} send={(confirm) => call('servers.reset', { failover, params: { server }, body: { confirm } })} />
    );
  return null;
}
