import { z } from 'zod';
import { failReasons } from '../../core/detector/types.ts';
import { cameraStages, type RoleState } from '../../core/role/types.ts';
import { parseRow } from '../db/rows.ts';

const cause = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('automatic'), reason: z.enum(failReasons) }),
  z.strictObject({ kind: z.literal('manual'), by: z.string(), confirmed: z.boolean(), forMaintenance: z.boolean() }),
]);

const duty = z.strictObject({
  id: z.string(),
  priority: z.number(),
  singleSession: z.boolean(),
  stage: z.enum(cameraStages),
  untilMs: z.number().nullable(),
  lentInVain: z.number(),
});

const takeOver = z.strictObject({
  id: z.string(),
  cause,
  backupId: z.string(),
  pinned: z.enum(['by hand', 'for maintenance']).nullable(),
  cameras: z.array(duty),
});

const head = { serverId: z.string(), sinceMs: z.number() };

const roleState = z.discriminatedUnion('kind', [
  z.strictObject({
    ...head,
    kind: z.literal('standby'),
    blocked: z
      .enum(['automatic take-over is off', 'maintenance', 'no usable backup', 'no cameras', 'stopped by a person', 'store'])
      .nullable(),
  }),
  z.strictObject({
    ...head,
    kind: z.literal('held'),
    cause,
    because: z.enum(['many servers silent', 'asking cameras', 'no camera answers']),
    askedMs: z.number().nullable(),
    // Not yet known to the first version.
    answeredMs: z.number().nullable().default(null),
  }),
  z.strictObject({ ...head, kind: z.literal('queued'), cause, why: z.string() }),
  z.strictObject({ ...head, kind: z.literal('taking over'), takeOver }),
  z.strictObject({ ...head, kind: z.literal('active'), takeOver }),
  z.strictObject({ ...head, kind: z.literal('restoring'), takeOver, overdue: z.boolean() }),
  z.strictObject({ ...head, kind: z.literal('stopping'), takeOver, why: z.enum(['stopped by a person', 'removed']) }),
  z.strictObject({ ...head, kind: z.literal('removed') }),
]);

/** A role as it was persisted. One that does not fit its shape is refused: it is never guessed at. */
export const readRole = (stored: unknown, serverId: string): RoleState =>
  parseRow(roleState, stored, `The stored role for server ${serverId}`);
