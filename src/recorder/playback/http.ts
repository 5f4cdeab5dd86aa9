/** The recorder's own playback: a small HTTP server on loopback that follows the ini pointer. */
import { Readable } from 'node:stream';
import { fastify, type FastifyReply, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { errors, UnderstudyError } from '../../contract/errors.ts';
import { idRule } from '../../contract/settings.ts';
import { footageHeaders } from '../../contract/api/footage.ts';
import type { CameraKey, Span } from '../../core/units.ts';
import type { Clock } from '../../platform/clock.ts';
import { exportClip } from '../../video/playback/clip.ts';
import { demandOnePart } from '../../video/playback/clip-parts.ts';
import { mergedFootage } from '../../video/playback/merge.ts';
import { type MuxPart, muxParts } from '../../video/playback/mux.ts';
import type { Playback, RecorderInside } from '../inside.ts';
import { ownFootage } from '../own-footage.ts';
import { cameraTimeline } from './timeline.ts';

/** Microseconds since 1970, or ISO 8601 with a zone. */
const time = z
  .string()
  .transform((text, context) => {
    const us = /^\d{1,17}$/.test(text) ? Number(text) : /(Z|[+-]\d\d:?\d\d)$/.test(text) ? Date.parse(text) * 1000 : Number.NaN;
    if (!Number.isSafeInteger(us)) context.addIssue({ code: 'custom', message: 'Microseconds since 1970, or a time like 2026-05-01T12:00:00Z.' });
    return us;
  });
/** So young footage may not be in the index yet. */
const settlingUs = 3_000_000;
const longestUs = 31 * 86_400 * 1e6;
const spanQuery = z
  .object({ from: time, to: time })
  .refine(({ from, to }) => to > from && to - from <= longestUs, { path: ['to'], message: 'Later than "from", by at most 31 days.' })
  .transform(({ from, to }): Span => ({ fromUs: from, toUs: to }));

export async function startPlayback(recorder: RecorderInside, options: { readonly port: number; readonly clock: Clock }): Promise<Playback> {
  const { clock } = options;
  const app = fastify({ logger: false, forceCloseConnections: true });
  const own = (): ReturnType<typeof ownFootage> => {
    const store = recorder.media.store();
    if (store === null) throw new UnderstudyError('store.missing', recorder.media.disk().text, { advice: 'Try again when the disk is back.' });
    return ownFootage(store);
  };
  const cameraOf = (request: FastifyRequest): CameraKey => ({ serverId: recorder.serverId, cameraId: idOf((request.params as { readonly camera: string }).camera) });
  // What lies ahead is no gap.
  const past = (span: Span): Span => ({ fromUs: span.fromUs, toUs: Math.max(span.fromUs + 1, Math.min(span.toUs, Math.round(clock.wallMs() * 1000))) });
  const timelineOf = async (camera: CameraKey, span: Span) =>
    await cameraTimeline(
      own(),
      { ...recorder.remote(), settledUs: Math.round(clock.wallMs() * 1000) - settlingUs },
      camera,
      past(span),
    );

  // A page of another site must not read footage by a name that resolves to this host.
  app.addHook('onRequest', async (request) => {
    if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(request.headers.host ?? ''))
      throw new UnderstudyError('auth.missing', 'Playback answers on 127.0.0.1 only.', { advice: 'Use the address that the recorder printed.' });
    // Nor may it show, or make us read, footage by the address itself.
    if (request.headers['sec-fetch-site'] === 'cross-site')
      throw new UnderstudyError('auth.missing', 'The request comes from another web page.', { advice: 'Open the address itself.' });
  });
  app.setErrorHandler((error, _request, reply) => sendError(error, reply));
  app.setNotFoundHandler((_request, reply) => sendError(new UnderstudyError('input.not-found', 'Known are /cameras, /coverage, /footage/<camera> and /clip/<camera>.'), reply));

  app.get('/cameras', async () => {
    const known = recorder.settings().document.cameras;
    const footage = new Map((await own().cameras()).map((one) => [one.cameraId, one]));
    const ids = [...new Set([...known.map(({ id }) => id), ...footage.keys()])];
    return ids.map((id) => {
      const camera = known.find((one) => one.id === id);
      const there = footage.get(id);
      return { id, name: camera?.name ?? id, inSettings: camera !== undefined, span: there?.span ?? null, bytes: there?.bytes ?? 0 };
    });
  });
  app.get('/coverage', async (request) => {
    const span = checked(spanQuery, request.query);
    const wanted = (request.query as { readonly camera?: string }).camera;
    const ids = wanted === undefined ? recorder.settings().document.cameras.map(({ id }) => id) : [wanted];
    const cameras = await Promise.all(
      ids.map(async (cameraId) => {
        const { spans, gaps, hosts } = await timelineOf({ serverId: recorder.serverId, cameraId }, span);
        return { id: cameraId, spans, gaps, hosts };
      }),
    );
    return { span: past(span), pointers: recorder.settings().pointers, cameras };
  });
  app.get('/footage/:camera', async (request, reply) => {
    const span = past(checked(spanQuery, request.query));
    const { sources } = await timelineOf(cameraOf(request), span);
    const parts = muxParts(mergedFootage(sources, span), { forBrowser: 'browser' in (request.query as object) });
    const first = await parts.next();
    if (first.done === true || first.value.kind !== 'init') throw nothingThere();
    reply.header(footageHeaders.startUs, String(first.value.baseUs)).header(footageHeaders.mime, first.value.mimeType);
    return await sendFootage(request, reply, bytesOf(first.value, parts), parts);
  });
  app.get('/clip/:camera', async (request, reply) => {
    const span = past(checked(spanQuery, request.query));
    const { sources } = await timelineOf(cameraOf(request), span);
    await demandOnePart(sources, span);
    const parts = exportClip(mergedFootage(sources, span));
    // Before anything is answered: no footage is an error, not half an answer.
    const first = await parts.next();
    if (first.done === true) throw nothingThere();
    reply.header('content-disposition', `attachment; filename="${cameraOf(request).cameraId}.mp4"`);
    return await sendFootage(request, reply, behind(first.value, parts), parts);
  });

  const address = await app.listen({ host: '127.0.0.1', port: options.port });
  return { address, close: async () => await app.close() };
}

