/**
 * The control socket between a recorder and the agent beside it: a Unix domain socket in the settings
 * folder, one JSON message a line, several clients at once. Both ends are the same version (one
 * package) except while an update runs: unknown keys are ignored.
 */
import { z } from 'zod';
import { evidenceLock, progress } from '../../contract/link.ts';

const id = z.string().min(1).max(100);

const notice = z.discriminatedUnion('type', [
  /** First on every connection. `started`: the startup message of this boot was given already. */
  z.object({ type: z.literal('hello'), boot: id, pid: z.int().positive(), started: z.boolean(), stopping: z.string().nullable(), playback: z.string().nullable() }),
  /** Settings are loaded, cameras are being opened. */
  z.object({ type: z.literal('started') }),
  /** Every 250 ms. */
  z.object({ type: z.literal('progress'), progress }),
  /** The recorder ends on purpose. Comes before anything is closed; the end of the process follows. */
  z.object({ type: z.literal('stopping'), reason: z.string() }),
]);
const answer = z.discriminatedUnion('ok', [
  z.object({ type: z.literal('answer'), id: z.int(), ok: z.literal(true), result: z.unknown() }),
  z.object({ type: z.literal('answer'), id: z.int(), ok: z.literal(false), code: z.string(), text: z.string() }),
]);
export const fromRecorder = z.union([notice, answer]);
export type FromRecorder = z.infer<typeof fromRecorder>;

const cameras = z.object({ cameras: z.array(id).max(10_000) });
const span = z.object({ fromUs: z.int(), toUs: z.int() });

/** What the agent may ask. */
export const controlMethods = {
  stop: { params: z.object({ reason: z.string().max(500) }), result: z.object({}) },
  /** Single-session cameras: leave these alone until `resume`; forgotten when the recorder restarts. */
  release: { params: cameras, result: z.object({}) },
  resume: { params: cameras, result: z.object({}) },
  /** Adds these locks; answers all that are in force. */
  lock: { params: z.object({ locks: z.array(evidenceLock) }), result: z.object({ locks: z.array(evidenceLock) }) },
  unlock: { params: z.object({ id }), result: z.object({}) },
  copyBack: {
    params: z.object({ cameraId: id, span, bytesPerSecond: z.int().positive() }),
    result: z.object({ state: z.enum(['running', 'done', 'unsupported']), copied: z.array(span), text: z.string() }),
  },
} as const;
export type ControlMethod = keyof typeof controlMethods;
export type ControlParams<M extends ControlMethod> = z.infer<(typeof controlMethods)[M]['params']>;
export type ControlResult<M extends ControlMethod> = z.infer<(typeof controlMethods)[M]['result']>;

export const toRecorder = z.object({ type: z.literal('ask'), id: z.int(), method: z.string().max(40), params: z.unknown() });
