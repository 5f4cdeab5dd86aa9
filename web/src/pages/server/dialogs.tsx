import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { routes } from '../../../../src/contract/api/routes.ts';
import type { ServerDetail } from '../../../../src/contract/api/servers.ts';
import { call } from '../../api/client.ts';
import { useChangeBlock } from '../../api/session.ts';
import { ConfirmByName } from '../../components/confirm-by-name.tsx';
import { JobDialog } from '../../components/job-dialog.tsx';
import { wrongOf } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';
import { Refusal } from '../../ui/asked.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Maintenance } from './maintenance.tsx';
import type { ServerPlace } from './server.tsx';
import { Standby } from './standby.tsx';

/** The dialog that the address names, if any. */
export function ServerDialogs({ server, place }: { readonly server: ServerDetail; readonly place: ServerPlace }) {
  const { dialog } = place;
  const close = (): void => place.open(undefined);
  if (dialog === undefined) return null;
  if (dialog.startsWith('job:')) return <JobDialog id={dialog.slice(4)} failover="this" onClose={close} />;
  if (dialog === 'standby:hot' || dialog === 'standby:cold') return <Standby server={server} mode={dialog === 'standby:hot' ? 'hot' : 'cold'} place={place} />;
  if (dialog === 'maintenance') return <Maintenance server={server} onClose={close} />;
  if (dialog === 'authorize') return <Authorize server={server} onClose={close} />;
  if (dialog === 'stop')
    return (
      <ConfirmByName
        title={t.server.stopTitle(server.name)}
        name={server.name}
        text={t.server.stopWarning}
        action={t.server.stop}
        onClose={close}
        send={(confirm) => call('servers.stop', { params: { server: server.id }, body: { confirm } })}
      />
    );
  return null;
}

const rule = routes['servers.authorize'].body;

/** Pairs anew with the same identity, after an agent got new keys. */
function Authorize({ server, onClose }: { readonly server: ServerDetail; readonly onClose: () => void }) {
  const block = useChangeBlock();
  const [pairingSecret, setSecret] = useState('');
  const checked = rule.safeParse({ pairingSecret });
  const pair = useMutation({ mutationFn: () => call('servers.authorize', { params: { server: server.id }, body: { pairingSecret } }), onSuccess: onClose });
  const empty = pairingSecret.trim() === '';
  const because = block ?? (pair.isPending ? t.common.busy : empty ? t.failover.fillFirst : checked.success ? null : t.failover.mendFirst);
  return (
    <Dialog
      title={t.server.pairAnew}
      onClose={onClose}
      onEnter={() => because === null && pair.mutate()}
      actions={
        <>
          <Button onPress={onClose}>{t.common.cancel}</Button>
          <Button kind="primary" disabledBecause={because} onPress={() => pair.mutate()}>
            {t.failover.authorize}
          </Button>
        </>
      }
    >
      <Field label={t.failover.secret} hint={t.failover.secretHint} value={pairingSecret} onChange={setSecret} problem={empty ? null : wrongOf(checked.error?.issues[0])} autoFocus />
      <Refusal error={pair.error} />
    </Dialog>
  );
}
