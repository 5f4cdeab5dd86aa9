import { adviceByCode } from '../../../src/contract/api/advice.ts';
import { clockGapText } from '../../../src/contract/clock-mark.ts';
import { capabilityReasons } from '../../../src/contract/api/servers.ts';
import { errors, type ErrorCode } from '../../../src/contract/errors.ts';

/** The parts that stand beside a code: moments are texts by now, a reason within a reason is said in the page's words. */
export interface Parts {
  readonly text: (key: string) => string;
  readonly number: (key: string) => number;
  readonly list: (key: string) => readonly string[];
}

const camerasText = (count: number): string => (count === 1 ? '1 camera' : `${count} cameras`);
const megabits = (bits: number): string => `${Math.ceil(bits / 1e6)} Mbit/s`;
export const sentence = (phrase: string): string => `${phrase.charAt(0).toUpperCase()}${phrase.slice(1).replace(/\.?$/, '.')}`;

function failing(parts: Parts, what: string): string {
  const names = parts.list('names');
  const count = parts.number('failing');
  const more = count > names.length ? ` and ${count - names.length} more` : '';
  return `${names.map((name) => `"${name}"`).join(', ')}${more} ${what} (${count} of ${parts.number('all')} cameras).`;
}

const waiting: Readonly<Record<string, string>> = {
  suspect: 'No keep-alive comes',
  connected: 'Connected, but no startup message came',
  started: 'Started up, but no keep-alive came',
  'normal shutdown': 'Shut down normally, not restarted yet',
  'abnormal shutdown': 'Exited with an error, not restarted yet',
};

/**
 * What a failover server says by a code, whole: the page says it in its own language. A function needs the parts beside
 * the code; without them the server's own sentence stands.
 */
