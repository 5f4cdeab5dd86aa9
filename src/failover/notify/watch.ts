import type { AuditKind } from '../../contract/api/events.ts';
import type { Timers } from '../../platform/clock.ts';
import type { Alarm, FailoverServer, ServerView } from '../server-types.ts';
import type { Checker } from '../check/checker.ts';

const everyMs = 5_000;
/** With more servers than this, rounds are left out in proportion. */
const serversPerRound = 500;
/** Clocks that differ by more make footage hard to line up (DESIGN §8). */
const clockLimitMs = 1_000;

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
    }
  };
  const clock = (view: ServerView): void => {
    const offset = view.link.clockOffsetMs;
    if (offset === null) return;
    const astray = Math.abs(offset) > clockLimitMs;
    if (astray === (clockAstray.get(view.id) ?? false)) return;
    clockAstray.set(view.id, astray);
    if (astray) note(view, 'clock', 'right', 'astray', `The clock of ${view.name} is ${(offset / 1000).toFixed(1)} s ${offset > 0 ? 'ahead' : 'behind'}. Set up time synchronisation (NTP) on both hosts.`);
    else note(view, 'clock', 'astray', 'right', `The clock of ${view.name} is right again.`);
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
