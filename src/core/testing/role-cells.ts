/** Rows and columns of the role's transition table: how each state is reached, how each event is played. */
import type { RoleEventType, RoleKind } from '../role/types.ts';
import { activeDesk, Desk, seen } from './desk.ts';

const silent = seen.failed('silent');
const crashed = seen.failed('crash loop');
const noRoom = { cameras: [], why: 'full' };

/** Facts beside: all switches on, a usable backup, room for all, unless the row's name says otherwise. */
export const roleRows = {
  standby: () => new Desk({ detector: seen.alive }).look(),
  'standby (automatic take-over is off)': () => new Desk({ detector: crashed, automaticTakeOver: false }).look(),
  'standby (no usable backup)': () => new Desk({ detector: crashed, backup: { usable: false, why: 'none' } }).look(),
  'standby (stopped by a person)': () => stopped(),
  'held (many servers silent)': () => new Desk({ detector: silent, storm: true }).look(),
  'held (asking cameras)': () => new Desk({ detector: silent }).look(),
  'held (no camera answers)': () => new Desk({ detector: silent }).look().send({ type: 'no camera answered' }),
  queued: () => new Desk({ detector: crashed, room: noRoom }).look(),
  'queued by a person': () => queuedByHand(),
  'taking over': () => new Desk({ detector: crashed }).look(),
  active: () => activeDesk(),
  'active, pinned': () => pinned(),
  restoring: () => activeDesk().look({ detector: seen.alive }),
  'restoring, all handed back': () => handedBack(),
  stopping: () => stopping('stop'),
  'stopping, removed': () => stopping('remove'),
  removed: () => removed(),
} as const satisfies Readonly<Record<string, () => Desk>>;
export type RoleRow = keyof typeof roleRows;

/** Each kind of state has at least one row. */
const _roleRowOf: Readonly<Record<RoleKind, RoleRow>> = {
  standby: 'standby',
  held: 'held (asking cameras)',
  queued: 'queued',
  'taking over': 'taking over',
  active: 'active',
  restoring: 'restoring',
  stopping: 'stopping',
  removed: 'removed',
};

function stopped(): Desk {
  const desk = new Desk({ detector: silent }).look();
  desk.press('stop');
  return desk;
}

function queuedByHand(): Desk {
  const desk = new Desk({ detector: crashed, automaticTakeOver: false, room: noRoom }).look();
  desk.press('take over');
  return desk.look();
}

function pinned(): Desk {
  const desk = new Desk({ detector: crashed, automaticTakeOver: false }).look();
  desk.press('take over');
  return desk.look().recorded('cam-a');
}

function handedBack(): Desk {
  return activeDesk().look({ detector: seen.alive }).letGo('cam-s').proves(['cam-a', 'cam-b', 'cam-s']).letGo('cam-a', 'cam-b', 'cam-s');
}

function stopping(what: 'stop' | 'remove'): Desk {
  const desk = activeDesk();
  desk.press(what, 'Gate');
  return desk;
}

function removed(): Desk {
  const desk = new Desk();
  desk.press('remove');
  return desk;
}

/** `look: …` changes one fact and looks until it rests; the others keep the row's facts. */
export const roleColumns = {
  'look: never seen': (desk) => desk.look({ detector: seen.neverSeen }),
  'look: never seen for 30 s': (desk) => desk.after(30_000, { detector: seen.neverSeen }),
  'look: connected': (desk) => desk.look({ detector: seen.connected }),
  'look: started': (desk) => desk.look({ detector: seen.started }),
  'look: alive again, not for the hold-down': (desk) => desk.look({ detector: seen.back }),
  'look: recovered': (desk) => desk.look({ detector: seen.alive }),
  'look: suspect': (desk) => desk.look({ detector: seen.suspect }),
  'look: normal shutdown': (desk) => desk.look({ detector: seen.normalShutdown }),
  'look: abnormal shutdown': (desk) => desk.look({ detector: seen.abnormalShutdown }),
  'look: failed (silent)': (desk) => desk.look({ detector: silent }),
  'look: failed (crash loop)': (desk) => desk.look({ detector: crashed }),
  'look: storm': (desk) => desk.look({ storm: true }),
  'look: no storm': (desk) => desk.look({ storm: false }),
  'look: room': (desk) => desk.look({ room: { cameras: ['cam-a', 'cam-b', 'cam-s'], why: '' } }),
  'look: automatic take-over on': (desk) => desk.look({ automaticTakeOver: true }),
  'look: automatic take-over off': (desk) => desk.look({ automaticTakeOver: false }),
  'look: maintenance': (desk) => desk.look({ maintenance: true }),
  'look: backup lost': (desk) => desk.look({ backup: { usable: false, why: 'corrupt' } }),
  'look: store path lost': (desk) => desk.look({ store: { trouble: 'not mounted' } }),
  'take over pressed': (desk) => pressed(desk, 'take over', null),
  'take over pressed, name typed': (desk) => pressed(desk, 'take over', 'Gate'),
  'reset pressed': (desk) => pressed(desk, 'reset', null),
  'reset pressed, alive': (desk) => pressed(desk.given({ detector: seen.alive }), 'reset', null),
  'stop pressed': (desk) => pressed(desk, 'stop', null),
  'stop pressed, name typed': (desk) => pressed(desk, 'stop', 'Gate'),
  'remove pressed': (desk) => pressed(desk, 'remove', null),
  'remove pressed, name typed': (desk) => pressed(desk, 'remove', 'Gate'),
  'cameras answered': (desk) => desk.send({ type: 'cameras answered', camera: 'cam-a' }),
  'no camera answered': (desk) => desk.send({ type: 'no camera answered' }),
  'camera recorded': (desk) => desk.send({ type: 'camera recorded', camera: 'cam-a' }),
  'camera let go (all)': (desk) => desk.letGo('cam-a', 'cam-b', 'cam-s'),
  'progress that proves all': (desk) => desk.proves(['cam-a', 'cam-b', 'cam-s']),
} as const satisfies Readonly<Record<string, (desk: Desk) => Desk>>;
export type RoleColumn = keyof typeof roleColumns;

/** Each event has at least one column. */
const _roleColumnOf: Readonly<Record<RoleEventType, RoleColumn>> = {
  look: 'look: recovered',
  'take over pressed': 'take over pressed',
  'reset pressed': 'reset pressed',
  'stop pressed': 'stop pressed',
  'remove pressed': 'remove pressed',
  'cameras answered': 'cameras answered',
  'no camera answered': 'no camera answered',
  'camera recorded': 'camera recorded',
  'camera let go': 'camera let go (all)',
  progress: 'progress that proves all',
};

function pressed(desk: Desk, what: 'take over' | 'reset' | 'stop' | 'remove', typedName: string | null): Desk {
  desk.press(what, typedName);
  return desk;
}

/** Where the real role goes; a refusal shows its code. */
export function roleCellOf(row: RoleRow, column: RoleColumn): string {
  const desk = roleRows[row]();
  const from = desk.kind;
  desk.taken();
  const play: (desk: Desk) => Desk = roleColumns[column];
  const to = play(desk).kind;
  const refusal = desk.effects.flatMap((effect) => (effect.kind === 'answer' && !effect.result.ok ? [effect.result.code] : []));
  return refusal[0] ?? (to === from ? '·' : to);
}
