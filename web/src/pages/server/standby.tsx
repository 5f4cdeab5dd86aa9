import { useMutation, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { ServerDetail } from '../../../../src/contract/api/servers.ts';
import type { Calculation, Figure } from '../../../../src/contract/api/standby.ts';
import { call } from '../../api/client.ts';
import { useChangeBlock } from '../../api/session.ts';
import { bytesText, rateText } from '../../components/amounts.ts';
import { durationText } from '../../components/time.tsx';
import { Verbatim } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';
import { Asked, Refusal } from '../../ui/asked.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import type { ServerPlace } from './server.tsx';

interface Props {
  readonly server: ServerDetail;
  readonly mode: 'hot' | 'cold';
  readonly place: ServerPlace;
}

/** The calculator that comes before the choice: hot standby doubles streams for ever, so a person decides with figures. */
export function Standby({ server, mode, place }: Props) {
  const block = useChangeBlock();
  const params = { server: server.id };
  const calculation = useQuery({ queryKey: ['standby', server.id, mode], queryFn: ({ signal }) => call('standby.calculate', { params, body: { mode }, signal }), retry: false });
  const choose = useMutation({ mutationFn: () => call('servers.change', { params, body: { version: server.version, standby: { mode } } }), onSuccess: () => place.open(undefined) });
  const test = useMutation({ mutationFn: () => call('standby.test', { params, body: {} }), onSuccess: ({ id }) => place.open(`job:${id}`) });
  const name = t.server[mode];
  return (
    <Dialog
      wide
      title={`${t.server.calculate(name)} (${server.name})`}
      onClose={() => place.open(undefined)}
      actions={
        <>
          <Button onPress={() => place.open(undefined)}>{t.common.cancel}</Button>
          <Button disabledBecause={block} onPress={() => test.mutate()}>
            {t.server.test}
          </Button>
          <Button kind="primary" disabledBecause={block ?? (server.standby.mode === mode ? t.server.chosen : choose.isPending ? t.common.busy : null)} onPress={() => choose.mutate()}>
            {t.server.choose(name)}
          </Button>
        </>
      }
    >
      <Asked query={calculation}>{(data) => <Figures calculation={data} />}</Asked>
      <Refusal error={choose.error ?? test.error} />
    </Dialog>
  );
}

function valueText({ value, unit }: Figure): string {
  if (unit === 'bit/s') return rateText(value);
  if (unit === 'bytes') return bytesText(value);
  if (unit === 'bytes/day') return t.units.perDay(bytesText(value));
  return unit === 's' ? durationText(value * 1_000) : unit === 'cameras' ? t.server.amount(value) : t.units.sessions(value);
}

function Figures({ calculation }: { readonly calculation: Calculation }) {
  const { hot, cold } = calculation;
  const f = t.server.figures;
  return (
    <div className="grid gap-x-6 gap-y-3 lg:grid-cols-2">
      <Group title={t.server.costs} rows={[[f.sessionsPerCamera, hot.sessionsPerCamera], [f.network, hot.network], [f.memory, hot.memory], [f.prerollSeconds, hot.prerollSeconds], [f.coldCameras, hot.coldCameras]]} />
      <Group title={t.server.loses} rows={[[f.lostSeconds, cold.lostSeconds], [f.ofWhichDetection, cold.ofWhichDetection], [f.ofWhichOpening, cold.ofWhichOpening]]} />
      <Group title={t.server.outage} rows={[[t.server.outageDay, calculation.outageDayBytes], [t.server.diskLasts, calculation.diskLastsSeconds], [f.secondFailureCameras, calculation.secondFailureCameras]]} />
      <div>
        <Lines title={t.server.stayCold} lines={hot.stayCold.map(({ serverId, cameraId, name, reason, source }) => [`${serverId}/${cameraId}`, <>{name} <Mark source={source} />: <Verbatim>{reason}</Verbatim></>] as const)} />
        <Lines title={t.server.secondFailure} lines={calculation.secondFailure.map(({ serverId, name, cameras, source }) => [serverId, <>{t.server.notFitting(name, cameras.length)} <Mark source={source} />: {cameras.map((camera) => camera.name).join(', ')}</>] as const)} />
      </div>
    </div>
  );
}

function Group({ title, rows }: { readonly title: string; readonly rows: readonly (readonly [string, Figure])[] }) {
  return (
    <section>
      <h3 className="m-0 border-b border-line pb-1 text-base">{title}</h3>
      <dl className="m-0">
        {rows.map(([name, figure]) => (
          <div key={name} className="py-1">
            <dt className="text-dim">{name}</dt>
            <dd className="m-0">
              <strong>{valueText(figure)}</strong> <Mark source={figure.source} /> <span className="text-sm text-dim"><Verbatim>{figure.text}</Verbatim></span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Mark({ source }: Pick<Figure, 'source'>) {
  return <span className="text-sm text-dim">({t.server.sources[source]})</span>;
}

function Lines({ title, lines }: { readonly title: string; readonly lines: readonly (readonly [key: string, line: ReactNode])[] }) {
  if (lines.length === 0) return null;
  return (
    <>
      <h3 className="m-0 border-b border-line pb-1 text-base">{title}</h3>
      <ul className="m-0 list-none p-0">
        {lines.map(([key, line]) => (
          <li key={key}>{line}</li>
        ))}
      </ul>
    </>
  );
}
