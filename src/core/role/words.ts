/** Plain words of the role for the screen, and the alarm that a state stands for. */
import type { AlarmName } from '../effects.ts';
import { isOurs } from './duties.ts';
import type { Blocked, CameraStage, HoldReason, RoleKind, RoleState } from './types.ts';

export const blockedWords: Readonly<Record<Blocked, string>> = {
  'automatic take-over is off': 'Automatically take over server is off. Press Take over server to take it over.',
  maintenance: 'The server is in maintenance. It is not taken over automatically until the maintenance ends.',
  'no usable backup': 'There is no verified settings backup, so its cameras are not known. Restore a backup or repair the server.',
  'no cameras': 'Its settings backup has no cameras. There is nothing to record.',
  'stopped by a person': 'A person stopped recording for this server. Press Take over server to start again.',
  store: 'The store path of this failover server cannot be written. Repair it; the take-over follows by itself.',
};

export const holdWords: Readonly<Record<HoldReason, string>> = {
  'many servers silent': 'Many servers fell silent at once; probably the network. Waiting before taking over.',
  'asking cameras': 'Asking its cameras whether this failover server reaches them.',
  'no camera answers': 'None of its cameras answers this failover server; probably its own network. Asking again every few seconds.',
};

export const stageWords: Readonly<Record<CameraStage, string>> = {
  waiting: 'Waiting for room',
  taking: 'Being opened',
  recording: 'Recorded here',
  lent: 'Handed over, waiting for the proof of the recorder',
  'letting go': 'Handed over, closing the last file',
  returned: 'Recorded by its server again',
};

export const roleKindWords: Readonly<Record<RoleKind, string>> = {
  standby: 'Standing by',
  held: 'Take-over held',
  queued: 'Waiting for room',
  'taking over': 'Taking over',
  active: 'Taken over',
  restoring: 'Restoring',
  stopping: 'Stopping',
  removed: 'Removed',
};

/** One line for the screen. */
export function roleWords(state: RoleState, serverName: string): string {
  switch (state.kind) {
    case 'standby':
      return state.blocked === null ? 'Standing by' : `Not taken over: ${blockedWords[state.blocked]}`;
    case 'held':
      return `Take-over held: ${holdWords[state.because]}`;
    case 'queued':
      return `Waiting to be taken over: ${state.why}`;
    case 'taking over':
      return state.takeOver.cameras.every(({ stage }) => stage === 'returned') ? `Taking over ${serverName}: none of its cameras opens here, its recorder has them` : `Taking over ${serverName}: opening its cameras`;
    case 'active':
      return `Recording for ${serverName}`;
    case 'restoring':
      return state.overdue
        ? `Restoring ${serverName}: ${state.takeOver.cameras.filter(isOurs).length} not brought back by it and still recorded here`
        : `Restoring ${serverName}: handing its cameras back`;
    case 'stopping':
      return `Stopping to record for ${serverName}`;
    case 'removed':
      return 'Removed';
  }
}

const blockedAlarm: Readonly<Record<Blocked, AlarmName>> = {
  'automatic take-over is off': 'take-over blocked',
  maintenance: 'take-over blocked',
  'no usable backup': 'no usable backup',
  'no cameras': 'no usable backup',
  'stopped by a person': 'take-over blocked',
  store: 'store',
};

/** The alarm that stands as long as the state does; null: none. */
export function alarmOf(state: RoleState): { readonly alarm: AlarmName; readonly text: string } | null {
  switch (state.kind) {
    case 'standby':
      return state.blocked === null ? null : { alarm: blockedAlarm[state.blocked], text: `Failed, but not taken over. ${blockedWords[state.blocked]}` };
    case 'held':
      return state.because === 'no camera answers' ? { alarm: 'no camera answers', text: holdWords[state.because] } : null;
    case 'queued':
      return { alarm: 'queued', text: `The server waits to be taken over: ${state.why}` };
    case 'restoring':
      return state.overdue
        ? { alarm: 'camera not brought back', text: 'The server is back, but does not record all of its cameras. They stay with this failover server; the page of the server shows which. Check them on the server. One that was taken out of its settings on purpose stays until Stop recording is pressed on that page.' }
        : null;
    default:
      return null;
  }
}
