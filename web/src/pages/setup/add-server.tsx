import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { routes } from '../../../../src/contract/api/routes.ts';
import { call, CallError } from '../../api/client.ts';
import { useChangeBlock } from '../../api/session.ts';
import { ruleText } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';
import { Told } from '../../ui/asked.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Switch } from '../../ui/switch.tsx';
import type { Place } from './setup.tsx';

const rule = routes['servers.add'].body;

/** Plus: address and pairing secret of the agent; *Authorize* in the words of later versions. */
export function AddServer({ place, onClose }: { readonly place: Place; readonly onClose: () => void }) {
  const block = useChangeBlock();
  const [form, setForm] = useState({ address: '', pairingSecret: '', name: '' });
  const [moveProtection, setMoveProtection] = useState(false);
  const body = { address: form.address, pairingSecret: form.pairingSecret, moveProtection, ...(form.name.trim() === '' ? {} : { name: form.name }) };
  const checked = rule.safeParse(body);
  const add = useMutation({
    mutationFn: () => call('servers.add', { failover: place.failover, body }),
    onSuccess: (server) => place.go({ dialog: undefined, server: server.id }),
  });
  const error = add.error instanceof CallError ? add.error : null;

  const problem = (key: keyof typeof form): string | null => {
    const found = checked.success || form[key] === '' ? undefined : checked.error.issues.find(({ path }) => path[0] === key);
    return found ? ruleText(found.message) : (error?.field === key ? error.message : null);
  };
  const field = (key: keyof typeof form, label: string, hint: string, autoFocus = false) => (
    <Field label={label} hint={hint} value={form[key]} problem={problem(key)} autoFocus={autoFocus} onChange={(value) => setForm({ ...form, [key]: value })} />
  );

  const missing = form.address.trim() === '' || form.pairingSecret.trim() === '';
  const because = block ?? (add.isPending ? t.common.busy : missing ? t.failover.fillFirst : checked.success ? null : t.failover.mendFirst);
  return (
    <Dialog
      title={t.failover.addServer}
      onClose={onClose}
      onEnter={() => because === null && add.mutate()}
      actions={
        <>
          <Button onPress={onClose}>{t.common.cancel}</Button>
          <Button kind="primary" disabledBecause={because} onPress={() => add.mutate()}>
            {t.failover.authorize}
          </Button>
        </>
      }
    >
      {field('address', t.failover.columns.address, t.failover.addressHint, true)}
      {field('pairingSecret', t.failover.secret, t.failover.secretHint)}
      {field('name', t.failover.name, t.failover.nameHint)}
      {(error?.code === 'link.other-protector' || moveProtection) && <Switch label={t.failover.move} hint={t.failover.moveHint} checked={moveProtection} onChange={setMoveProtection} />}
      {error && !error.field && (
        <p role="alert" className="text-alarm">
          <Told error={error} />
        </p>
      )}
    </Dialog>
  );
}
