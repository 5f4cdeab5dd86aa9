import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useChangeBlock } from '../api/session.ts';
import { t } from '../texts/texts.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';

interface Props<T> {
  readonly title: string;
  /** What must be typed. */
  readonly name: string;
  readonly text: string;
  readonly action: string;
  readonly send: (confirm: string) => Promise<T>;
  readonly onClose: () => void;
  /** After success, instead of closing. */
  readonly onDone?: (answer: T) => void;
}

/** Asks for the server's name before something that cannot simply be undone. */
export function ConfirmByName<T>({ title, name, text, action, send, onClose, onDone = onClose }: Props<T>) {
  const [typed, setTyped] = useState('');
  const block = useChangeBlock();
  const run = useMutation({ mutationFn: () => send(typed.trim()), onSuccess: onDone });
  const problem = block ?? (run.isPending ? t.common.busy : typed.trim() === name.trim() ? null : t.common.typeName(name));
  return (
    <Dialog
      title={title}
      onClose={onClose}
      onEnter={() => problem === null && run.mutate()}
      actions={
        <>
          <Button onPress={onClose}>{t.common.cancel}</Button>
          <Button kind="danger" disabledBecause={problem} onPress={() => run.mutate()}>
            {action}
          </Button>
        </>
      }
    >
      <p className="mt-0">{text}</p>
      <Field label={t.common.typeName(name)} value={typed} onChange={setTyped} problem={run.error?.message ?? (name.trim().startsWith(typed.trim()) ? null : t.common.notItsName)} autoFocus />
    </Dialog>
  );
}
