import type { Clip } from './clips.ts';
import { FRAMES_PER_SECOND } from './options.ts';
import { VIDEO_PAYLOAD_TYPE } from './pictures.ts';
import type { Sound } from './sound.ts';

/** Session description of one camera (RFC 4566; H.264: RFC 6184 8.1, H.265: RFC 7798 7.1). */
export function describe(camera: number, address: string, clip: Clip, sound: Sound | null, parameterSets: boolean): string {
  const lines = [
    'v=0',
    `o=- ${camera} 1 IN IP4 ${address}`,
    `s=Simulated camera ${camera}`,
    `c=IN IP4 0.0.0.0`,
    't=0 0',
    'a=control:*',
    'a=range:npt=now-',
    `m=video 0 RTP/AVP ${VIDEO_PAYLOAD_TYPE}`,
    `a=rtpmap:${VIDEO_PAYLOAD_TYPE} ${clip.kind.toUpperCase()}/90000`,
    ...videoFormat(clip, parameterSets),
    `a=framerate:${FRAMES_PER_SECOND}`,
    'a=control:trackID=0',
  ];
  if (sound) lines.push(`m=audio 0 RTP/AVP ${sound.payloadType}`, ...sound.sdp, 'a=control:trackID=1');
  return `${lines.join('\r\n')}\r\n`;
}

function videoFormat(clip: Clip, named: boolean): string[] {
  const sets = clip.parameterSets.map((set) => Buffer.from(set).toString('base64'));
  if (clip.kind === 'h264') {
    const profile = Buffer.from(clip.parameterSets[0]!.subarray(1, 4)).toString('hex').toUpperCase();
    const sprop = named ? `;sprop-parameter-sets=${sets.join(',')}` : '';
    return [`a=fmtp:${VIDEO_PAYLOAD_TYPE} packetization-mode=1;profile-level-id=${profile}${sprop}`];
  }
  return named ? [`a=fmtp:${VIDEO_PAYLOAD_TYPE} sprop-vps=${sets[0]};sprop-sps=${sets[1]};sprop-pps=${sets[2]}`] : [];
}
