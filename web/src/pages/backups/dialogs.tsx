import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { routes } from '../../../../src/contract/api/routes.ts';
import type { Job } from '../../../../src/contract/api/jobs.ts';
import { call, download } from '../../api/client.ts';
import { useChangeBlock } from '../../api/session.ts';
import { ConfirmByName } from '../../components/confirm-by-name.tsx';
import { JobDialog } from '../../components/job-dialog.tsx';
import { wrongOf } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import type { BackupPlace } from './backups.tsx';

interface Props {
  readonly server: string;
  readonly name: string;
  readonly place: BackupPlace;
  readonly onChanged: () => void;
}

/** The dialog that the address names, if any. */
export function BackupDialogs({ server, name, place, onChanged }: Props) {
  const close = (): void => {
    place.go({ dialog: undefined });
    onChanged();
  };
  const { dialog, version } = place;
  if (dialog === undefined) return null;
  if (dialog.startsWith('job:')) return <JobDialog id={dialog.slice(4)} failover="this" onClose={close} />;
  if (version === undefined) return null;
  const params = { server, version };
  if (dialog === 'download') return <Download params={params} name={name} onClose={close} />;
  if (dialog === 'accept')
    return <ConfirmByName title={t.backups.accept} name={name} text={t.backups.acceptWarning} action={t.backups.accept} onClose={close} send={(confirm) => call('backups.accept', { params, body: { confirm } })} />;
  if (dialog === 'remove')
    return <ConfirmByName title={t.backups.removeTitle(version)} name={name} text={t.backups.removeWarning} action={t.common.remove} onClose={close} send={() => call('backups.remove', { params })} />;
  if (dialog === 'roll-back')
    return (
      <ConfirmByName
        title={t.backups.rollBackTitle(version)}
        name={name}
        text={t.backups.rollBackWarning}
        action={t.backups.rollBack}
        onClose={close}
        onDone={(job: Job) => place.go({ dialog: `job:${job.id}` })}
        send={(confirm) => call('backups.rollBack', { params, body: { confirm } })}
      />
    );
  return null;
}

const rule = routes['backups.download'].body;

/** A version sealed with a passphrase; without it the file opens nowhere. */
function Download({ params, name, onClose }: { readonly params: { readonly server: string; readonly version: number }; readonly name: string; readonly onClose: () => void }) {
  const block = useChangeBlock();
  const [passphrase, setPassphrase] = useState('');
  const checked = rule.safeParse({ passphrase });
  const save = useMutation({ mutationFn: () => download('backups.download', { params, body: { passphrase } }, `${name}-${params.version}.understudy-backup`), onSuccess: onClose });
  const because = block ?? (save.isPending ? t.common.busy : passphrase === '' ? t.failover.fillFirst : checked.success ? null : t.failover.mendFirst);
  return (
    <Dialog
      title={t.backups.downloadTitle(params.version)}
      onClose={onClose}
      onEnter={() => because === null && save.mutate()}
      actions={
        <>
          <Button onPress={onClose}>{t.common.cancel}</Button>
          <Button kind="primary" disabledBecause={because} onPress={() => save.mutate()}>
            {t.backups.download}
          </Button>
        </>
      }
    >
      <Field
        label={t.backups.passphrase}
        type="password"
        hint={t.backups.passphraseHint}
        value={passphrase}
        onChange={setPassphrase}
        autoFocus
        problem={save.error?.message ?? (checked.success || passphrase === '' ? null : wrongOf(checked.error.issues[0]))}
      />
    </Dialog>
  );
}
