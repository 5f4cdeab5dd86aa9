import { z } from 'zod';

/** Pictures per second of every clip. Frame number n is captured at n / 25 s after 1970. */
export const FRAMES_PER_SECOND = 25;
/** Milliseconds between two frames. */
export const FRAME_MS = 1000 / FRAMES_PER_SECOND;

export const authSchemes = ['none', 'basic', 'digest', 'digest-sha256'] as const;
export type AuthScheme = (typeof authSchemes)[number];

/** What a camera is from its start; what may change while it runs is in faults.ts. */
export const cameraOptions = z.strictObject({
  codec: z.enum(['h264', 'h265']).default('h264'),
  /** Which picture; left out, H.264 cameras take turns. H.265 has `yard` only. */
  scene: z.enum(['yard', 'gate', 'dock', 'hall']).optional(),
  /** Seconds between key frames. 5 has one scene only. */
  gopSeconds: z.union([z.literal(1), z.literal(5)]).default(1),
  /** Bits per second to inflate the video to; 0: as it was encoded. */
  bitrate: z.number().int().min(0).max(100_000_000).default(0),
  /** `filler`: filler data NAL units. `slice`: cabac_zero_words inside the slice, so that the padding counts as VCL. */
  padding: z.enum(['filler', 'slice']).default('filler'),
  /** Gives the slices of successive loops different bytes (same pictures), by up to 15 cabac_zero_words. */
  distinctLoops: z.boolean().default(true),
  audio: z.enum(['none', 'aac', 'pcmu', 'pcma']).default('none'),
  /** Offered in this order, as several WWW-Authenticate lines. */
  auth: z.array(z.enum(authSchemes)).default(['none']),
  user: z.string().default('user'),
  password: z.string().default('password'),
  /** Digest with qop="auth" (RFC 7616) instead of the older form without (RFC 2069). */
  qop: z.boolean().default(false),
  /** A nonce older than this is answered with stale=true. */
  nonceMs: z.number().positive().default(300_000),
  /** What SETUP accepts; the rest is refused with 461. */
  transport: z.enum(['both', 'tcp', 'udp']).default('both'),
  /** False: SDP names no parameter sets; they come in band only. */
  sdpParameterSets: z.boolean().default(true),
  /** False: GET_PARAMETER is not offered and is answered with 405. */
  getParameter: z.boolean().default(true),
  /** Session time-out told to the client and kept. */
  timeoutS: z.number().positive().default(60),
  /** A new session starts at the next key frame, or with whatever frame comes next. */
  startAt: z.enum(['key', 'any']).default('key'),
  /** Error of the media clock: RTP timestamps run this much too fast. */
  rtpPpm: z.number().min(-100_000).max(100_000).default(0),
  /** Largest RTP payload in bytes. */
  mtu: z.number().int().min(200).max(60_000).default(1400),
});
export type CameraOptions = z.infer<typeof cameraOptions>;
export type CameraOptionsInput = z.input<typeof cameraOptions>;
