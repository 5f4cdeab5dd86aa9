import type { Timeline } from '../../../../src/contract/api/footage.ts';
import { At, gapText } from '../../components/time.tsx';
import { Said } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';
import { Button } from '../../ui/button.tsx';
import { Panel } from '../../ui/page.tsx';
import { Status } from '../../ui/status.tsx';
import { Cell, RowHead, rowClass, Table } from '../../ui/table.tsx';
import type { View } from './place.ts';

interface GapListProps {
  readonly timeline: Timeline | undefined;
  readonly cameras: readonly { readonly cameraId: string; readonly name: string }[];
  readonly view: View;
  readonly onPlayFrom: (us: number) => void;
}

const most = 50;
const c = t.footage.gapColumns;

/** The gaps of the view in words: length in milliseconds and reason, for everybody who cannot see the canvas too. */
export function GapList({ timeline, cameras, view, onPlayFrom }: GapListProps) {
  if (!timeline) return null;
  const gaps = cameras.flatMap(({ cameraId, name }) =>
    (timeline.cameras.find((each) => each.cameraId === cameraId)?.gaps ?? []).filter(({ fromUs, toUs }) => toUs > view.fromUs && fromUs < view.toUs).map((gap) => ({ ...gap, cameraId, name })),
  );
  const marks = timeline.clockMarks.filter(({ fromUs, toUs }) => toUs > view.fromUs && fromUs < view.toUs);
  return (
    <Panel title={t.footage.gaps}>
      {marks.map((mark) => (
        <p key={`${mark.host} ${mark.fromUs} ${mark.movedMs}`} className="m-0 px-4 py-2">
          <Status tone="warn">
            <At ms={mark.fromUs / 1_000} /> – <At ms={mark.toUs / 1_000} />: {t.footage.clockMark(mark.host, mark.movedMs)}
          </Status>
        </p>
      ))}
      {gaps.length === 0 ? (
        <p className="m-0 px-4 py-2">
          {timeline.hosts.every(({ reachable }) => reachable) ? <Status tone="ok">{t.footage.noGaps}</Status> : <Status tone="dim">{t.footage.noKnownGaps}</Status>}
        </p>
      ) : (
        <Table label={t.footage.gaps} titles={[c.camera, c.from, c.length, c.why, c.play]}>
          {gaps.slice(0, most).map((gap) => (
            <tr key={`${gap.cameraId} ${gap.fromUs}`} role="row" className={rowClass} data-gap-ms={Math.round((gap.toUs - gap.fromUs) / 1_000)} data-camera={gap.cameraId}>
              <RowHead>{gap.name}</RowHead>
              <Cell title={c.from}>
                <At ms={gap.fromUs / 1_000} />
              </Cell>
              <Cell title={c.length}>
                <Status nowrap tone={gap.unreachable ? 'dim' : 'warn'}>{gapText((gap.toUs - gap.fromUs) / 1_000)}</Status>
              </Cell>
              <Cell title={c.why} wide>
                <Said reason={gap.reason} sentence />
              </Cell>
              <Cell title={c.play}>
                <Button small onPress={() => onPlayFrom(gap.fromUs - 3e6)}>
                  {t.footage.goBefore}
                </Button>
              </Cell>
            </tr>
          ))}
        </Table>
      )}
      {gaps.length > most && <p className="m-0 px-4 py-2 text-dim">{t.footage.moreGaps(gaps.length - most)}</p>}
    </Panel>
  );
}
