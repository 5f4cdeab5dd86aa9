/** The audit trail (I10), and what people are told of it. */
import { z } from 'zod';
import { idRule } from '../settings.ts';
import { atMs, queryInt, reason } from './common.ts';
import { route } from './route.ts';

export const severities = ['info', 'warning', 'alarm'] as const;

/** What kinds of things happen. */
export const auditKinds = ['access', 'backup', 'camera', 'clock', 'footage', 'link', 'lock', 'maintenance', 'observer', 'outage', 'protection', 'role', 'settings', 'state'] as const;
export type AuditKind = (typeof auditKinds)[number];

export const auditEvent = z.strictObject({
  id: z.int().positive().describe('Rises by time; use it as a cursor.'),
  atMs,
  severity: z.enum(severities),
  kind: z.string().describe(`One of: ${auditKinds.join(', ')}.`),
  serverId: z.string().nullable(),
  serverName: z.string().nullable(),
  cameraId: z.string().nullable(),
  /** Who or what: a person's name, or `system`. */
  actor: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  reason: reason.nullable(),
  text: z.string(),
  outageId: z.string().nullable(),
});
export type AuditEvent = z.infer<typeof auditEvent>;

export const eventTextRule = z.string().max(200);

const filter = {
  server: idRule.optional(),
  kind: z.string().max(100).optional(),
  severity: z.enum(severities).optional().describe('This and worse.'),
  text: eventTextRule.optional().describe('Stands in the text, in the reason, or in the name of who did it.'),
  fromMs: queryInt.optional(),
  toMs: queryInt.optional(),
};

/** What a notification may be about; each can be switched. */
export const alarmKinds = ['failed', 'taken over', 'restored', 'no room left', 'not protected', 'backup failed', 'disk', 'clock', 'not recording', 'storm'] as const;
export type AlarmKind = (typeof alarmKinds)[number];

const hostName = z.string().trim().max(255).regex(/^$|^[A-Za-z0-9:][A-Za-z0-9._:-]*$/, 'A host name or an IP address.');
/** Refused when written only: what is stored must be read. */
const typedHost = hostName.refine((text) => !text.includes(':') || /^[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*$/.test(text), 'A host name or an IP address, without the port: that has a field of its own.');
const port = z.int().min(1).max(65_535);
/** Written, never read back: null removes it, missing leaves it. */
const secretIn = z.string().max(500).nullable().optional();
const mailAddress = z.string().trim().max(254).regex(/^$|^[^\s@<>]+@[^\s@<>]+$/, 'An e-mail address.');

const smtp = { enabled: z.boolean(), host: hostName, port, secure: z.boolean(), user: z.string().max(200), from: mailAddress, to: z.array(mailAddress.min(3)).max(50) };
const webhook = { enabled: z.boolean(), url: z.string().max(2000).regex(/^$|^https?:\/\/[^\s]+$/, 'An address that starts with http:// or https://.') };
/** As `typedHost`. */
const plainUrl = webhook.url.refine((text) => text === '' || (URL.canParse(text) && new URL(text).username === '' && new URL(text).password === ''), 'An address without user name or password in it; use the secret.');
const syslog = { enabled: z.boolean(), host: hostName, port };
const kinds = z.array(z.enum(alarmKinds));

export const notificationSettings = z.strictObject({
  version: z.int(),
  kinds,
  smtp: z.strictObject({ ...smtp, passwordSet: z.boolean() }),
  webhook: z.strictObject({ ...webhook, secretSet: z.boolean() }),
  syslog: z.strictObject(syslog),
});
export type NotificationSettings = z.infer<typeof notificationSettings>;

export const notificationChange = z.strictObject({
  version: z.int(),
  kinds,
  smtp: z.strictObject({ ...smtp, host: typedHost, password: secretIn }),
  webhook: z.strictObject({ ...webhook, url: plainUrl, secret: secretIn }),
  syslog: z.strictObject({ ...syslog, host: typedHost }),
});
export type NotificationChange = z.infer<typeof notificationChange>;

export const notificationResult = z.strictObject({ ok: z.boolean(), text: z.string(), tookMs: z.number() });

const tag = 'Events';
export const eventRoutes = {
  'events.list': route('GET /events', {
    tag,
    summary: 'Audit events, newest first',
    query: z.strictObject({ ...filter, before: queryInt.optional().describe('Only ids below this.'), limit: queryInt.min(1).max(1000).default(100) }),
    response: z.array(auditEvent),
  }),
  'events.csv': route('GET /events.csv', { tag, summary: 'The same as CSV, oldest first, all of them', query: z.strictObject(filter), answer: 'csv' }),
  'events.json': route('GET /events.json', { tag, summary: 'The same as a JSON file, oldest first, all of them', query: z.strictObject(filter), response: z.array(auditEvent) }),
  'notifications.get': route('GET /notifications', { tag, summary: 'Who is told of what', response: notificationSettings }),
  'notifications.put': route('PUT /notifications', { tag, summary: 'Change who is told of what', body: notificationChange, response: notificationSettings, errors: ['input.conflict'] }),
  'notifications.test': route('POST /notifications/:channel/test', {
    tag,
    summary: 'Send a test message with the saved settings',
    params: z.strictObject({ channel: z.enum(['smtp', 'webhook', 'syslog']) }),
    response: notificationResult,
  }),
  metrics: route('GET /metrics', { tag, summary: 'Prometheus metrics', answer: 'text' }),
  health: route('GET /health', { tag, access: 'open', summary: 'Is the process there', response: z.strictObject({ ok: z.literal(true) }) }),
};
