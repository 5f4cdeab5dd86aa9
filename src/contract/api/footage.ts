/** Footage: one timeline per camera over both machines, playback, live, clips, evidence locks. */
import { z } from 'zod';
import { idRule } from '../settings.ts';
import { apiError, atMs, atUs, byteCount, cameraParams, queryUs, reason, serverParams, span } from './common.ts';
import { route } from './route.ts';

/** Who recorded a span. `both`: on both machines, played once. */
export const recordedBy = z.enum(['monitored server', 'failover server', 'both']);

export const footageSpan = span.extend({
  by: recordedBy,
  /** Kept for now; dropped once the monitored server proves that it has the same. */
  provisional: z.boolean(),
  locked: z.boolean(),
});
export type FootageSpan = z.infer<typeof footageSpan>;

/** A stretch without footage. `unreachable`: there may be footage on a host that does not answer now. */
export const footageGap = span.extend({ reason, unreachable: z.boolean() });
export type FootageGap = z.infer<typeof footageGap>;

export const outageMark = span.extend({ outageId: z.string(), text: z.string() });

/** A wall clock was set: footage timed by it in this span, and before, may really be of another time. `movedMs` above 0: ahead. */
export const clockMark = span.extend({ host: z.enum(['monitored server', 'failover server']), movedMs: z.number(), text: z.string() });
export type ClockMark = z.infer<typeof clockMark>;

export const footageCamera = z.strictObject({
  serverId: z.string(),
  serverName: z.string(),
  cameraId: z.string(),
  name: z.string(),
  /** Null: no footage reachable now. */
  span: span.nullable(),
  bytesHere: byteCount,
  /** Can be watched live here now (taken over, or hot standby). */
  live: z.boolean(),
  /** Can be watched as its recorder writes it, some seconds behind. */
  follows: z.boolean(),
  /** The server was removed; footage stays until its retention ends. */
  removed: z.boolean(),
});
export type FootageCamera = z.infer<typeof footageCamera>;

export const cameraTimeline = z.strictObject({
  cameraId: z.string(),
  spans: z.array(footageSpan),
  gaps: z.array(footageGap),
});

export const timeline = z.strictObject({
  serverId: z.string(),
  span,
  /** Spans and gaps shorter than this were merged with their neighbours for this zoom. */
  resolutionUs: z.number().nonnegative(),
  cameras: z.array(cameraTimeline),
  outages: z.array(outageMark),
  clockMarks: z.array(clockMark),
  hosts: z.array(z.strictObject({ host: z.enum(['monitored server', 'failover server']), reachable: z.boolean(), reason: reason.nullable() })),
});
export type Timeline = z.infer<typeof timeline>;

export const evidenceLockDto = z.strictObject({
  id: z.string(),
  serverId: z.string(),
  cameraId: z.string(),
  fromUs: atUs,
  toUs: atUs,
  reason: z.string(),
  lockedBy: z.string(),
  lockedAtMs: atMs,
  /** Hosts that hold it; a host that was not reachable gets it later. */
  on: z.array(z.enum(['monitored server', 'failover server'])),
});
export type EvidenceLockDto = z.infer<typeof evidenceLockDto>;

/** One of the clips by which a span comes whole. `width` and `height` of its first picture. */
export const clipPart = span.extend({ codec: z.enum(['h264', 'h265']), width: z.int().positive(), height: z.int().positive() });
export type ClipPart = z.infer<typeof clipPart>;

/** A span of at least 1 µs and at most 31 days. */
const spanQuery = { fromUs: queryUs, toUs: queryUs };

/** Headers of the two fMP4 answers. Media time 0 is `startUs`; media time runs as wall time, so a gap is a gap. */
export const footageHeaders = {
  startUs: 'x-understudy-start-us',
  /** For MediaSource.addSourceBuffer; a new `moov` inside the stream tells a change of codec data. */
  mime: 'x-understudy-mime',
} as const;

/** WebSocket: first the head as text, then the bytes of `footage.live` as they come. */
export const livePicturesPath = (server: string, camera: string): string => `/api/footage/${server}/${camera}/live/socket`;

export const livePicturesHead = z.union([z.strictObject({ mime: z.string(), startUs: atUs }), z.strictObject({ error: apiError })]);
export type LivePicturesHead = z.infer<typeof livePicturesHead>;

const tag = 'Footage';
const missing = ['input.not-found', 'link.unreachable'] as const;

export const lockReasonRule = z.string().trim().min(1, 'Say why.').max(500);

export const footageRoutes = {
  'footage.cameras': route('GET /footage', { tag, summary: 'Cameras with footage here or on their recorder', response: z.array(footageCamera) }),
  'footage.timeline': route('GET /footage/:server/timeline', {
    tag,
    summary: 'Who recorded what, gaps with their reason, outages; for one, some or all cameras of a server',
    params: serverParams,
    query: z.strictObject({
      ...spanQuery,
      cameras: z.string().max(10_000).optional().describe('Camera ids with commas; all if missing.'),
      pixels: z.coerce.number().int().min(10).max(10_000).default(1000).describe('Width of the screen; finer detail is merged.'),
    }),
    response: timeline,
    errors: missing,
  }),
  'footage.play': route('GET /footage/:server/:camera/play', {
    tag,
    summary: 'Fragmented MP4 from the key frame at or before `fromUs` up to `toUs`, across the seam',
    params: cameraParams,
    query: z.strictObject({ ...spanQuery, audio: z.enum(['true', 'false']).default('true') }),
    answer: 'fmp4',
    errors: missing,
  }),
  'footage.live': route('GET /footage/:server/:camera/live', {
    tag,
    summary: 'Endless fragmented MP4 of a camera: as it comes where it is recorded or kept hot here, else without sound and some seconds behind, as its recorder writes it',
    params: cameraParams,
    answer: 'fmp4',
    errors: ['input.not-found', 'camera.silent'],
  }),
  'footage.clip': route('GET /footage/:server/:camera/clip', {
    tag,
    summary: 'Download of a clip as one MP4 file; refused, with the moments, where the codec changes within the span',
    params: cameraParams,
    query: z.strictObject(spanQuery),
    answer: 'fmp4',
    errors: missing,
  }),
  'footage.clips': route('GET /footage/:server/:camera/clips', {
    tag,
    summary: 'By which clips a span comes whole: one, or one up to each change of the video codec; none without footage',
    params: cameraParams,
    query: z.strictObject(spanQuery),
    response: z.array(clipPart),
    errors: missing,
  }),
  'locks.list': route('GET /locks', {
    tag,
    summary: 'Evidence locks',
    query: z.strictObject({ server: idRule.optional(), camera: idRule.optional() }),
    response: z.array(evidenceLockDto),
  }),
  'locks.create': route('POST /locks', {
    tag,
    summary: 'Lock footage: it is not deleted until unlocked, on either machine',
    body: z.strictObject({ serverId: idRule, cameraId: idRule, fromUs: atUs, toUs: atUs, reason: lockReasonRule }),
    response: evidenceLockDto,
    status: 201,
    errors: ['input.not-found'],
  }),
  'locks.remove': route('DELETE /locks/:lock', { tag, summary: 'Unlock', params: z.strictObject({ lock: z.string().min(1).max(100) }), errors: ['input.not-found'] }),
};