const nothingThere = (): UnderstudyError => new UnderstudyError('input.not-found', 'There is no footage of this camera in this span.');

/** Goes into headers and file names. */
function idOf(camera: string): string {
  if (!idRule.safeParse(camera).success) throw new UnderstudyError('input.not-found', 'There is no such camera.');
  return camera;
}

/** `HEAD` wants the headers alone: left to itself, the server would read all the footage for it. */
async function sendFootage(request: FastifyRequest, reply: FastifyReply, body: AsyncIterable<Uint8Array>, source: AsyncGenerator<unknown>): Promise<FastifyReply> {
  reply.type('video/mp4');
  if (request.method !== 'HEAD') return reply.send(Readable.from(body, { objectMode: false }));
  await source.return(undefined);
  return reply.send(Readable.from([]));
}

async function* bytesOf(first: MuxPart, rest: AsyncIterable<MuxPart>): AsyncIterable<Uint8Array> {
  yield first.bytes;
  for await (const part of rest) yield part.bytes;
}

async function* behind(first: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined); // who asked has gone: what is still open to another machine is closed
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.map(String).join('.') ?? '';
  throw new UnderstudyError('input.invalid', `${field}: ${issue?.message ?? ''}`, { field });
}

const statuses: Readonly<Record<string, number>> = { 'input.not-found': 404, 'input.invalid': 400, 'auth.missing': 403, 'store.missing': 503 };

function sendError(error: unknown, reply: FastifyReply): FastifyReply {
  const known = error instanceof UnderstudyError ? error : new UnderstudyError('process.defect', errors['process.defect'].text);
  return reply.status(statuses[known.code] ?? 500).send({ error: { code: known.code, text: known.message, field: known.field, advice: known.advice } });
}
