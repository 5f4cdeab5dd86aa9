/** What is said of cameras that do not give what is wanted of them. Pure. */
import type { ErrorCode } from '../../contract/errors.ts';
import { offsetWords } from '../../core/clocks.ts';
import type { CameraReason } from '../contract.ts';
import type { CameraClock } from '../ring/camera-clock.ts';
import type { Lacking } from '../ring/video-receiver.ts';
import type { StreamDescription } from '../rtsp/sdp.ts';

const INTERLEAVED = 'The camera sends H.264 in packetization-mode 2 (interleaved), which is not supported.';
const LACKING: Readonly<Record<Exclude<Lacking, null | 'smaller pictures'>, string>> = {
  packets: 'The session is open, but no frame comes.',
  'described packets': 'Packets come, but of another payload type than the camera describes: what is in them cannot be known. Restart the camera or update its firmware, or choose another stream of it.',
  pictures: 'Packets come, but nothing in them is a picture. Choose another stream or codec on the camera.',
  'plain packets': `${INTERLEAVED} Set the camera to mode 0 or 1.`,
  'whole pictures': 'Packets come, but too many are lost or malformed: no picture is whole.',
  'key frame': 'Pictures come, but none that a recording could begin with: no key frame (IDR) and no recovery point. Set a key frame interval on the camera.',
  'parameter sets': 'Key frames come, but the camera tells its parameter sets (SPS, PPS) neither in its description nor in the stream.',
};

const mebibytes = (bytes: number): string => `${(bytes / (1 << 20)).toFixed(1)} MiB`;

/** A picture for which there is no room, however fast the disk is. */
export function reasonOfSize(pictureBytes: number, memoryBytes: number): CameraReason & { readonly code: ErrorCode } {
  return {
    code: 'camera.codec',
    text: `A picture of ${mebibytes(pictureBytes)} came, for which its memory of ${mebibytes(memoryBytes)} has no room: it is missing, and what refers to it up to the next key frame. Lower the resolution or the quality on the camera, or choose another stream of it.`,
  };
}

/** Why an open session gives no frames. `stranger`: packets come from there instead. `sizes`: of the newest picture that was too large, and of memory. */
export function stallReason(lacking: Lacking, stranger: string | null = null, sizes: readonly [number, number] = [0, 0]): CameraReason & { readonly code: ErrorCode } {
  if (lacking === 'smaller pictures') return reasonOfSize(...sizes);
  if (lacking === 'packets' && stranger !== null)
    return { code: 'camera.silent', text: `Packets come from ${stranger}, which is not the camera's address, nor one that it tells; they are not taken. Set the transport to TCP, or the address of this camera to that one.` };
  return { code: lacking === 'plain packets' || lacking === 'described packets' || lacking === 'pictures' ? 'camera.codec' : 'camera.silent', text: lacking === null ? 'Packets come, but no whole picture any more.' : LACKING[lacking] };
}

export const streamOver: CameraReason & { readonly code: ErrorCode } = { code: 'camera.lost', text: 'The camera said that its stream is over (RTCP BYE).' };

/** Sound that cannot be recorded costs no picture. Null: nothing to say. */
export function noteOfSound({ audio, offeredAudio, soundRefused }: Pick<StreamDescription, 'audio' | 'offeredAudio' | 'soundRefused'>): string | null {
  if (soundRefused !== undefined) return `The camera refuses its sound (${soundRefused.slice(0, 100)}). The picture is recorded.`;
  if (audio !== null || offeredAudio.length === 0) return null;
  return `Its sound (${offeredAudio.join(', ').slice(0, 100)}) cannot be recorded: AAC (MPEG4-GENERIC) and G.711 can. The picture is recorded.`;
}

/** A way of packing that cannot be read is said at once; some cameras announce it and do not use it. Null: nothing to say. */
export function noteOfPacking({ video }: Pick<StreamDescription, 'video'>): string | null {
  return video?.interleaved === true ? 'The camera announces H.264 in packetization-mode 2 (interleaved), which is not supported: unless it sends mode 0 or 1 all the same, nothing can be recorded. Set the camera to mode 0 or 1.' : null;
}

/** A camera's clock that somebody should set. Null: nothing to say. */
export function noteOfClock({ astray, offsetMs }: Pick<CameraClock, 'astray' | 'offsetMs'>): string | null {
  if (!astray || offsetMs === null) return null;
  return `Its clock is ${offsetWords(offsetMs)} (RTCP); footage keeps this host's time. Set the camera's clock.`;
}
