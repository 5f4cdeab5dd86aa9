/**
 * The neutral camera document: what every recorder adapter produces from its make's own settings,
 * what a settings backup carries beside the make's files, and what a take-over records from.
 */
import { z } from 'zod';
import './plain-words.ts';

/** Version of the document below. A newer one is unusable to us and raises the alarm before the failure. */
export const settingsSchemaVersion = 1;

/** Ids are folder names and URL parts. */
export const idRule = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'Letters, digits, "-" and "_" only, at most 64, not starting with "-" or "_".');

/** Names are shown to people: any script, no control characters. */
export const nameRule = z
  .string()
  .trim()
  .min(1, 'A name is needed.')
  .max(200, 'At most 200 characters.')
  // Spelt out, not as \p{Cc}: it goes into openapi.json, and validators in other languages do not know that class.
  // oxlint-disable-next-line no-control-regex -- the rule is about them
  .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'No control characters.');

export const rtspUrlRule = z
  .string()
  .max(2000)
  .refine((text) => {
    try {
      const url = new URL(text);
      const portIsMissing = /^rtsp:\/\/[^/?#]*:(?:[/?#]|$)/i.test(text); // URL takes "host:" for "host"
      // A "#" or blank of a password hides the rest of it from URL; it would be shown as a part of the address.
      const holdsLogin = url.username !== '' || url.password !== '' || /^[^:]*:\/\/[^/?]*@/.test(text);
      return url.protocol === 'rtsp:' && url.hostname !== '' && !holdsLogin && !portIsMissing && url.port !== '0';
    } catch {
      return false; // not a URL at all: the refinement's message says so
    }
  }, 'An address like rtsp://host:554/path, without user name or password in it.')
  // It goes into requests as it stands: a line break in it would be a header of its own.
  // oxlint-disable-next-line no-control-regex -- the rule is about them
  .regex(/^[^\s\u0000-\u001f\u007f-\u009f]*$/, 'No blanks or line breaks; a blank in the path is written %20.');

const credential = z.string().max(200).regex(/^[^\p{Cc}]*$/u, 'No control characters.');

export const cameraDocument = z.strictObject({
  id: idRule,
  name: nameRule,
  url: rtspUrlRule,
  username: credential.optional(),
  password: credential.optional(),
  transport: z.enum(['auto', 'tcp', 'udp']).default('auto'),
  audio: z.boolean().default(false),
  /** 1 = first to be taken over. */
  priority: z.int().min(1).max(1000).default(100),
  /** Overrides the server's rule. */
  retentionDays: z.number().positive().max(3660).optional(),
  /** Sessions the camera allows at once, if known. 1: handed over break-before-make. */
  maxSessions: z.int().min(1).max(100).optional(),
  enabled: z.boolean().default(true),
});
export type CameraDocument = z.infer<typeof cameraDocument>;

export const settingsDocument = z
  .strictObject({
    schema: z.literal(settingsSchemaVersion),
    /** What the recorder calls itself. */
    name: nameRule,
    /** Where the recorder itself stores; replaced by the failover server's own at take-over. */
    storePath: z.string().min(1).max(1000).refine((path) => !/\p{Cc}/u.test(path), 'No control characters.'),
    retention: z.strictObject({
      days: z.number().positive().max(3660),
      maxBytes: z.int().positive().nullable().default(null),
    }),
    cameras: z.array(cameraDocument).max(10_000),
  })
  .superRefine((document, context) => {
    const seen = new Set<string>();
    document.cameras.forEach((camera, index) => {
      if (seen.has(camera.id))
        context.addIssue({ code: 'custom', path: ['cameras', index, 'id'], message: `The id ${camera.id} is used twice.` });
      seen.add(camera.id);
    });
  });
export type SettingsDocument = z.infer<typeof settingsDocument>;
