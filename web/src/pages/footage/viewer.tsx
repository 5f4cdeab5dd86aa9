import { useEffect, useId, useRef, useState } from 'react';
import type { Timeline as TimelineData } from '../../../../src/contract/api/footage.ts';
import { serverNowMs } from '../../api/live.ts';
import { gapText } from '../../components/time.tsx';
import { Said, saidText } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';
import { Refusal } from '../../ui/asked.tsx';
import { Status } from '../../ui/status.tsx';
import type { Picked } from './camera-picker.tsx';
import { FootageDialogs } from './dialogs.tsx';
import { GapList } from './gap-list.tsx';
import { LockList } from './lock-list.tsx';
import { exactText, moved, speedOf, viewOf, type FootageSearch, type View } from './place.ts';
import { useAddress, useArrival, type FootageSteps } from './steps.ts';
import { Tile } from './tile.tsx';
import { Timeline } from './timeline.tsx';
import { Legend, Transport } from './transport.tsx';
import { firstView, usePlayer, useTimeline } from './use-footage.ts';

interface ViewerProps {
  readonly picked: Picked;
  readonly steps: FootageSteps;
  readonly openedUs: number;
}

const nowUs = (): number => serverNowMs() * 1_000;

/** Pictures, controls, timeline, gaps and locks of the chosen cameras. */
export function Viewer({ picked, steps, openedUs }: ViewerProps) {
  const { search, go, here } = steps;
  const [view, setView] = useState<View>(() => viewOf(search.fromUs, search.toUs) ?? firstView(picked.cameras, openedUs));
  const [selection, setSelection] = useState<View | null>(() => viewOf(search.selectedFromUs, search.selectedToUs));
  const keysId = useId();
  const [sound, setSound] = useState(false);
  const ids = picked.cameras.map(({ cameraId }) => cameraId);
  const timeline = useTimeline(picked.server, ids, view);
  const [player, state] = usePlayer(nowUs);
  const live = search.live === true;
  const cursorUs = live ? nowUs() : (state?.cursorUs ?? 0);

  // Place and speed that the address names, once; later the player leads and the address follows.
  const started = useRef(false);
  useEffect(() => {
    if (!player || started.current) return;
    started.current = true;
    player.setSpeed(search.speed ?? 1);
    player.seek(search.at ?? Math.max(view.fromUs, openedUs - 30e6));
  }, [player, search.at, search.speed, view.fromUs, openedUs]);
  useEffect(() => {
    if (timeline.data) player?.know(new Map(timeline.data.cameras.map((camera) => [camera.cameraId, camera])));
  }, [player, timeline.data]);
  const placeAt = (us: number | undefined): FootageSearch => ({
    server: picked.server,
    cameras: ids.join(),
    ...view,
    selectedFromUs: selection?.fromUs,
    selectedToUs: selection?.toUs,
    // Live is no place: where the cursor stood before it is kept.
    at: live || !us ? search.at : us,
    speed: speedOf(state?.speed),
  });
  useEffect(() => {
    here.current = () => placeAt(player?.view().cursorUs);
    return () => void (here.current = () => ({}));
  });
  useAddress(steps, placeAt(state?.cursorUs));
  useArrival(steps, (to) => {
    setView(viewOf(to.fromUs, to.toUs) ?? firstView(picked.cameras, nowUs()));
    setSelection(viewOf(to.selectedFromUs, to.selectedToUs));
    player?.pause();
    player?.setSpeed(to.speed ?? 1);
    player?.seek(to.at ?? nowUs() - 30e6);
  });
  // While it plays, the view goes along with the cursor.
  if (state?.mode === 'playing' && !live && cursorUs > view.toUs && cursorUs < view.toUs + 10e6) setView(moved(view, (view.toUs - view.fromUs) * 0.7));

  const possible = (us: number): number => Math.round(Math.min(us, nowUs() - 1_000_000));
  const seek = (us: number): number => {
    const at = possible(us);
    // From live to a place is a step, from place to place is not.
    go({ at, live: undefined }, !live);
    player?.seek(at);
    return at;
  };
  const step = (next: View): void => {
    go(next);
    setView(next);
  };
  const playFrom = (us: number): void => {
    const at = possible(us);
    go({ at, live: undefined });
    player?.seek(at);
    player?.play();
  };
  const goTo = (us: number): void => {
    const at = possible(us);
    const next = moved(view, at - (view.fromUs + view.toUs) / 2);
    go({ ...next, at, live: undefined, dialog: undefined });
    setView(next);
    player?.seek(at);
  };
  const side = Math.min(3, Math.ceil(Math.sqrt(ids.length)));
  const span = selection ?? { fromUs: cursorUs - 10e6, toUs: cursorUs + 20e6 };
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <div className={`grid gap-2 ${grids[side]} ${heights[side]}`}>
        {picked.cameras.map((camera) => (
          <Tile
            key={camera.cameraId}
            server={picked.server}
            camera={camera}
            player={live ? null : player}
            sound={sound && ids.length === 1}
            alone={ids.length === 1}
            note={live ? null : noteAt(timeline.data, camera.cameraId, cursorUs)}
            onDownload={() => go({ dialog: 'clip' })}
          />
        ))}
      </div>
      {player && state && <Transport player={player} state={state} picked={picked} live={live} sound={sound} onSound={setSound} view={view} onStep={step} go={go} />}
      <div className="rounded border border-line bg-panel">
        <Timeline view={view} cameras={picked.cameras} timeline={timeline.data} cursorUs={cursorUs} selection={selection} keysId={keysId} onView={setView} onStep={step} onSeek={seek} onSelect={setSelection} />
      </div>
      {/* Below the timeline: above it, what is under the pointer would move away while it plays. */}
      {state?.skipped && !live && (
        <p role="status" className="m-0">
          <Status tone="warn">{t.footage.skipped(gapText((state.skipped.toUs - state.skipped.fromUs) / 1_000))}</Status>
        </p>
      )}
      <Selection selection={selection} />
      <Legend keysId={keysId} />
      <Hosts timeline={timeline.data} />
      <Refusal error={timeline.error} />
      <GapList timeline={timeline.data} cameras={picked.cameras} view={view} onPlayFrom={playFrom} />
      <LockList server={picked.server} cameras={picked.cameras} />
      {/* Before the player knows its place, what is around it is not known. */}
      {cursorUs > 0 && <FootageDialogs dialog={search.dialog} picked={picked} span={span} cursorUs={cursorUs} onGoTo={goTo} onClose={() => go({ dialog: undefined })} />}
    </div>
  );
}

