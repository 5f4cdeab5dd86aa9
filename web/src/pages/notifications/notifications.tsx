import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { alarmKinds, notificationChange, type NotificationSettings } from '../../../../src/contract/api/events.ts';
import { call, CallError } from '../../api/client.ts';
import { useChangeBlock, useTypeBlock } from '../../api/session.ts';
import { useEdit } from '../../components/edit.ts';
import { ruleText } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';
import { Asked, Refusal } from '../../ui/asked.tsx';
import { Button } from '../../ui/button.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { Switch } from '../../ui/switch.tsx';
import { Mail, Syslog, Webhook } from './channels.tsx';
import { Prometheus } from './prometheus.tsx';
import { changeOf, formOf, type NotificationForm } from './form.ts';

const key = ['notifications'];

/** Who is told of what, by which way; each way with a test button. */
export function Notifications() {
  const settings = useQuery({ queryKey: key, queryFn: ({ signal }) => call('notifications.get', { signal }) });
  return (
    <Page title={t.nav.notifications}>
      <p className="m-0 text-dim">{t.notifications.intro}</p>
      <Asked query={settings}>{(seen) => <Form seen={seen} />}</Asked>
      <Prometheus />
    </Page>
  );
}

function Form({ seen }: { readonly seen: NotificationSettings }) {
  const block = useChangeBlock();
  const typeBlock = useTypeBlock();
  const client = useQueryClient();
  const edit = useEdit(seen, formOf);
  const { form, started, dirty } = edit;
  const change = changeOf(form, edit.base.version);
  const checked = notificationChange.safeParse(change);
  const restart = (from: NotificationSettings): void => {
    client.setQueryData(key, from);
    edit.restart(from);
  };
  const save = useMutation({
    mutationFn: (_sent: typeof form) => call('notifications.put', { body: change }),
    onSuccess: (from, sent) => {
      client.setQueryData(key, from);
      edit.saved(from, sent);
    },
  });
  const theirs = useMutation({ mutationFn: () => call('notifications.get'), onSuccess: (from) => (save.reset(), restart(from)) });
  const refusal = save.error instanceof CallError ? save.error : null;
  const problem = (path: string): string | null => {
    const found = checked.success ? undefined : checked.error.issues.find((issue) => issue.path.slice(0, 2).join('.') === path);
    return found ? ruleText(found.message) : (refusal?.field === path ? refusal.message : null);
  };
  const channel = { form, problem, typeBlock, block, dirty, set: (part: Partial<NotificationForm>) => edit.type(part), seen: started };

  const because = block ?? (save.isPending ? t.common.busy : !dirty ? t.common.nothingChanged : checked.success ? null : t.failover.mendFirst);
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (because === null) save.mutate(form);
      }}
    >
      <Panel title={t.notifications.kinds}>
        <div className="grid grid-cols-2 gap-x-4 px-4 py-2 lg:grid-cols-5">
          {alarmKinds.map((kind) => (
            <Switch
              key={kind}
              label={t.notifications.kindTexts[kind]}
              checked={form.kinds.includes(kind)}
              disabledBecause={block}
              onChange={(on) => edit.type({ kinds: alarmKinds.filter((each) => (each === kind ? on : form.kinds.includes(each))) })}
            />
          ))}
        </div>
      </Panel>
      <div className="grid gap-4 lg:grid-cols-3">
        <Mail {...channel} />
        <Webhook {...channel} />
        <Syslog {...channel} />
      </div>
      <Refusal ofForm error={save.error} />
      <div className="flex gap-2">
        <Button kind="primary" disabledBecause={because}>
          {t.common.save}
        </Button>
        {refusal?.code === 'input.conflict' && <Button onPress={() => theirs.mutate()}>{t.common.takeTheirs}</Button>}
      </div>
    </form>
  );
}
