import { useMutation } from '@tanstack/react-query';
import { serverChange, type ServerDetail } from '../../../../src/contract/api/servers.ts';
import { call, CallError } from '../../api/client.ts';
import { useChangeBlock, useTypeBlock } from '../../api/session.ts';
import { useEdit } from '../../components/edit.ts';
import { ruleText, Said } from '../../components/said.tsx';
import { numberOf } from '../../components/typed-number.ts';
import { t } from '../../texts/texts.ts';
import { Refusal } from '../../ui/asked.tsx';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Panel } from '../../ui/page.tsx';
import { Status } from '../../ui/status.tsx';
import { Switch } from '../../ui/switch.tsx';
import type { ServerPlace } from './server.tsx';

const mega = 1_000_000;

const formOf = (server: ServerDetail) => ({
  name: server.name,
  address: server.address,
  priority: String(server.priority),
  copyBack: server.copyBack.enabled,
  rate: String(server.copyBack.bitsPerSecond / mega),
});

/** Name, address, priority, copy back; cold or hot standby through the calculator. */
export function ServerSettings({ server, place }: { readonly server: ServerDetail; readonly place: ServerPlace }) {
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Panel title={t.server.settings}>
        <Form server={server} />
      </Panel>
      <Panel title={t.server.standby}>
        <div className="flex flex-col gap-2 px-4 py-3">
          {(['cold', 'hot'] as const).map((mode) => (
            <div key={mode} className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-3">
              <span>
                <strong>{t.server[mode]}</strong> {server.standby.mode === mode && <Status tone="ok">{t.server.chosen}</Status>}
                <span className="block text-sm text-dim">{mode === 'cold' ? t.server.coldHint : t.server.hotHint}</span>
              </span>
              <Button small onPress={() => place.open(`standby:${mode}`)}>
                {t.server.calculate(t.server[mode])}
              </Button>
            </div>
          ))}
          {server.standby.exceptions.map(({ cameraId, mode, reason }) => (
            <p key={cameraId} className="m-0 text-sm text-dim">
              {server.cameraList.find((camera) => camera.cameraId === cameraId)?.name ?? cameraId}: {t.server[mode]}, <Said reason={reason} />
            </p>
          ))}
        </div>
      </Panel>
    </div>
  );
}

function Form({ server }: { readonly server: ServerDetail }) {
  const block = useChangeBlock();
  const typeBlock = useTypeBlock();
  const edit = useEdit(server, formOf);
  const { form, dirty } = edit;
  const change = {
    version: edit.base.version,
    name: form.name,
    ...(form.address === edit.started.address ? {} : { address: form.address }),
    priority: numberOf(form.priority),
    copyBack: { enabled: form.copyBack, bitsPerSecond: Math.round(numberOf(form.rate) * mega) },
  };
  const checked = serverChange.safeParse(change);
  const save = useMutation({
    mutationFn: (_sent: typeof form) => call('servers.change', { params: { server: server.id }, body: change }),
    onSuccess: (next, sent) => edit.saved({ ...server, ...next }, sent),
  });
  const restart = (from: ServerDetail): void => {
    edit.restart(from);
    save.reset();
  };
  const refusal = save.error instanceof CallError ? save.error : null;
  const problem = (path: string): string | null => {
    const found = checked.success ? undefined : checked.error.issues.find((issue) => issue.path.join('.') === path);
    return found ? ruleText(found.message) : (refusal?.field === path ? refusal.message : null);
  };
  const because = block ?? (save.isPending ? t.common.busy : !dirty ? t.common.nothingChanged : checked.success ? null : t.failover.mendFirst);
  const field = (key: 'name' | 'address' | 'priority' | 'rate', label: string, path: string, hint?: string, unit?: string) => (
    <Field label={label} value={form[key]} hint={hint} unit={unit} disabledBecause={typeBlock} problem={dirty ? problem(path) : null} onChange={(value) => edit.type({ [key]: value })} />
  );
  return (
    <form
      className="flex flex-col gap-1 px-4 py-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (because === null) save.mutate(form);
      }}
    >
      {field('name', t.failover.name, 'name')}
      {field('address', t.failover.columns.address, 'address')}
      {field('priority', t.server.priority, 'priority', t.server.priorityHint)}
      <Switch label={t.server.copyBack} hint={t.server.copyBackHint} checked={form.copyBack} disabledBecause={block} onChange={(copyBack) => edit.type({ copyBack })} />
      {field('rate', t.failover.bitRate, 'copyBack.bitsPerSecond', undefined, t.failover.megabits)}
      <Refusal ofForm error={save.error} />
      <div className="flex gap-2 py-1">
        <Button kind="primary" disabledBecause={because}>
          {t.common.save}
        </Button>
        <Button disabledBecause={dirty ? null : t.common.nothingChanged} onPress={() => restart(server)}>
          {refusal?.code === 'input.conflict' ? t.common.takeTheirs : t.common.cancel}
        </Button>
      </div>
    </form>
  );
}
