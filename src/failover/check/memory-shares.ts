/** Pure: which cameras of a server would get memory for a pre-roll, and which would be cold. */
import type { Calculation, Figure } from '../../contract/api/standby.ts';
import type { Timeouts } from '../../core/timeouts.ts';
import { cannotBeHot } from '../recording/cannot-be-hot.ts';
import { byTurn, PrerollMemory, type Claim } from '../recording/preroll-memory.ts';
import { prerollMs, prerollRingBytes } from '../recording/preroll.ts';
import type { CameraView, ServerView } from '../server-types.ts';
import type { Needs } from './protection.ts';

export interface CalculatorFacts {
  readonly server: ServerView;
  readonly all: readonly ServerView[];
  readonly limits: Needs & { readonly prerollBytes: number };
  readonly freeBytes: number;
  readonly timeouts: Timeouts;
  /** The choice that is asked about; cameras that are not named keep their own. */
  readonly mode: 'cold' | 'hot';
  readonly cameras: Readonly<Record<string, 'cold' | 'hot'>>;
}

type Source = Figure['source'];
type Cold = Calculation['hot']['stayCold'][number];

export interface MemoryShares {
  readonly hot: readonly { readonly camera: CameraView; readonly bytes: number }[];
  /** Of this server, and of others that give their memory to it. */
  readonly cold: readonly Cold[];
}

export const rateSource = (cameras: readonly CameraView[]): Source => (cameras.every((camera) => !camera.enabled || camera.peakBitsPerSecond !== null) ? 'measured' : 'assumed');
export const gopSource = (cameras: readonly CameraView[]): Source => (cameras.every((camera) => !camera.enabled || camera.gopMs !== null) ? 'measured' : 'assumed');

/** A sum is no better than its worst part. */
export const worst = (sources: readonly Source[]): Source => (sources.includes('assumed') ? 'assumed' : sources.includes('measured') ? 'measured' : 'computed');

/** The same turn and the same rings as the jobs that would follow, hot cameras of other servers among them. */
export function shareMemory(facts: CalculatorFacts): MemoryShares {
  const { server: asked } = facts;
  const hot: { readonly camera: CameraView; readonly bytes: number }[] = [];
  const cold: Cold[] = [];
  const memory = new PrerollMemory(facts.limits.prerollBytes);
  const asking = claimsOf(facts).toSorted((a, b) => byTurn(a.claim, b.claim));
  const source = worst([rateSource(asking.map(({ camera }) => camera)), gopSource(asking.map(({ camera }) => camera))]);
  for (const camera of asked.cameras.filter(({ enabled }) => enabled)) {
    const why = whyCold(facts, camera);
    if (why !== null) cold.push({ serverId: asked.id, cameraId: camera.id, name: camera.name, reason: why.text, source: why.code === 'fell back' ? 'measured' : 'computed' });
  }
  for (const { server, camera, claim } of asking) {
    const bytes = prerollRingBytes(prerollMs(facts.timeouts, camera.gopMs), camera.peakBitsPerSecond);
    const fits = memory.take(claim, bytes);
    const isAsked = server.id === asked.id;
    if (fits && isAsked) hot.push({ camera, bytes });
    else if (!fits && isAsked) cold.push({ serverId: server.id, cameraId: camera.id, name: camera.name, reason: 'The ceiling of memory for pre-roll is reached with it, or by cameras of higher priority.', source });
    else if (!fits && isHotNow(camera)) cold.push({ serverId: server.id, cameraId: camera.id, name: `${server.name}: ${camera.name}`, reason: 'It is hot now; memory for pre-roll would go to cameras of higher priority.', source });
  }
  return { hot, cold };
}

interface Asking {
  readonly server: ServerView;
  readonly camera: CameraView;
  readonly claim: Claim;
}

function claimsOf(facts: CalculatorFacts): readonly Asking[] {
  return facts.all.flatMap((server) =>
    server.cameras
      .filter((camera) => camera.enabled && (server.id === facts.server.id ? whyCold(facts, camera) === null : standsByHot(camera)))
      .map((camera) => ({ server, camera, claim: { serverPriority: server.priority, priority: camera.priority, cameraId: camera.id, standsBy: camera.own?.mode !== 'record' } })),
  );
}

/** Null: it may be hot. */
function whyCold(facts: CalculatorFacts, camera: CameraView): { readonly code: string; readonly text: string } | null {
  return (facts.cameras[camera.id] ?? camera.standbyChoice ?? facts.mode) === 'cold' ? { code: 'chosen', text: 'Chosen.' } : cannotBeHot(camera);
}

/** As it is now, whatever is asked about another server. */
const standsByHot = (camera: CameraView): boolean => camera.standby === 'hot' && cannotBeHot(camera) === null;

/** Memory is laid out for it at this moment. */
const isHotNow = (camera: CameraView): boolean => camera.own?.mode === 'standby';
