/** Pure: what hot standby would cost for ever, and what cold loses at every failure (issue: hot standby, calculator). */
import type { Calculation, Figure } from '../../contract/api/standby.ts';
import type { Timeouts } from '../../core/timeouts.ts';
import { byTurn, PrerollMemory, type Claim } from '../recording/preroll-memory.ts';
import { prerollMs, prerollRingBytes } from '../recording/preroll.ts';
import type { CameraView, ServerView } from '../server-types.ts';
import { assumedBitsPerSecond, needsOf, roomsOf } from './needs.ts';
import type { Needs } from './protection.ts';

export interface CalculatorFacts {
  readonly server: ServerView;
  readonly all: readonly ServerView[];
  readonly limits: Needs & { readonly prerollBytes: number };
  readonly freeBytes: number;
  readonly timeouts: Timeouts;
  /** The choice that is asked about. */
  readonly mode: 'cold' | 'hot';
  readonly cameras: Readonly<Record<string, 'cold' | 'hot'>>;
}

/** Peaks were measured over a while; a busier day comes. */
const margin = 1.5;
/** Dial, handshake, and on average half a group of pictures until the first key frame. */
const openingSeconds = 1.5;

export function calculate(facts: CalculatorFacts): Calculation {
  const { server } = facts;
  const cameras = server.cameras.filter((camera) => camera.enabled);
  const allMeasured = cameras.every((camera) => camera.peakBitsPerSecond !== null);
  const source = allMeasured ? ('measured' as const) : ('assumed' as const);
  const how = allMeasured
    ? `Measured peaks of ${cameras.length} cameras × ${margin}.`
    : `${cameras.filter((camera) => camera.peakBitsPerSecond === null).length} of ${cameras.length} cameras are not measured yet: ${assumedBitsPerSecond / 1e6} Mbit/s assumed for each; × ${margin}.`;
  const prerollSeconds = Math.max(0, ...cameras.map((camera) => prerollMs(facts.timeouts, camera.gopMs))) / 1000;
  const split = memoryFor(facts);
  const detection = facts.timeouts.keepAlive / 1000;
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
        source: cameras.every(({ gopMs }) => gopMs !== null) ? 'measured' : 'assumed',
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

/** The same turn and the same rings as the jobs that would follow, hot cameras of other servers among them. */
function memoryFor(facts: CalculatorFacts): { readonly hot: readonly HotCamera[]; readonly cold: Calculation['hot']['stayCold'] } {
  const hot: HotCamera[] = [];
  const cold: { cameraId: string; name: string; reason: string }[] = [];
  const asking: { readonly server: ServerView; readonly camera: CameraView; readonly claim: Claim }[] = [];
  const others = facts.all.filter(({ id }) => id !== facts.server.id);
  for (const server of [facts.server, ...others])
    for (const camera of server.cameras.filter(({ enabled }) => enabled)) {
      const why = server === facts.server ? whyCold(facts, camera) : standsByHot(camera) ? null : '';
      if (why === null) asking.push({ server, camera, claim: { serverPriority: server.priority, priority: camera.priority, cameraId: camera.id, standsBy: camera.own?.mode !== 'record' } });
      else if (server === facts.server) cold.push({ cameraId: camera.id, name: camera.name, reason: why });
    }
  const memory = new PrerollMemory(facts.limits.prerollBytes);
  for (const { server, camera, claim } of asking.toSorted((a, b) => byTurn(a.claim, b.claim))) {
    const bytes = prerollRingBytes(prerollMs(facts.timeouts, camera.gopMs), camera.peakBitsPerSecond);
    const fits = memory.take(claim, bytes);
    if (server !== facts.server) continue;
    if (fits) hot.push({ id: camera.id, bits: (camera.peakBitsPerSecond ?? assumedBitsPerSecond) * margin, bytes });
    else cold.push({ cameraId: camera.id, name: camera.name, reason: 'The ceiling of memory for pre-roll is reached by cameras of higher priority, or by this one.' });
  }
  return { hot, cold };
}

/** Null: it may be hot. */
function whyCold(facts: CalculatorFacts, camera: CameraView): string | null {
  if ((facts.cameras[camera.id] ?? facts.mode) === 'cold') return 'Chosen.';
  return camera.maxSessions === 1 ? 'It allows a single session, which its recorder holds.' : null;
}

/** As it is now, whatever is asked about another server. */
const standsByHot = (camera: CameraView): boolean => camera.standby === 'hot' && camera.standbyReason === null && camera.maxSessions !== 1;

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
