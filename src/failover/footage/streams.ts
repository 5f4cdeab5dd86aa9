import { footageHeaders } from '../../contract/api/footage.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import type { CameraKey, Span } from '../../core/units.ts';
import type { FootageBatch } from '../../video/contract.ts';
import { exportClip } from '../../video/playback/clip.ts';
import { type ClipPart, clipParts, demandOnePart } from '../../video/playback/clip-parts.ts';
import { mergedFootage } from '../../video/playback/merge.ts';
import { muxParts } from '../../video/playback/mux.ts';
import type { FailoverServer } from '../server-types.ts';
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
export async function asStream(batches: AsyncIterable<FootageBatch>, forBrowser: boolean): Promise<FootageStream> {
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
