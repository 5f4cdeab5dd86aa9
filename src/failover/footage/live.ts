/** Live pictures of one camera, wherever they are. */
import { UnderstudyError } from '../../contract/errors.ts';
import type { CameraKey } from '../../core/units.ts';
import type { Clock, Timers } from '../../platform/clock.ts';
import { rest } from '../../platform/rest.ts';
import type { FootageBatch } from '../../video/contract.ts';
import type { FootageSource } from '../../video/playback/merge.ts';
import type { CameraView, FailoverServer, ServerView } from '../server-types.ts';
import { followRecorder, steadyShift } from './follow-recorder.ts';
import { answersAtOnce, sourcesOf } from './sources.ts';
import { asStream, type FootageStream } from './streams.ts';

export interface LivePorts {
  readonly clock: Clock;
  readonly timers: Timers;
}

const lookMs = 1_000;
/** So long the first picture of a camera is waited for. */
const firstPictureMs = 15_000;

/** From the disk where we record it, from memory where we only keep it hot; else as its recorder writes it, some seconds behind. */
export async function live(server: FailoverServer, camera: CameraKey, { clock, timers }: LivePorts, gone: AbortSignal): Promise<FootageStream> {
  const nowUs = (): number => Math.round(clock.wallMs() * 1000);
  const view = (): ServerView | undefined => server.servers().find(({ id }) => id === camera.serverId);
  const own = (): CameraView['own'] | undefined => view()?.cameras.find(({ id }) => id === camera.cameraId)?.own;
  const status = own();
  if (status?.recording) return await asStream(server.store.follow(camera, nowUs() - 2_000_000, whileIt(() => own()?.mode === 'record', timers, gone)), true);
  const watched = status?.state === 'streaming' ? server.watch(camera, whileIt(() => (own() ?? null) !== null, timers, gone)) : null;
  if (watched !== null) return await asStream(watched, true);
  const now = view();
  if (now === undefined || !canBeFollowed(now, camera.cameraId)) throw noLive('This failover server neither records the camera now nor keeps it hot, and its recorder cannot be asked or does not record it.');
  const steady = steadyShift();
  const sources = (): FootageSource[] => sourcesOf(server, camera, answersAtOnce).map(steady);
  const pause = (ms: number): Promise<void> => rest(timers, ms, gone);
  return await asStream(orTell(followRecorder({ sources, nowUs, pause, gone }), pause(firstPictureMs)), true);
}

/** `gone`, or aborted when that holds no more: whoever watches asks again then, and is shown what is there instead. */
function whileIt(holds: () => boolean, timers: Timers, gone: AbortSignal): AbortSignal {
  const over = new AbortController();
  const cancel = timers.every(lookMs, () => {
    if (!holds()) over.abort();
  });
  const either = AbortSignal.any([gone, over.signal]);
  either.addEventListener('abort', cancel, { once: true });
  if (either.aborted) cancel();
  return either;
}

const noLive = (text: string): UnderstudyError => new UnderstudyError('camera.silent', text, { advice: 'Look at the state of the camera and of its server.' });

/** Somebody waits for the answer: a camera of which nothing comes is told. */
async function* orTell(batches: AsyncGenerator<FootageBatch>, late: Promise<void>): AsyncGenerator<FootageBatch> {
  try {
    const first = await Promise.race([batches.next(), late]);
    if (first === undefined) throw noLive('Nothing of this camera was recorded in the last seconds.');
    if (first.done !== true) yield first.value;
    yield* batches;
  } finally {
    void batches.return(undefined);
  }
}

/** Its recorder can be asked and records it, as far as is known. */
export const canBeFollowed = (view: ServerView, cameraId: string): boolean => answersAtOnce(view) && view.cameras.some(({ id, enabled }) => id === cameraId && enabled);
