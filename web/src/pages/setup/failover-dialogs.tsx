import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { routes } from '../../../../src/contract/api/routes.ts';
import { call } from '../../api/client.ts';
import { useChangeBlock } from '../../api/session.ts';
import { wrongOf } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';
import { Refusal } from '../../ui/asked.tsx';
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
  const wrong = (key: 'address' | 'token', typed: string): string | null => (checked.success || typed === '' ? null : wrongOf(checked.error.issues.find(({ path }) => path[0] === key)));
  /** What was refused was refused of what stood there. */
  const typed =
    (set: (value: string) => void) =>
    (value: string): void => {
      set(value);
      add.reset();
    };
  const missing = address.trim() === '' || token === '';
  const because = block ?? (add.isPending ? t.common.busy : missing ? t.failover.fillFirst : checked.success ? null : t.failover.mendFirst);
  return (
    <Dialog
      title={t.failover.addFailover}
      onClose={onClose}
      onEnter={() => because === null && add.mutate()}
      actions={
        <>
          <Button onPress={onClose}>{t.common.cancel}</Button>
          <Button kind="primary" disabledBecause={because} onPress={() => add.mutate()}>
            {t.common.add}
          </Button>
        </>
      }
    >
      <Field label={t.failover.columns.address} hint={t.failover.failoverAddressHint} value={address} onChange={typed(setAddress)} problem={wrong('address', address)} autoFocus />
      <Field label={t.login.token} type="password" hint={t.failover.failoverTokenHint} value={token} onChange={typed(setToken)} problem={wrong('token', token)} />
      <Refusal error={add.error} />
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
      <Refusal error={remove.error} />
    </Dialog>
  );
}
