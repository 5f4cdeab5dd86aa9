import { useMutation } from '@tanstack/react-query';
import type { NotificationSettings } from '../../../../src/contract/api/events.ts';
import { call } from '../../api/client.ts';
import { useChangeBlock } from '../../api/session.ts';
import { Verbatim } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';
import { Refusal } from '../../ui/asked.tsx';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Panel } from '../../ui/page.tsx';
import { Status } from '../../ui/status.tsx';
import { Switch } from '../../ui/switch.tsx';
import type { NotificationForm } from './form.ts';

interface ChannelProps {
  readonly form: NotificationForm;
  readonly seen: NotificationSettings;
  readonly set: (part: Partial<NotificationForm>) => void;
  readonly problem: (path: string) => string | null;
  /** Why nothing can be typed now. */
  readonly typeBlock: string | null;
  /** Why nothing can be changed now. */
  readonly block: string | null;
  /** Something is typed and not saved: a test would use what is saved. */
  readonly dirty: boolean;
}

const n = t.notifications;

export function Mail({ form: { smtp }, set, problem, typeBlock, block, dirty, seen }: ChannelProps) {
  const field = (key: 'host' | 'port' | 'user' | 'from' | 'to', label: string, hint?: string) => (
    <Field label={label} value={smtp[key]} disabledBecause={typeBlock} hint={hint} problem={problem(`smtp.${key}`)} onChange={(value) => set({ smtp: { ...smtp, [key]: value } })} />
  );
  return (
    <Panel title={n.email}>
      <div className="px-4 py-2">
        <Switch label={n.on} disabledBecause={block} checked={smtp.enabled} onChange={(enabled) => set({ smtp: { ...smtp, enabled } })} />
        {field('host', n.host)}
        {field('port', n.port)}
        <Switch label={n.secure} disabledBecause={block} checked={smtp.secure} onChange={(secure) => set({ smtp: { ...smtp, secure } })} />
        {field('user', n.user)}
        <Field label={n.password} type="password" value={smtp.password} disabledBecause={typeBlock} hint={seen.smtp.passwordSet ? n.isSet : undefined} problem={problem('smtp.password')} onChange={(password) => set({ smtp: { ...smtp, password } })} />
        {field('from', n.from)}
        {field('to', n.to, n.toHint)}
        <Test channel="smtp" dirty={dirty} on={seen.smtp.enabled} />
      </div>
    </Panel>
  );
}

export function Webhook({ form: { webhook }, set, problem, typeBlock, block, dirty, seen }: ChannelProps) {
  return (
    <Panel title={n.webhook}>
      <div className="px-4 py-2">
        <Switch label={n.on} disabledBecause={block} checked={webhook.enabled} onChange={(enabled) => set({ webhook: { ...webhook, enabled } })} />
        <Field label={n.url} value={webhook.url} disabledBecause={typeBlock} problem={problem('webhook.url')} onChange={(url) => set({ webhook: { ...webhook, url } })} />
        <Field
          label={n.secret}
          type="password"
          value={webhook.secret}
          disabledBecause={typeBlock}
          hint={seen.webhook.secretSet ? n.isSet : n.secretHint}
          problem={problem('webhook.secret')}
          onChange={(secret) => set({ webhook: { ...webhook, secret } })}
        />
        <Test channel="webhook" dirty={dirty} on={seen.webhook.enabled} />
      </div>
    </Panel>
  );
}

export function Syslog({ form: { syslog }, set, problem, typeBlock, block, dirty, seen }: ChannelProps) {
  return (
    <Panel title={n.syslog}>
      <div className="px-4 py-2">
        <Switch label={n.on} disabledBecause={block} checked={syslog.enabled} onChange={(enabled) => set({ syslog: { ...syslog, enabled } })} />
        <Field label={n.host} value={syslog.host} disabledBecause={typeBlock} problem={problem('syslog.host')} onChange={(host) => set({ syslog: { ...syslog, host } })} />
        <Field label={n.port} value={syslog.port} disabledBecause={typeBlock} problem={problem('syslog.port')} onChange={(port) => set({ syslog: { ...syslog, port } })} />
        <Test channel="syslog" dirty={dirty} on={seen.syslog.enabled} />
      </div>
    </Panel>
  );
}

function Test({ channel, dirty, on }: { readonly channel: 'smtp' | 'webhook' | 'syslog'; readonly dirty: boolean; readonly on: boolean }) {
  const block = useChangeBlock();
  const test = useMutation({ mutationFn: () => call('notifications.test', { params: { channel } }) });
  return (
    <div className="flex flex-col gap-1 py-2">
      <Button disabledBecause={block ?? (dirty ? n.testSaved : !on ? n.testOff : test.isPending ? n.testing : null)} onPress={() => test.mutate()}>
        {n.test}
      </Button>
      {/* Always there: a region that comes with its text is not heard. */}
      <p role="status" className="m-0 break-words">
        {test.data && (
          <Status tone={test.data.ok ? 'ok' : 'alarm'}>
            {n.result(test.data.ok, test.data.tookMs)} <Verbatim>{test.data.text}</Verbatim>
          </Status>
        )}
      </p>
      <Refusal error={test.error} />
    </div>
  );
}
