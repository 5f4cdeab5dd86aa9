import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useChangeBlock } from '../../api/session.ts';
import { t } from '../../texts/en.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';

interface Props {
  readonly title: string;
  /** What must be typed. */
  readonly name: string;
  readonly text: string;
  readonly action: string;
  readonly send: (confirm: string) => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asks for the server's name before something that cannot simply be undone. */
export function ConfirmByName({ title, name, text, action, send, onClose }: Props) {
  const [typed, setTyped] = useState('');
  const block = useChangeBlock();
  const run = useMutation({ mutationFn: () => send(typed.trim()), onSuccess: onClose });
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{t.common.cancel}</Button>
          <Button kind="danger" disabledBecause={block ?? (run.isPending ? t.common.busy : typed.trim() === name ? null : t.common.typeName(name))} onPress={() => run.mutate()}>
            {action}
          </Button>
        </>
      }
    >
      <p className="mt-0">{text}</p>
      <Field label={t.common.typeName(name)} value={typed} onChange={setTyped} problem={run.error?.message ?? null} autoFocus />
    </Dialog>
  );
}
