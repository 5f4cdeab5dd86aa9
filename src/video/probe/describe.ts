/** Asks a camera what it would send (RTSP DESCRIBE), without taking one of its sessions. */
import type { Timers } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { CameraSource, VideoCodec } from '../contract.ts';
import { KnownLogin } from '../rtsp/auth.ts';
import { RtspConnection } from '../rtsp/connection.ts';
import { Dialogue, Redirected } from '../rtsp/dialogue.ts';
import { asCameraFailure, CameraFailure } from '../rtsp/failure.ts';
import { parseSdp, type VideoDescription } from '../rtsp/sdp.ts';
import { pictureSize } from '../rtsp/sps.ts';
import { asSent, parseRtspUrl } from '../rtsp/url.ts';

export interface Described {
  readonly codec: VideoCodec;
  /** Null: the camera tells it only in the stream. */
  readonly width: number | null;
  readonly height: number | null;
}

export interface DescribePorts {
  readonly timers: Timers;
  readonly random: Random;
  readonly timeoutMs: number;
}

/** Rejects with a `CameraFailure`: unreachable, unauthorized, not found, refused, no video that can be recorded. */
export async function describeCamera(source: CameraSource, ports: DescribePorts): Promise<Described> {
  let at = { ...source, url: asSent(source.url) };
  for (let hop = 0; hop < 3; hop += 1) {
    try {
      return await ask(at, ports);
    } catch (error) {
      if (!(error instanceof Redirected)) throw asCameraFailure(error);
      at = follow(at, error.location);
    }
  }
  throw new CameraFailure('camera.protocol', 'The camera redirects too often.');
}

async function ask(source: CameraSource, { timers, random, timeoutMs }: DescribePorts): Promise<Described> {
  const address = parseRtspUrl(source.url);
  if (address === null) throw new CameraFailure('camera.not-found', 'The address is not of the form rtsp://host[:port]/path.');
  const connection = new RtspConnection({
    ...address, timers, readBuffer: Buffer.allocUnsafe(16 * 1024), userAgent: 'Understudy failover', connectMs: timeoutMs, answerMs: timeoutMs,
    events: { packet: () => undefined, isKnownChannel: () => false, redirected: () => undefined, closed: () => undefined },
  });
  try {
    await connection.connected();
    const dialogue = new Dialogue(connection, source, () => Buffer.from(random.bytes(8)).toString('hex'), new KnownLogin());
    const answer = await dialogue.demand('DESCRIBE', address.url, [['Accept', 'application/sdp']]);
    const { video, offered } = parseSdp(answer.body.toString('latin1'));
    if (video === null) throw new CameraFailure('camera.codec', `The camera offers no H.264 or H.265 video${offered.length === 0 ? '' : ` (but ${offered.join(', ')})`}.`);
    return { codec: video.codec, ...sizeOf(video) };
  } finally {
    connection.close();
  }
}

function sizeOf(video: VideoDescription): Pick<Described, 'width' | 'height'> {
  const isSps = (unit: Buffer): boolean => (video.codec === 'h264' ? ((unit[0] ?? 0) & 31) === 7 : (((unit[0] ?? 0) >> 1) & 63) === 33);
  const sps = video.parameterSets.find(isSps);
  const size = sps === undefined ? null : pictureSize(video.codec, sps);
  return { width: size?.width ?? null, height: size?.height ?? null };
}

/** Credentials belong to one host: they are never carried to another. */
function follow(from: CameraSource, location: string): CameraSource {
  const to = parseRtspUrl(location);
  if (to === null) throw new CameraFailure('camera.protocol', 'The camera redirects to something that is no RTSP address.');
  if (to.host.toLowerCase() === parseRtspUrl(from.url)?.host.toLowerCase()) return { ...from, url: to.url };
  return { url: to.url, transport: from.transport, audio: from.audio };
}