export const said = {
  // not protected, because …
  'not-authorized': 'The monitored server has not authorized this failover server.',
  'no-backup': (parts: Parts) => `There is no verified settings backup. ${parts.text('text')}`.trim(),
  'backup-newer-schema': 'The settings are of a newer version than this failover server understands.',
  'no-cameras': 'The settings backup has no cameras.',
  'automatic-off': 'Automatic take-over is switched off.',
  maintenance: (parts: Parts) => `Maintenance until ${parts.text('untilMs')}: no automatic take-over.`,
  'camera-unreachable': (parts: Parts) => failing(parts, 'could not be reached from this failover server'),
  'camera-unauthorized': (parts: Parts) => failing(parts, 'refused the user name or password'),
  'camera-codec': (parts: Parts) => failing(parts, `${parts.number('failing') === 1 ? 'has' : 'have'} no video that can be recorded`),
  'no-capacity': (parts: Parts) =>
    `It needs room for ${camerasText(parts.number('cameras'))} and ${megabits(parts.number('bitsPerSecond'))}; there is room for ${parts.number('roomCameras')} and ${megabits(parts.number('roomBitsPerSecond'))}.`,
  'backup-held': (parts: Parts) => `The newest settings backup waits for confirmation; an older one would be used. ${parts.text('text')}`,
  'backup-failed': (parts: Parts) => `The last settings backup failed: ${parts.text('text')}`,
  'backup-old': (parts: Parts) => `The settings backup is ${parts.number('days')} days old.`,
  'disk-short': (parts: Parts) => `The free disk lasts ${parts.number('hours') < 1 ? 'less than an hour' : `about ${parts.number('hours')} h`} of this server's footage.`,
  'never-seen': 'The server was never seen; it is not taken over automatically.',
  'not-checked': 'Its cameras have not been checked from here yet.',
  'second-failure': 'There is no room if another server fails at the same time.',
  // state of a monitored server
  silent: 'no keep-alive message came within the keep-alive time-out',
  'recorder silent': 'the host answers, but its recorder gives no sign of life',
  'not started': 'connected, but no startup message came',
  'no keep-alive': 'started, but no keep-alive message came',
  'not back from normal shutdown': 'shut down normally and did not come back in time',
  'not back from abnormal shutdown': 'ended with an error and did not come back in time',
  'crash loop': 'starts and ends again and again',
  'never came back': 'was alive before this failover server started and did not come back in time',
  connected: 'Connected, waiting for the startup message',
  started: 'Started, waiting for the first keep-alive message',
  'abnormal shutdown': 'Ended with an error',
  'never seen': (parts: Parts) =>
    parts.number('alarm') === 1 ? 'This server was never seen. It is not protected. Check its address and that its agent runs.' : parts.number('seenAlive') === 1 ? 'Not seen since this failover server started, expected back' : 'Never seen',
  suspect: (parts: Parts) => (parts.number('onPurpose') === 1 ? 'Its agent ended on purpose, the recorder goes on' : 'Alive, last life sign is late'),
  alive: (parts: Parts) =>
    parts.number('all') === 1 ? 'Not recording' : parts.number('notRecording') > 0 ? `Alive, ${camerasText(parts.number('notRecording'))} not recording` : 'Alive again, not yet for the hold-down',
  // alarms that stand
  failed: (parts: Parts) => `The server failed: ${parts.text('text')}.`,
  'server not recording': 'The server is alive but records no camera. Check its disk and its cameras.',
  'camera not recorded': (parts: Parts) => `The server is alive but does not record: ${parts.list('names').join(', ')}${parts.number('all') > parts.list('names').length ? ', …' : ''}. Check these cameras, then the server.`,
  pinned: (parts: Parts) => `${parts.text('name')} is back, but was taken over by hand.`,
  'failover-unreachable': (parts: Parts) => `The failover server ${parts.text('name')} cannot be reached from this one: ${parts.text('text')} What it stands by for is not known here.`,
  'failover-refused': (parts: Parts) => `The failover server ${parts.text('name')} refuses this one: ${parts.text('text')} What it stands by for is not known here.`,
  // what happens by itself next
  'held by hand': 'Held; goes on at this time.',
  'maintenance ends': 'The maintenance ends; automatic take-over is possible again.',
  'held back': (parts: Parts) => `Held back: ${parts.text('why')}`.trim(),
  'waits for room': (parts: Parts) => `Waits for room: ${parts.text('why')}`.trim(),
  'letting go': 'Each camera is let go as soon as the monitored server proves that it records it.',
  'hold-down': 'The server is back; it is restored when it was alive for the hold-down.',
  'take over': (parts: Parts) => `${waiting[parts.text('state')] ?? parts.text('state')}; it is taken over at this time.`,
  fail: (parts: Parts) => `${waiting[parts.text('state')] ?? parts.text('state')}; it counts as failed at this time. It is not taken over by itself.`,
  // buttons
  ...capabilityReasons,
  'no usable backup': (parts: Parts) => `${capabilityReasons['no usable backup']} ${parts.text('why')}`,
  // gaps
  'detection and opening': (parts: Parts) => `${sentence(parts.text('text'))} This is the time until the failure was certain${parts.number('held') === 1 ? ', a maintenance held the take-over no longer,' : ''} and the camera was opened.`,
  'camera silent': 'The failover server recorded before and after: the camera sent no pictures, could not be reached, or the failover server itself stood still.',
  'disk replaced': 'The monitored server was replaced later: what it had recorded here was on its old disk, and went with it.',
  'past retention': 'This is older than the footage of this camera is kept: what was recorded is deleted by rule, but for what is locked.',
  deleted: (parts: Parts) => `The ${parts.text('host')} had recorded this and deleted it since: its disk was full, or this is older or more than it may keep.`,
  'never recorded': 'No picture of this camera was ever recorded, or what was recorded is deleted by now. Look whether the camera can be reached.',
  stopped: 'A person stopped the recording of this server on the failover server; the monitored server recorded nothing yet.',
  'handed back': 'The camera was being handed back to the monitored server.',
  'not recorded': (parts: Parts) =>
    parts.number('aroundIt') === 1
      ? 'The monitored server recorded before and after, and no outage was noticed: the camera sent no pictures, or the recorder did not keep them.'
      : 'The monitored server recorded nothing, and no outage was noticed.',
  'times doubtful': (parts: Parts) => clockGapText(parts.text('host'), parts.number('movedMs')),
  'more gaps': (parts: Parts) => `${parts.number('count')} further gaps, together; the timeline of the camera shows each.`,
  // an outage's report that is not final
  'too early': 'The newest seconds are not indexed yet.',
  provisional: 'Provisional footage waits for the word of the recorder.',
} as const;

/** In general, by the code alone: said before the server's own sentence where that one is in another language. */
export const general: Readonly<Record<string, string>> = {
  ...Object.fromEntries((Object.keys(errors) as ErrorCode[]).map((code) => [code, errors[code].text])),
  // alarms of the machines
  'never seen': 'The server was never seen.',
  failed: 'The server failed.',
  'identity twice': 'Two servers claim the same identity.',
  'camera not recorded': 'Some of its cameras are not recorded.',
  'server not recording': 'It is alive, but records nothing.',
  'recorder disk': 'The disk of the recorder needs a look.',
  'recorder settings': 'A settings file of the recorder does not fit and is not in force.',
  'observer unsure': 'This failover server cannot trust its own clocks and judges with care.',
  storm: 'Many servers are silent at once.',
  'no usable backup': 'There is no usable settings backup.',
  'no camera answers': 'None of its cameras answers this failover server.',
  queued: 'It waits for room.',
  'take-over blocked': 'It failed and is not taken over.',
  'camera not brought back': 'The server is back, but does not record all of its cameras.',
  store: 'The store path cannot be written.',
  pinned: 'It is back, but was taken over by hand.',
};

/** What to do about it, by the code; else the server's own advice. */
export const advice = adviceByCode;
