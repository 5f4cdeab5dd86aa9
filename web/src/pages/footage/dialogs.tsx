import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { lockReasonRule } from '../../../../src/contract/api/footage.ts';
import { call, urlOf } from '../../api/client.ts';
import { useChangeBlock } from '../../api/session.ts';
import { MomentField } from '../../components/moment-field.tsx';
import { wrongOf } from '../../components/said.tsx';
import { browserZone } from '../../components/time.tsx';
import { t } from '../../texts/texts.ts';
import { Refusal } from '../../ui/asked.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import type { Picked } from './camera-picker.tsx';
import { locksKey } from './lock-list.tsx';
import { GoTo } from './go-to.tsx';
import { inputTime, usOfInput, type View } from './place.ts';
import { useClips, useTimeline } from './use-footage.ts';

interface DialogsProps {
  readonly dialog: string | undefined;
  readonly picked: Picked;
  /** What was selected on the timeline, or around the cursor. */
  readonly span: View;
  readonly cursorUs: number;
  readonly onGoTo: (us: number) => void;
  readonly onClose: () => void;
}

export function FootageDialogs({ dialog, picked, span, cursorUs, onGoTo, onClose }: DialogsProps) {
  if (dialog === 'time') return <GoTo cursorUs={cursorUs} onGo={onGoTo} onClose={onClose} />;
  if (dialog === 'clip') return <Clip picked={picked} span={span} onClose={onClose} />;
  if (dialog === 'lock') return <Lock picked={picked} span={span} onClose={onClose} />;
  return null;
}

type Props = Pick<DialogsProps, 'picked' | 'span' | 'onClose'>;

const longestUs = 31 * 86_400e6;

function wrongSpan({ fromUs, toUs }: View): string | null {
  if (Number.isNaN(fromUs) || Number.isNaN(toUs)) return t.footage.timesNeeded;
  if (toUs <= fromUs) return t.events.order;
  return toUs - fromUs > longestUs ? t.footage.tooLong : null;
}

/** From and to, typed or selected; `problem` while they are no span. */
function useSpan(seen: View) {
  // As it was when the dialog opened: while it plays, the cursor goes on below.
  const [first] = useState(seen);
  const [from, setFrom] = useState(() => inputTime(first.fromUs));
  const [to, setTo] = useState(() => inputTime(first.toUs));
  const span = { fromUs: usOfInput(from, first.fromUs), toUs: usOfInput(to, first.toUs) };
  const problem = wrongSpan(span);
  const fields = (
    <>
      <MomentField label={t.events.from} step="1" unit={browserZone} value={from} meantMs={span.fromUs / 1_000} onChange={setFrom} />
      <MomentField label={t.events.to} step="1" unit={browserZone} value={to} meantMs={span.toUs / 1_000} onChange={setTo} problem={problem} />
    </>
  );
  return { span, problem, fields };
}

/** One link, or one for each codec where the camera changed it: no player shows both in one file. */
function ClipLinks({ server, camera, name, span }: { readonly server: string; readonly camera: string; readonly name: string; readonly span: View }) {
  const { data: parts = [] } = useClips(server, camera, span);
  const link = (text: string, file: string, { fromUs, toUs }: View) => (
    <a key={file} className="block text-accent" download={file} href={urlOf('footage.clip', { params: { server, camera }, query: { fromUs, toUs } })}>
      {text}
    </a>
  );
  if (parts.length < 2) return link(t.footage.clipOf(name), `${name}.mp4`, span);
  return (
    <>
      {t.footage.clipInParts(name)}
      {parts.map((part, i) => link(t.footage.clipPart(i + 1, part.codec === 'h264' ? 'H.264' : 'H.265', inputTime(part.fromUs).replace('T', ' '), inputTime(part.toUs).replace('T', ' ')), `${name}-${i + 1}.mp4`, part))}
    </>
  );
}

function Clip({ picked, span: first, onClose }: Props) {
  const { span, problem, fields } = useSpan(first);
  const known = useTimeline(picked.server, picked.cameras.map(({ cameraId }) => cameraId), problem === null ? span : first);
  // A download of nothing fails without a word: it is not offered. What cannot be known now is tried.
  const isEmpty = (id: string): boolean =>
    known.data !== undefined && !known.isPlaceholderData && !known.data.cameras.some(({ cameraId, spans }) => cameraId === id && spans.some(({ fromUs, toUs }) => fromUs < span.toUs && toUs > span.fromUs));
  return (
    <Dialog title={t.footage.clipTitle} onClose={onClose} actions={<Button onPress={onClose}>{t.common.close}</Button>}>
      <p className="mt-0">{t.footage.clipHint}</p>
      {fields}
      <ul className="m-0 list-none p-0 pt-2">
        {picked.cameras.map(({ cameraId, name }) => (
          <li key={cameraId} className="py-1">
            {problem === null && isEmpty(cameraId) ? (
              <span className="text-dim">{t.footage.noClipOf(name)}</span>
            ) : problem === null ? (
              <ClipLinks server={picked.server} camera={cameraId} name={name} span={span} />
            ) : (
              <span className="text-dim">{t.footage.clipOf(name)}</span>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function Lock({ picked, span: first, onClose }: Props) {
  const block = useChangeBlock();
  const client = useQueryClient();
  const { span, problem, fields } = useSpan(first);
  const [reason, setReason] = useState('');
  const wrongReason = wrongOf(lockReasonRule.safeParse(reason).error?.issues[0]);
  const lock = useMutation({
    mutationFn: () => Promise.all(picked.cameras.map(({ cameraId }) => call('locks.create', { body: { serverId: picked.server, cameraId, ...span, reason } }))),
    onSuccess: onClose,
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: locksKey(picked.server) }), client.invalidateQueries({ queryKey: ['timeline'] })]),
  });
  const because = block ?? (lock.isPending ? t.common.busy : (problem ?? (reason.trim() === '' ? t.footage.reasonNeeded : wrongReason)));
  return (
    <Dialog
      title={t.footage.lockTitle}
      onClose={onClose}
      onEnter={() => because === null && lock.mutate()}
      actions={
        <>
          <Button onPress={onClose}>{t.common.cancel}</Button>
          <Button kind="primary" disabledBecause={because} onPress={() => lock.mutate()}>
            {t.footage.lock}
          </Button>
        </>
      }
    >
      <p className="mt-0">{t.footage.lockHint(picked.cameras.map(({ name }) => name).join(', '))}</p>
      {fields}
      <Field label={t.footage.reason} value={reason} onChange={setReason} problem={reason === '' ? null : wrongReason} autoFocus />
      <Refusal error={lock.error} />
    </Dialog>
  );
}