/** Pictures and timeline are seen together: many pictures share the height of one. */
const heights = ['', '[--tile:48vh]', '[--tile:48vh] sm:[--tile:25vh]', '[--tile:48vh] sm:[--tile:25vh] xl:[--tile:18vh]'] as const;
const grids = ['', '', 'sm:grid-cols-2', 'sm:grid-cols-2 xl:grid-cols-3'] as const;

/** What is selected, in words; its end is said as well. */
function Selection({ selection }: { readonly selection: View | null }) {
  const [was, setWas] = useState(false);
  if (selection !== null && !was) setWas(true);
  return (
    <p role="status" className={selection === null ? 'sr-only' : 'm-0'}>
      {selection !== null ? t.footage.selected(gapText((selection.toUs - selection.fromUs) / 1_000), exactText(selection.fromUs), exactText(selection.toUs)) : was && t.footage.nothingSelected}
    </p>
  );
}

/** A host that does not answer may have footage that is not shown. */
function Hosts({ timeline }: { readonly timeline: TimelineData | undefined }) {
  return timeline?.hosts
    .filter(({ reachable }) => !reachable)
    .map(({ host, reason }) => (
      <p key={host} role="status" className="m-0">
        <Status tone="warn">
          {t.footage.unreachable(t.recordedBy[host])} {reason && <Said reason={reason} />}
        </Status>
      </p>
    ));
}

/** What is said over a picture that is not there: the gap with its reason, or that all this lies before the first footage. */
function noteAt(timeline: TimelineData | undefined, camera: string, us: number): string | null {
  const known = timeline?.cameras.find(({ cameraId }) => cameraId === camera);
  const gap = known?.gaps.find(({ fromUs, toUs }) => fromUs <= us && us < toUs);
  if (known && gap === undefined && us > 0 && [...known.spans, ...known.gaps].every(({ fromUs }) => us < fromUs)) return t.footage.before;
  return gap ? `${t.footage.gapOf(gapText((gap.toUs - gap.fromUs) / 1_000), gap.unreachable)}: ${t.sentence(saidText(gap.reason))}` : null;
}
