import { useEffect } from 'react';
import type { Player, PlayerView } from '../../player/player.ts';
import { useChangeBlock } from '../../api/session.ts';
import { t } from '../../texts/texts.ts';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/select.tsx';
import type { Picked } from './camera-picker.tsx';
import { exactText, speedOf, speeds, zoomed, type View } from './place.ts';
import type { GoFootage } from './steps.ts';

interface TransportProps {
  readonly player: Player;
  readonly state: PlayerView;
  readonly picked: Picked;
  readonly live: boolean;
  readonly sound: boolean;
  readonly onSound: (on: boolean) => void;
  readonly view: View;
  /** Deliberately: a step of its own. */
  readonly onStep: (view: View) => void;
  readonly go: GoFootage;
}

/** Play, pause, frame by frame, speed, zoom, live, clip, lock. Space and the full stop and comma keys do the first three. */
export function Transport(props: TransportProps) {
  const { player, state, picked, live, sound, onSound, view, onStep, go } = props;
  const block = useChangeBlock();
  const plays = state.mode === 'playing' || state.mode === 'waiting';
  const notLive = live ? t.footage.notWhileLive : null;
  const canLive = picked.cameras.some((camera) => camera.live || camera.follows);
  const press = (): void => {
    if (plays) {
      player.pause();
      go({ at: state.cursorUs }, true);
    } else player.play();
  };
  const playAt = (speed: number): void => {
    player.setSpeed(speed);
    go({ speed: speedOf(speed) }, true);
  };
  useKeys(live ? {} : { ' ': press, '.': () => player.step(1), ',': () => player.step(-1) });

  return (
    <div className="flex flex-wrap justify-between gap-2">
      <div className={group}>
        <Button kind="primary" disabledBecause={notLive} onPress={press}>
          {plays ? t.footage.pause : t.footage.play}
        </Button>
        <Button label={t.footage.frameBack} disabledBecause={notLive} onPress={() => player.step(-1)}>
          ◂❙
        </Button>
        <Button label={t.footage.frameOn} disabledBecause={notLive} onPress={() => player.step(1)}>
          ❙▸
        </Button>
        <Select beside label={t.footage.speed} value={String(state.speed)} options={speeds.map((speed) => [String(speed), `${speed}×`] as const)} disabledBecause={notLive} onChange={(value) => playAt(Number(value))} />
        {/* An output speaks up when it changes; this one would never be silent while it plays. */}
        <output aria-live="off" className="min-w-40 tabular-nums" aria-label={t.footage.cursor}>
          {live ? t.footage.liveNow : exactText(state.cursorUs)}
        </output>
        <Button small label={t.footage.goToTitle} onPress={() => go({ dialog: 'time' })}>
          {t.footage.goTo} …
        </Button>
        <span role="status" data-mode={live ? 'live' : state.mode} className="min-w-16 text-dim">
          {live ? '' : t.footage.modes[state.mode]}
        </span>
      </div>
      <div className={group}>
        <span className="inline-flex gap-2">
          <Button small label={t.footage.zoomIn} onPress={() => onStep(zoomed(view, 0.5, within(view, state.cursorUs)))}>
            +
          </Button>
          <Button small label={t.footage.zoomOut} onPress={() => onStep(zoomed(view, 2, within(view, state.cursorUs)))}>
            −
          </Button>
        </span>
        <Button disabledBecause={picked.cameras.length > 1 ? t.footage.soundAlone : null} onPress={() => onSound(!sound)}>
          {sound ? t.footage.soundOff : t.footage.soundOn}
        </Button>
        <Button disabledBecause={live || canLive ? null : t.footage.noLive} onPress={() => go({ live: live ? undefined : true })}>
          {live ? t.footage.leaveLive : t.footage.live}
        </Button>
        <Button disabledBecause={notLive} onPress={() => go({ dialog: 'clip' })}>
          {t.footage.clip} …
        </Button>
        <Button disabledBecause={notLive ?? block} onPress={() => go({ dialog: 'lock' })}>
          {t.footage.lock} …
        </Button>
      </div>
    </div>
  );
}

/** What plays, and what is done with it: where there is no room for both in a row, each has its own. */
const group = 'flex min-w-0 flex-wrap items-center gap-2';

const within = (view: View, us: number): number => (us > view.fromUs && us < view.toUs ? us : (view.fromUs + view.toUs) / 2);

/** Keys of the page, unless something is being typed or pressed with them. */
function useKeys(keys: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const act = keys[event.key];
      const at = event.target;
      if (!act || event.ctrlKey || event.metaKey || (at instanceof HTMLElement && (/^(INPUT|SELECT|TEXTAREA|BUTTON|A)$/.test(at.tagName) || at.closest('[role=dialog]')))) return;
      event.preventDefault();
      act();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  });
}

/** What the colours of the timeline mean. */
export function Legend({ keysId }: { readonly keysId: string }) {
  const marks = [
    ['bg-ok', 'hidden', t.recordedBy['monitored server']],
    ['bg-standin', 'border-dotted', t.recordedBy['failover server']],
    ['bg-both', 'border-solid', t.recordedBy.both],
  ] as const;
  return (
    <p className="m-0 flex flex-wrap gap-x-4 text-sm text-dim">
      {marks.map(([colour, line, text]) => (
        <span key={text} className="inline-flex items-center gap-1.5">
          <span aria-hidden className={`inline-flex h-3 w-4 items-center ${colour}`}>
            <span className={`w-full border-t-2 border-panel ${line}`} />
          </span>{' '}
          {text}
        </span>
      ))}
      <span className="inline-flex items-center gap-1.5">
        <span aria-hidden className="inline-block h-3 w-4 border border-alarm bg-[repeating-linear-gradient(135deg,var(--alarm)_0_1.5px,transparent_1.5px_5px)]" /> {t.footage.gap}
      </span>
      <span className="inline-flex items-center gap-1.5">
        <span aria-hidden className="inline-block h-2 w-4 bg-alarm" /> {t.footage.outage}
      </span>
      <span className="inline-flex items-center gap-1.5">
        <span aria-hidden className="inline-block w-4 border-t-3 border-dashed border-warn" /> {t.footage.clockSet}
      </span>
      <span className="inline-flex items-center gap-1.5">
        <span aria-hidden className="inline-block h-1 w-4 bg-accent" /> {t.footage.locked}
      </span>
      <span className="pointer-coarse:hidden">{t.footage.help}</span>
      <span className="hidden pointer-coarse:inline">{t.footage.touchHelp}</span>
      <span id={keysId} className="max-sm:sr-only">
        {t.footage.keys}
      </span>
    </p>
  );
}
