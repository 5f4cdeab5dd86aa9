import { z } from 'zod';

/** The camera's own clock, as its RTCP sender reports tell it. */
export const rtcpClock = z.discriminatedUnion('clock', [
  z.strictObject({ clock: z.literal('right') }),
  /** No sender reports at all. */
  z.strictObject({ clock: z.literal('absent') }),
  /** Never set: counts from 1970-01-01 at the start of the simulator. */
  z.strictObject({ clock: z.literal('1970') }),
  /** Wrong by a constant. */
  z.strictObject({ clock: z.literal('offset'), ms: z.number() }),
  /** Right and wrong by `ms`, taking turns every `everyMs`. */
  z.strictObject({ clock: z.literal('jumping'), ms: z.number().default(3_600_000), everyMs: z.number().positive().default(20_000) }),
  /** Too fast by `ppm` since the start of the simulator. */
  z.strictObject({ clock: z.literal('drifting'), ppm: z.number().default(200) }),
]);
export type RtcpClock = z.infer<typeof rtcpClock>;

/** Everything about a camera that can be changed while it runs. */
export const cameraFaults = z.strictObject({
  /** Sessions stay open, no packets come. */
  stall: z.boolean(),
  /** Answers nothing at all, sends nothing; connections are accepted. */
  mute: z.boolean(),
  /** New connections (`tcp`) or new sessions (`503`) are refused; running sessions go on. */
  refuse: z.enum(['no', 'tcp', '503']),
  /** Lose packets: a random share (0 to 1) and/or every n-th. */
  drop: z.strictObject({ share: z.number().min(0).max(1).default(0), every: z.number().int().min(0).default(0) }),
  /** Every n-th packet is sent after its successor; 0: never. */
  reorderEvery: z.number().int().min(0),
  /** What clients must now know. */
  password: z.string(),
  /** At most so many sessions (453), 0: no limit; a session whose connection broke holds its place for `ghostMs`. */
  sessions: z.strictObject({ limit: z.number().int().min(0).default(0), ghostMs: z.number().min(0).default(0) }),
  /** Which encoding to send, from the next key frame on; `second` has other parameter sets and another size. */
  parameterSets: z.enum(['first', 'second']),
  rtcp: rtcpClock,
  /** A URL to send clients to (302), or null. */
  redirect: z.string().nullable(),
  /**
   * Who can reach the camera: everybody (`allow` null) or these, minus `deny`. An entry is a client
   * address (`127.0.0.2`) or `agent:` and the beginning of a User-Agent. Others are cut off (`reset`)
   * or get no answer (`mute`); their running sessions end.
   */
  clients: z.strictObject({
    allow: z.array(z.string()).nullable().default(null),
    deny: z.array(z.string()).default([]),
    how: z.enum(['reset', 'mute']).default('reset'),
  }),
});
export type CameraFaults = z.infer<typeof cameraFaults>;

/** Some of the faults; what is left out stays as it is. */
export const faultChange = cameraFaults.partial();
export type FaultChange = z.input<typeof faultChange>;

/** What happens once. */
export const faultActions = ['cut', 'rtp-jump', 'heal'] as const;
export type FaultAction = (typeof faultActions)[number];

export function noFaults(password: string): CameraFaults {
  return {
    stall: false,
    mute: false,
    refuse: 'no',
    drop: { share: 0, every: 0 },
    reorderEvery: 0,
    password,
    sessions: { limit: 0, ghostMs: 0 },
    parameterSets: 'first',
    rtcp: { clock: 'right' },
    redirect: null,
    clients: { allow: null, deny: [], how: 'reset' },
  };
}

/** May this client reach the camera? */
export function reachable(faults: CameraFaults, address: string, userAgent: string): boolean {
  const matches = (entry: string): boolean =>
    entry.startsWith('agent:') ? userAgent.startsWith(entry.slice(6)) : entry === address;
  const { allow, deny } = faults.clients;
  return (allow === null || allow.some(matches)) && !deny.some(matches);
}
