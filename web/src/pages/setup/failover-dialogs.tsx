import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { routes } from '../../../../src/contract/api/routes.ts';
import { call } from '../../api/client.ts';
import { useChangeBlock } from '../../api/session.ts';
import { t } from '../../texts/en.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import type { Place } from './setup.tsx';

const rule = routes['failovers.add'].body;

export function AddFailover({ onClose }: { readonly onClose: () => void }) {
  const block = useChangeBlock();
  const [address, setAddress] = useState('');
  const [token, setToken] = useState('');
  const checked = rule.safeParse({ address, token });
  const add = useMutation({ mutationFn: () => call('failovers.add', { body: { address, token } }), onSuccess: onClose });
  const wrong = checked.success || address === '' ? undefined : checked.error.issues.find(({ path }) => path[0] === 'address')?.message;
  return (
    <Dialog
      title={t.failover.addFailover}
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{t.common.cancel}</Button>
          <Button kind="primary" disabledBecause={block ?? (add.isPending ? t.common.busy : checked.success ? null : t.failover.mendFirst)} onPress={() => add.mutate()}>
            {t.common.add}
          </Button>
        </>
      }
    >
      <Field label={t.failover.columns.address} hint={t.failover.failoverAddressHint} value={address} onChange={setAddress} problem={wrong ?? null} autoFocus />
      <Field label={t.login.token} type="password" hint={t.failover.failoverTokenHint} value={token} onChange={setToken} problem={add.error?.message ?? null} />
    </Dialog>
  );
}

export function RemoveFailover({ place, onClose }: { readonly place: Place; readonly onClose: () => void }) {
  const block = useChangeBlock();
  const remove = useMutation({ mutationFn: () => call('failovers.remove', { params: { failover: place.failover } }), onSuccess: () => place.go({ failover: undefined, server: undefined, dialog: undefined }) });
  return (
    <Dialog
      title={t.failover.removeFailover}
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{t.common.cancel}</Button>
          <Button kind="danger" disabledBecause={block} onPress={() => remove.mutate()}>
            {t.common.remove}
          </Button>
        </>
      }
    >
      <p className="mt-0">{t.failover.removeFailoverWarning}</p>
      {remove.error && <p role="alert">{remove.error.message}</p>}
    </Dialog>
  );
}
