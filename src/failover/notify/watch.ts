import type { AuditKind } from '../../contract/api/events.ts';
import { isAstray, offsetWords } from '../../core/clocks.ts';
import type { Timers } from '../../platform/clock.ts';
import type { Alarm, CameraView, FailoverServer, ServerView } from '../server-types.ts';
import type { Checker } from '../check/checker.ts';

const everyMs = 5_000;
/** With more servers than this, rounds are left out in proportion. */
const serversPerRound = 500;
/** Of a site without time synchronisation not all cameras are named. */
const mostNamed = 5;
/** Right for so many rounds (five minutes and more): a clock that jumps all the time is no news with each jump. */
const calmRounds = 60;

export interface WatchNeeds {
  readonly server: FailoverServer;
  readonly checker: Checker;
  readonly timers: Timers;
  readonly alarmed: (alarm: Alarm) => void;
}

/** Notices what no machine tells: a server that is not protected any more, a clock that went astray, new alarms. */
export function watchChanges({ server, checker, timers, alarmed }: WatchNeeds): () => void {
  const isProtected = new Map<string, boolean>();
  const clockAstray = new Map<string, boolean>();
  /** Of each server's cameras those astray, with the rounds that they were right since. */
  const camerasAstray = new Map<string, ReadonlyMap<string, number>>();
  const known = new Set(server.alarms().map(({ id }) => id));
  const note = (view: ServerView, kind: AuditKind, from: string, to: string, text: string): void =>
    server.note({ severity: to === 'protected' || to === 'right' ? 'info' : 'warning', kind, serverId: view.id, serverName: view.name, actor: 'system', from, to, text });
  let roundsOff = 0;
  const look = (): void => {
    // All of ten thousand servers are not drawn up every five seconds: that alone would take a quarter of a core.
    if (roundsOff-- > 0) return;
    const views = server.servers();
    roundsOff = Math.floor(views.length / serversPerRound);
    const protections = checker.protections(views);
    for (const view of views) {
      const protection = protections.get(view.id);
      if (protection === undefined) continue;
      const before = isProtected.get(view.id);
      isProtected.set(view.id, protection.protected);
      const why = protection.reasons.map((reason) => reason.text).join(' ');
      if (before === true && !protection.protected) note(view, 'protection', 'protected', 'not protected', `${view.name} is not protected: ${why}`);
      if (before === false && protection.protected) note(view, 'protection', 'not protected', 'protected', `${view.name} is protected.`);
      clock(view);
      cameraClocks(view);
    }
  };
  const clock = (view: ServerView): void => {
    const offset = view.link.clockOffsetMs;
    if (offset === null) return;
    const before = clockAstray.get(view.id) ?? false;
    const astray = isAstray(offset, before);
    if (astray === before) return;
    clockAstray.set(view.id, astray);
    if (astray) note(view, 'clock', 'right', 'astray', `The clock of ${view.name} is ${offsetWords(offset)}. Set up time synchronisation (NTP) on both hosts.`);
    else note(view, 'clock', 'astray', 'right', `The clock of ${view.name} is right again.`);
  };
  // One event a round for all cameras of a server: where nobody sets the clocks it is all of them at once.
  const cameraClocks = (view: ServerView): void => {
    const before = camerasAstray.get(view.id) ?? new Map<string, number>();
    const now = new Map(view.cameras.flatMap((camera) => {
      const calm = calmSince(camera, before.get(camera.id) ?? null);
      return calm === null ? [] : [[camera.id, calm] as const];
    }));
    camerasAstray.set(view.id, now);
    const [fresh, right] = [view.cameras.filter(({ id }) => now.has(id) && !before.has(id)), view.cameras.filter(({ id }) => before.has(id) && !now.has(id))];
    if (fresh.length > 0)
      note(view, 'clock', 'right', 'astray', `Cameras of ${view.name} whose clock is more than 1 s off: ${named(fresh.map((camera) => `${camera.name} (${offsetWords(offsetOf(camera) ?? 0)})`))}. Footage keeps the time of the host that records; set up time synchronisation (NTP) on the cameras.`);
    if (right.length > 0) note(view, 'clock', 'astray', 'right', `Cameras of ${view.name} whose clock is right again: ${named(right.map(({ name }) => name))}.`);
  };
  const forget = server.onEvent((event) => {
    if (event.type !== 'alarms') return;
    const now = server.alarms();
    for (const alarm of now) if (!known.has(alarm.id)) alarmed(alarm);
    known.clear();
    for (const { id } of now) known.add(id);
  });
  const cancel = timers.every(everyMs, look);
  return () => {
    cancel();
    forget();
  };
}

/** Against our own clock where we have a session of our own, else against its recorder's. */
const offsetOf = ({ own, recorder }: CameraView): number | null => own?.clockOffsetMs ?? recorder?.clockOffsetMs ?? null;

/** Rounds that it was right since it was astray; null: it is right. One that does not tell just now is as it was. */
function calmSince(camera: CameraView, before: number | null): number | null {
  const offset = offsetOf(camera);
  if (offset === null) return before;
  if (isAstray(offset, before !== null)) return 0;
  return before === null || before + 1 >= calmRounds ? null : before + 1;
}

const named = (names: readonly string[]): string => names.slice(0, mostNamed).join(', ') + (names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '');
