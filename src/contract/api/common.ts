/** Shapes that many routes share. `…Ms`: milliseconds since 1970 (UTC), `…Us`: microseconds; durations say so. */
import { z } from 'zod';
import { errors, type ErrorCode } from '../errors.ts';
import { idRule } from '../settings.ts';

export const atMs = z.int().describe('Milliseconds since 1970-01-01T00:00:00Z.');
export const atUs = z.int().describe('Microseconds since 1970-01-01T00:00:00Z, on the clock of the host that recorded.');
export const durationMs = z.int().nonnegative();
export const byteCount = z.number().nonnegative();
export const bitRate = z.number().nonnegative().describe('Bits per second.');

/** In a query string everything is text. */
export const queryInt = z.coerce.number().int();
export const queryUs = queryInt.describe('Microseconds since 1970.');
export const queryFlag = z.enum(['true', 'false']).transform((text) => text === 'true');

export const serverParams = z.strictObject({ server: idRule });
export const cameraParams = z.strictObject({ server: idRule, camera: idRule });

export const errorCodes = Object.keys(errors) as [ErrorCode, ...ErrorCode[]];

/** Every answer with a status of 400 or above. */
export const apiError = z.strictObject({
  code: z.enum(errorCodes).describe('Stable; explained in docs/errors.md.'),
  message: z.string().describe('What happened, in words for a person.'),
  field: z.string().optional().describe('Dotted path of the wrong field.'),
  advice: z.string().optional().describe('What to do now.'),
});
export type ApiError = z.infer<typeof apiError>;

/** What a sentence is made of beside its code, so that a page can say it in its own language: names, numbers, moments (`…Ms`). */
export const sayWith = z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())]));
export type SayWith = z.infer<typeof sayWith>;

/** Why something is as it is. `code` is one of contract/errors.ts, or a short word of the machine that says it. `with`: the parts of `text`, where it has any. */
export const reason = z.strictObject({ code: z.string(), text: z.string(), with: sayWith.optional() });
export type Reason = z.infer<typeof reason>;

export const span = z.strictObject({ fromUs: atUs, toUs: atUs });

/** Host and port of an agent or a failover server: name, IPv4 or [IPv6]; the port is optional. */
export const addressRule = z
  .string()
  .trim()
  .min(1, 'An address is needed.')
  .max(260, 'At most 260 characters.')
  .regex(
    /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)(:\d{1,5})?$/,
    'An address like 192.0.2.7, recorder-1.example or [2001:db8::7], with or without :port.',
  )
  .refine((text) => {
    const port = /:(\d{1,5})$/.exec(text.replace(/^\[.*\]/, ''))?.[1];
    return port === undefined || (Number(port) >= 1 && Number(port) <= 65_535);
  }, 'The port lies between 1 and 65535.')
  .refine((text) => {
    const host = text.replace(/:\d*$/, '');
    return !/^[\d.]+$/.test(host) || (host.split('.').length === 4 && host.split('.').every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255));
  }, 'An IPv4 address has four numbers from 0 to 255.');

/** A button: may it be pressed now, and if not, why. `confirm`: the server's name must be typed. */
export const capability = z.strictObject({
  allowed: z.boolean(),
  reason: z.string().nullable(),
  /** The same as a code with its parts; missing without a reason. */
  because: reason.optional(),
  confirm: z.boolean().default(false),
});
export type Capability = z.infer<typeof capability>;

/** Typed confirmation: the name of the monitored server, exactly. Missing where it is needed: `role.confirm`. */
export const confirmBody = z.strictObject({ confirm: z.string().max(200).optional() });

/** The HTTP API of a failover server, unless told otherwise; on 127.0.0.1 only. */
export const apiPort = 15480;
