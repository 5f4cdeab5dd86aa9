/** Pure: what hot standby would cost for ever, and what cold loses at every failure (issue: hot standby, calculator). */
import type { Calculation } from '../../contract/api/standby.ts';
import { assumedBitsPerSecond, peakMargin } from '../assumed.ts';
import { prerollMs } from '../recording/preroll.ts';
import type { CameraView, ServerView } from '../server-types.ts';
import { type CalculatorFacts, gopSource, rateSource, shareMemory, worst } from './memory-shares.ts';
import { cameraBits, isServed, needsOf, roomsOf } from './needs.ts';
import type { Needs } from './protection.ts';

/** Dial, handshake, and on average half a group of pictures until the first key frame. */
const openingSeconds = 1.5;

export function calculate(facts: CalculatorFacts): Calculation {
  const { server } = facts;
  const cameras = server.cameras.filter((camera) => camera.enabled);
  const source = rateSource(cameras);
  const how = howText(cameras);
  const length = source === 'measured' ? gopSource(cameras) : source;
  const prerollSeconds = Math.max(0, ...cameras.map((camera) => prerollMs(facts.timeouts, camera.gopMs))) / 1000;
  const memory = shareMemory(facts);
  const detection = facts.timeouts.keepAlive / 1000;
  const day = ((needsOf(server).bitsPerSecond * peakMargin) / 8) * 86_400;
  return {
    serverId: server.id,
    hot: {
      sessionsPerCamera: { value: 2, unit: 'sessions', source: 'computed', text: 'The recorder’s own and one of this failover server, as long as hot standby is on.' },
      network: { value: sum(memory.hot.map((one) => cameraBits(one.camera) * peakMargin)), unit: 'bit/s', source, text: `Received by this failover server for ever. ${how}` },
      memory: { value: sum(memory.hot.map((one) => one.bytes)), unit: 'bytes', source: length, text: `${Math.round(prerollSeconds)} s of pre-roll. ${how}` },
      prerollSeconds: {
        value: prerollSeconds,
        unit: 's',
        source: gopSource(cameras),
        text: 'The slowest way to suspicion, the longest group of pictures, what the recorder may not have synced, and a margin.',
      },
      coldCameras: {
        value: memory.cold.length,
        unit: 'cameras',
        source: worst(memory.cold.map((one) => one.source)),
        text: 'Chosen so, allowing a single session, or without memory: beyond the ceiling for pre-roll the lowest priorities go cold.',
      },
      stayCold: [...memory.cold],
    },
    cold: {
      lostSeconds: { value: detection + openingSeconds, unit: 's', source: 'assumed', text: coldText(facts.timeouts) },
      ofWhichDetection: { value: detection, unit: 's', source: 'computed', text: 'The time-out "Keep alive".' },
      ofWhichOpening: { value: openingSeconds, unit: 's', source: 'assumed', text: 'Dial, handshake, and half a group of pictures until the first key frame.' },
    },
    outageDayBytes: { value: Math.round(day), unit: 'bytes/day', source, text: `Written by this failover server for each day of an outage. ${how}` },
    diskLastsSeconds: { value: day === 0 ? 0 : Math.round((facts.freeBytes / day) * 86_400), unit: 's', source, text: `The free disk of the store path, for this server alone. ${how}` },
    ...secondFailure(facts),
  };
}

/** Silence is not all that happens: the other time-outs are longer, and nothing is recorded meanwhile. */
const coldText = ({ abnormalShutdown, normalShutdown }: CalculatorFacts['timeouts']): string =>
  'Lost at every failure by silence: detection, as set, and opening of the cameras, as assumed. ' +
  `Up to ${minutes(abnormalShutdown)} after a crash that the agent does not mend (time-out "Abnormal shutdown"), up to ${minutes(normalShutdown)} while it is restarted on purpose ("Normal shutdown").`;

const minutes = (ms: number): string => (ms % 60_000 === 0 ? `${ms / 60_000} min` : `${Math.round(ms / 1000)} s`);

const sum = (values: readonly number[]): number => Math.round(values.reduce((total, value) => total + value, 0));

function howText(cameras: readonly CameraView[]): string {
  const unknown = cameras.filter((camera) => camera.peakBitsPerSecond === null).length;
  if (unknown === 0) return `Measured peaks of ${cameras.length} cameras × ${peakMargin}.`;
  return `${unknown} of ${cameras.length} cameras are not measured yet: ${assumedBitsPerSecond / 1e6} Mbit/s assumed for each; × ${peakMargin}.`;
}

/** Cameras of each other server that would find no room while this one is taken over. */
function secondFailure({ server, all, limits }: CalculatorFacts): Pick<Calculation, 'secondFailureCameras' | 'secondFailure'> {
  const failed = all.map((other) => (other.id === server.id ? { ...other, role: { ...other.role, state: 'active' as const } } : other));
  // Half as much again of every peak: as if so much less were allowed.
  const rooms = roomsOf(failed, { cameras: limits.cameras, bitsPerSecond: limits.bitsPerSecond / peakMargin });
  const served = failed.filter(isServed);
  const others = all.filter(({ id }) => id !== server.id);
  const short = others.flatMap((other): Calculation['secondFailure'] => {
    const cameras = camerasNotFitting(other, rooms.get(other.id)?.room ?? { cameras: 0, bitsPerSecond: 0 });
    if (cameras.length === 0) return [];
    return [{ serverId: other.id, name: other.name, camerasNotFitting: cameras.length, cameras: [...cameras], source: rateSource([...served, other].flatMap((one) => one.cameras)) }];
  });
  return {
    secondFailureCameras: {
      value: Math.max(0, ...short.map(({ camerasNotFitting: count }) => count)),
      unit: 'cameras',
      source: rateSource([...served, ...others].flatMap((one) => one.cameras)),
      text: `The most of one other server that fails while this one is taken over. By the limits of cameras and bit rate that are set; peaks × ${peakMargin}.`,
    },
    secondFailure: short,
  };
}

function camerasNotFitting(server: ServerView, room: Needs): readonly { readonly cameraId: string; readonly name: string }[] {
  let { cameras, bitsPerSecond } = room;
  return server.cameras
    .filter((one) => one.enabled)
    .toSorted((a, b) => a.priority - b.priority)
    .filter((camera) => {
      const bits = cameraBits(camera);
      if (cameras < 1 || bitsPerSecond < bits) return true;
      cameras -= 1;
      bitsPerSecond -= bits;
      return false;
    })
    .map(({ id, name }) => ({ cameraId: id, name }));
}
