/** Pure: what hot standby would cost for ever, and what cold loses at every failure (issue: hot standby, calculator). */
import type { Calculation, Figure } from '../../contract/api/standby.ts';
import type { Timeouts } from '../../contract/api/timeouts.ts';
import type { ServerView } from '../server-types.ts';
import { assumedBitsPerSecond, needsOf, roomsOf } from './needs.ts';
import type { Needs } from './protection.ts';

export interface CalculatorFacts {
  readonly server: ServerView;
  readonly all: readonly ServerView[];
  readonly limits: Needs & { readonly prerollBytes: number };
  readonly prerollBytesUsed: number;
  readonly freeBytes: number;
  readonly timeouts: Timeouts;
  /** The choice that is asked about. */
  readonly mode: 'cold' | 'hot';
  readonly cameras: Readonly<Record<string, 'cold' | 'hot'>>;
}

/** Peaks were measured over a while; a busier day comes. */
const margin = 1.5;
const assumedGopSeconds = 2;
/** Dial, handshake, and on average half a group of pictures until the first key frame. */
const openingSeconds = 1.5;
/** Life signs are missed twice before the pre-roll is flushed; what the recorder had not synced comes on top. */
const suspicionSeconds = 8;
const unsyncedSeconds = 5;

export function calculate(facts: CalculatorFacts): Calculation {
  const { server } = facts;
  const cameras = server.cameras.filter((camera) => camera.enabled);
  const allMeasured = cameras.every((camera) => camera.peakBitsPerSecond !== null);
  const source = allMeasured ? ('measured' as const) : ('assumed' as const);
  const how = allMeasured
    ? `Measured peaks of ${cameras.length} cameras × ${margin}.`
    : `${cameras.filter((camera) => camera.peakBitsPerSecond === null).length} of ${cameras.length} cameras are not measured yet: ${assumedBitsPerSecond / 1e6} Mbit/s assumed for each; × ${margin}.`;
  const prerollSeconds = server.prerollMs > 0 ? server.prerollMs / 1000 : suspicionSeconds + unsyncedSeconds + assumedGopSeconds;
  const split = memoryFor(facts, prerollSeconds);
  const detection = facts.timeouts.keepAliveMs / 1000;
  const perSecond = needsOf(server).bitsPerSecond * margin;
  const day = (perSecond / 8) * 86_400;
  return {
    serverId: server.id,
    hot: {
      sessionsPerCamera: { value: 2, unit: 'sessions', source: 'computed', text: 'The recorder’s own and one of this failover server, as long as hot standby is on.' },
      network: { value: sum(split.hot.map((one) => one.bits)), unit: 'bit/s', source, text: `Received by this failover server for ever. ${how}` },
      memory: { value: Math.round(sum(split.hot.map((one) => one.bytes))), unit: 'bytes', source, text: `${Math.round(prerollSeconds)} s of pre-roll. ${how}` },
      prerollSeconds: {
        value: prerollSeconds,
        unit: 's',
        source: server.prerollMs > 0 && cameras.every(({ gopMs }) => gopMs !== null) ? 'measured' : 'assumed',
        text: 'The slowest way to suspicion, the longest group of pictures, what the recorder may not have synced, and a margin.',
      },
      stayCold: split.cold,
    },
    cold: {
      lostSeconds: { value: detection + openingSeconds, unit: 's', source: 'assumed', text: 'Lost at every failure by silence: detection, as set, and opening of the cameras, as assumed.' },
      ofWhichDetection: computed(detection, 's', 'The time-out "Keep alive".'),
      ofWhichOpening: { value: openingSeconds, unit: 's', source: 'assumed', text: 'Dial, handshake, and half a group of pictures until the first key frame.' },
    },
    outageDayBytes: { value: Math.round(day), unit: 'bytes/day', source, text: `Written by this failover server for each day of an outage. ${how}` },
    diskLastsSeconds: { value: day === 0 ? 0 : Math.round((facts.freeBytes / day) * 86_400), unit: 's', source, text: `The free disk of the store path, for this server alone. ${how}` },
    secondFailure: secondFailure(facts),
  };
}

const computed = (value: number, unit: Figure['unit'], text: string): Figure => ({ value, unit, source: 'computed', text });
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

interface HotCamera {
  readonly id: string;
  readonly bits: number;
  readonly bytes: number;
}

/** By priority, as long as the ceiling of memory allows; single-session cameras cannot be hot. */
function memoryFor(facts: CalculatorFacts, prerollSeconds: number): { readonly hot: readonly HotCamera[]; readonly cold: Calculation['hot']['stayCold'] } {
  const hot: HotCamera[] = [];
  const cold: { cameraId: string; name: string; reason: string }[] = [];
  // What this server holds now would be replaced by what is asked about.
  const held = sum(facts.server.cameras.map((camera) => camera.own?.preroll?.bytes ?? 0));
  let left = facts.limits.prerollBytes - Math.max(0, facts.prerollBytesUsed - held);
  for (const camera of facts.server.cameras.filter((one) => one.enabled).toSorted((a, b) => a.priority - b.priority)) {
    const bits = (camera.peakBitsPerSecond ?? assumedBitsPerSecond) * margin;
    const bytes = (bits / 8) * prerollSeconds;
    const stay = (reason: string): void => void cold.push({ cameraId: camera.id, name: camera.name, reason });
    if ((facts.cameras[camera.id] ?? facts.mode) === 'cold') stay('Chosen.');
    else if (camera.maxSessions === 1) stay('It allows a single session, which its recorder holds.');
    else if (bytes > left) stay('The ceiling of memory for pre-roll would be reached.');
    else {
      left -= bytes;
      hot.push({ id: camera.id, bits, bytes });
    }
  }
  return { hot, cold };
}

/** Cameras of each other server that would find no room while this one is taken over. */
function secondFailure({ server, all, limits }: CalculatorFacts): Calculation['secondFailure'] {
  const failed = all.map((other) => (other.id === server.id ? { ...other, role: { ...other.role, state: 'active' as const } } : other));
  const rooms = roomsOf(failed, limits);
  const short: Calculation['secondFailure'] = [];
  for (const other of all) {
    if (other.id === server.id) continue;
    const room = rooms.get(other.id)?.room ?? { cameras: 0, bitsPerSecond: 0 };
    const notFitting = camerasNotFitting(other, room);
    if (notFitting > 0) short.push({ serverId: other.id, name: other.name, camerasNotFitting: notFitting });
  }
  return short;
}

function camerasNotFitting(server: ServerView, room: Needs): number {
  let { cameras, bitsPerSecond } = room;
  let left = 0;
  for (const camera of server.cameras.filter((one) => one.enabled).toSorted((a, b) => a.priority - b.priority)) {
    const bits = camera.peakBitsPerSecond ?? assumedBitsPerSecond;
    if (cameras < 1 || bitsPerSecond < bits) left += 1;
    else {
      cameras -= 1;
      bitsPerSecond -= bits;
    }
  }
  return left;
}
