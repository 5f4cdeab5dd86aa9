import { footageHeaders } from '../../contract/api/footage.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import type { CameraKey, Span } from '../../core/units.ts';
import type { Clock, Timers } from '../../platform/clock.ts';
import type { FootageBatch } from '../../video/contract.ts';
import { exportClip } from '../../video/playback/clip.ts';
import { type ClipPart, clipParts, demandOnePart } from '../../video/playback/clip-parts.ts';
import { type FootageSource, mergedFootage } from '../../video/playback/merge.ts';
import { muxParts } from '../../video/playback/mux.ts';
import type { CameraView, FailoverServer, ServerView } from '../server-types.ts';
import { followRecorder, steadyShift } from './follow-recorder.ts';
import { answersAtOnce, canBeAsked, sourcesOf } from './sources.ts';

/** A body for HTTP; the API's `StreamAnswer`. */
export interface FootageStream {
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Uint8Array>;
}

async function* whileWanted<T>(stream: AsyncIterable<T>, gone: AbortSignal): AsyncGenerator<T> {
  for await (const part of stream) {
    if (gone.aborted) return;
    yield part;
  }
}

async function* pictures(batches: AsyncIterable<FootageBatch>): AsyncGenerator<FootageBatch> {
  for await (const { config, units } of batches) {
    const { audio: _audio, ...video } = config;
    const seen = units.filter(({ track }) => track === 'video');
    if (seen.length > 0) yield { config: video, units: seen };
  }
}

/** Looks at the first part before anything is answered: no footage is an error, not an empty file. */
async function asStream(batches: AsyncIterable<FootageBatch>, forBrowser: boolean): Promise<FootageStream> {
  const parts = muxParts(batches, { forBrowser })[Symbol.asyncIterator]();
  const first = await parts.next();
  if (first.done === true || first.value.kind !== 'init') throw new UnderstudyError('input.not-found', 'There is no footage of this camera at this time.', { field: 'fromUs', advice: 'Choose a time where the timeline shows footage.' });
  const head = first.value;
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      yield head.bytes;
      for (let next = await parts.next(); next.done !== true; next = await parts.next()) yield next.value.bytes;
    } finally {
      await parts.return?.(undefined);
    }
  }
  return { contentType: 'video/mp4', headers: { [footageHeaders.startUs]: String(head.baseUs), [footageHeaders.mime]: head.mimeType }, body: body() };
}

export function play(server: FailoverServer, camera: CameraKey, span: Span, audio: boolean, gone: AbortSignal): Promise<FootageStream> {
  const merged = whileWanted(mergedFootage(sourcesOf(server, camera, answersAtOnce), span), gone);
  return asStream(audio ? merged : pictures(merged), true);
}

/** From the disk where we record it, from memory where we only keep it hot; else as its recorder writes it, some seconds behind. */
export async function live(server: FailoverServer, camera: CameraKey, { clock, timers }: LivePorts, gone: AbortSignal): Promise<FootageStream> {
  const nowUs = (): number => Math.round(clock.wallMs() * 1000);
  const view = server.servers().find(({ id }) => id === camera.serverId);
  const own = (): CameraView['own'] | undefined => server.servers().find(({ id }) => id === camera.serverId)?.cameras.find(({ id }) => id === camera.cameraId)?.own;
  const status = own();
  if (status?.recording) return await asStream(server.store.follow(camera, nowUs() - 2_000_000, whileIt(() => own()?.mode === 'record', timers, gone)), true);
  const watched = status?.state === 'streaming' ? server.watch(camera, whileIt(() => (own() ?? null) !== null, timers, gone)) : null;
  if (watched !== null) return await asStream(watched, true);
  if (view === undefined || !canBeFollowed(view, camera.cameraId)) throw noLive('This failover server neither records the camera now nor keeps it hot, and its recorder cannot be asked or does not record it.');
  const steady = steadyShift();
  const sources = (): FootageSource[] => sourcesOf(server, camera, answersAtOnce).map(steady);
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        cancel();
        gone.removeEventListener('abort', done);
        resolve();
      };
      const cancel = timers.after(Math.max(0, ms), done);
      gone.addEventListener('abort', done);
      if (gone.aborted) done();
    });
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

const lookMs = 1_000;

export interface LivePorts {
  readonly clock: Clock;
  readonly timers: Timers;
}

/** So long the first picture of a camera is waited for. */
const firstPictureMs = 15_000;

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

export function clips(server: FailoverServer, camera: CameraKey, span: Span): Promise<readonly ClipPart[]> {
  return clipParts(sourcesOf(server, camera, canBeAsked), span);
}

export async function clipFile(server: FailoverServer, camera: CameraKey, span: Span, gone: AbortSignal): Promise<FootageStream> {
  const sources = sourcesOf(server, camera, canBeAsked);
  await demandOnePart(sources, span);
  const parts = exportClip(whileWanted(mergedFootage(sources, span), gone))[Symbol.asyncIterator]();
  const first = await parts.next();
  if (first.done === true) throw new UnderstudyError('input.not-found', 'There is no footage of this camera at this time.');
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      yield first.value!;
      for (let next = await parts.next(); next.done !== true; next = await parts.next()) yield next.value;
    } finally {
      await parts.return?.(undefined);
    }
  }
  const name = `${camera.cameraId}-${new Date(span.fromUs / 1000).toISOString().replaceAll(':', '').slice(0, 17)}Z.mp4`;
  return { contentType: 'video/mp4', headers: { 'content-disposition': `attachment; filename="${name}"` }, body: body() };
}
