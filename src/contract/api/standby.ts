/** The calculator that comes before hot standby: what it costs for ever, what cold loses, each figure measured or assumed. */
import { z } from 'zod';
import { idRule } from '../settings.ts';
import { serverParams } from './common.ts';
import { job } from './jobs.ts';
import { route } from './route.ts';
import { standbyMode } from './servers.ts';

const source = z.enum(['measured', 'assumed', 'computed']);

export const figure = z.strictObject({
  value: z.number(),
  unit: z.enum(['sessions', 'bit/s', 'bytes', 's', 'bytes/day', 'cameras']),
  source,
  /** How it was found, in a sentence. */
  text: z.string(),
});
export type Figure = z.infer<typeof figure>;

export const calculation = z.strictObject({
  serverId: z.string(),
  /** What hot costs for ever. */
  hot: z.strictObject({
    sessionsPerCamera: figure,
    network: figure,
    memory: figure,
    prerollSeconds: figure,
    /** How many cameras would be cold. */
    coldCameras: figure,
    /** Which, and why; cameras of other servers that would lose their memory to this one's among them. */
    stayCold: z.array(z.strictObject({ serverId: z.string(), cameraId: z.string(), name: z.string(), reason: z.string(), source })),
  }),
  /** What cold loses at each failure. */
  cold: z.strictObject({ lostSeconds: figure, ofWhichDetection: figure, ofWhichOpening: figure }),
  outageDayBytes: figure,
  diskLastsSeconds: figure,
  /** How many cameras would not fit if another server failed at the same time: the worst of them. */
  secondFailureCameras: figure,
  /** Which they are, for each other server whose cameras would not all fit. */
  secondFailure: z.array(
    z.strictObject({ serverId: z.string(), name: z.string(), camerasNotFitting: z.int(), cameras: z.array(z.strictObject({ cameraId: z.string(), name: z.string() })), source }),
  ),
});
export type Calculation = z.infer<typeof calculation>;

const tag = 'Hot standby';
export const standbyRoutes = {
  'standby.calculate': route('POST /servers/:server/standby/calculation', {
    tag,
    access: 'read',
    summary: 'What hot standby would cost and what cold loses; changes nothing',
    params: serverParams,
    body: z.strictObject({ mode: standbyMode.default('hot'), cameras: z.record(idRule, standbyMode).default({}) }),
    response: calculation,
    errors: ['input.not-found', 'role.no-backup'],
  }),
  'standby.test': route('POST /servers/:server/standby/test', {
    tag,
    summary: 'Open a second session to each camera for a moment and watch the recorder’s own frame rate',
    params: serverParams,
    body: z.strictObject({ cameras: z.array(idRule).max(1000).optional(), seconds: z.int().min(3).max(60).default(10) }),
    response: job,
    status: 202,
    errors: ['input.not-found', 'role.no-backup', 'role.already-running'],
  }),
};
