import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { OutageReport } from '../../../../src/contract/api/outages.ts';
import { call, urlOf } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { At, durationText, gapText } from '../../components/time.tsx';
import { paths } from '../../paths.ts';
import { Said, Verbatim, word } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';
import { Asked } from '../../ui/asked.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { Status } from '../../ui/status.tsx';
import { Cell, RowHead, rowClass, Table } from '../../ui/table.tsx';
import { Lasted, OutageGap } from './outages.tsx';

/** The report of one outage: measured, not claimed. */
export function Outage() {
  const { outage } = useParams({ from: paths.outage });
  const newest = useLive((live) => live.snapshot?.lastEventId);
  const report = useQuery({ queryKey: ['outage', outage, newest], queryFn: ({ signal }) => call('outages.get', { params: { outage }, signal }), placeholderData: (old) => old });
  return (
    <Page
      title={report.data ? t.outages.title(report.data.serverName) : t.outages.one}
      actions={
        report.data && <>
          <a className="text-accent" href={urlOf('outages.page', { params: { outage } })} target="_blank" rel="noreferrer">
            {t.outages.print}
          </a>
          <a className="text-accent" href={urlOf('outages.get', { params: { outage } })} download={`outage-${outage}.json`}>
            {t.events.json}
          </a>
        </>
      }
    >
      <Asked query={report}>{(data) => <Report report={data} />}</Asked>
    </Page>
  );
}

function Report({ report }: { readonly report: OutageReport }) {
  const figures = [
    [t.outages.columns.why, <Said key="why" reason={report.trigger} />],
    [t.outages.started, <At key="a" ms={report.startedMs} />],
    [t.outages.columns.lasted, <Lasted key="b" outage={report} />],
    [t.outages.decided, report.decidedMs === null ? t.outages.notTakenOver : durationText(report.decidedMs - report.startedMs)],
    [t.overview.promised, durationText(report.totals.promisedMs)],
    [t.overview.kept, report.endedMs === null ? t.outages.stillOpen : durationText(report.totals.keptMs)],
    [t.overview.lost, <OutageGap key="c" outage={report} ms={report.gapMs} />],
    ...(report.totals.unknownMs === 0 ? [] : [[t.outages.unknown, gapText(report.totals.unknownMs)] as const]),
    [t.outages.columns.worst, <OutageGap key="d" outage={report} ms={report.worstGapMs} />],
  ] as const;
  return (
    <>
      <Panel>
        <p className="m-0 border-b border-line px-4 py-2">
          <Status tone={report.state === 'final' ? 'ok' : 'warn'}>{t.outages.states[report.state]}</Status> {report.missing.map((each) => (
            <span key={each.code + each.text}>
              <Said reason={each} />{' '}
            </span>
          ))}
        </p>
        <dl className="m-0 grid grid-cols-2 gap-x-6 gap-y-2 px-4 py-3 lg:grid-cols-4">
          {figures.map(([name, value]) => (
            <div key={name}>
              <dt className="text-sm text-dim">{name}</dt>
              <dd className="m-0">{value}</dd>
            </div>
          ))}
        </dl>
      </Panel>
      <Panel title={t.outages.perCamera}>
        <Cameras report={report} />
      </Panel>
      <Panel title={t.outages.steps}>
        <ol className="m-0 list-none p-0">
          {report.steps.map((step, index) => (
            // Steps never move: the place is their identity.
            <li key={index} className="flex flex-wrap gap-x-4 border-b border-line px-4 py-1.5 last:border-b-0">
              <At ms={step.atMs} />
              <span className="text-dim">
                {word(step.from)} → {word(step.to)}
              </span>
              <Verbatim>{step.text}</Verbatim>
            </li>
          ))}
        </ol>
      </Panel>
    </>
  );
}

const c = t.outages.cameraColumns;

function Cameras({ report }: { readonly report: OutageReport }) {
  const { serverId } = report;
  return (
    <Table label={t.outages.perCamera} titles={[c.camera, c.gap, c.gaps, c.first, c.look]}>
      {report.perCamera.map((camera) => (
        <tr key={camera.cameraId} role="row" className={rowClass} data-camera={camera.cameraId}>
          <RowHead>{camera.name}</RowHead>
          <Cell title={c.gap}>
            <OutageGap outage={report} ms={Math.round(camera.gapMs)} />
          </Cell>
          <Cell title={c.gaps} wide>
            {camera.gaps.map((gap) => (
              <span key={gap.fromUs} className="block">
                <At ms={gap.fromUs / 1_000} /> {gapText(gap.gapMs)}: <Said reason={gap.reason} sentence />
              </span>
            ))}
          </Cell>
          <Cell title={c.first}>{camera.firstFrameAfterDecisionMs === null ? '' : gapText(camera.firstFrameAfterDecisionMs)}</Cell>
          <Cell title={c.look}>
            <Link
              to={paths.footage}
              search={{ server: serverId, cameras: camera.cameraId, at: (camera.gaps[0]?.fromUs ?? report.span.fromUs) - 5_000_000, fromUs: report.span.fromUs - 60_000_000, toUs: report.span.toUs + 60_000_000 }}
              preload={false}
              className="text-accent"
            >
              {camera.gaps.length > 0 ? t.outages.play : t.outages.look}
            </Link>
          </Cell>
        </tr>
      ))}
    </Table>
  );
}
