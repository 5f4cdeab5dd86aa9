/** Pure: the OpenAPI 3.1 document of the route table. Committed as docs/openapi.json; a test holds both together. */
import { z } from 'zod';
import { backupContent, backupVersion, difference } from '../../contract/api/backups.ts';
import { checkReport, checkedCamera, checkedServer } from '../../contract/api/check.ts';
import { apiError, capability, reason } from '../../contract/api/common.ts';
import { auditEvent, notificationChange, notificationSettings } from '../../contract/api/events.ts';
import { failoverServer, failoverSettings, failoverState } from '../../contract/api/failover.ts';
import { cameraTimeline, evidenceLockDto, footageCamera, footageGap, footageSpan, timeline } from '../../contract/api/footage.ts';
import { job } from '../../contract/api/jobs.ts';
import { attention } from '../../contract/api/live.ts';
import { outage, outageReport } from '../../contract/api/outages.ts';
import type { AnswerKind, Route } from '../../contract/api/route.ts';
import { routeNames, routes, type RouteName } from '../../contract/api/routes.ts';
import { backupState, monitoredServer, protection, serverCamera, serverDetail } from '../../contract/api/servers.ts';
import { session } from '../../contract/api/session.ts';
import { calculation, figure } from '../../contract/api/standby.ts';
import { httpStatus } from '../../contract/api/status.ts';
import { timeouts } from '../../contract/api/timeouts.ts';
import type { ErrorCode } from '../../contract/errors.ts';

type Json = { readonly [key: string]: unknown };

const named = z.registry<{ id: string }>();
const names: Readonly<Record<string, z.ZodType>> = {
  Error: apiError, Reason: reason, Capability: capability, Session: session, FailoverServer: failoverServer, FailoverSettings: failoverSettings, FailoverState: failoverState,
  Timeouts: timeouts, MonitoredServer: monitoredServer, ServerDetail: serverDetail, ServerCamera: serverCamera, BackupState: backupState, Protection: protection,
  BackupVersion: backupVersion, BackupContent: backupContent, Difference: difference, Job: job, CheckReport: checkReport, CheckedServer: checkedServer, CheckedCamera: checkedCamera,
  FootageCamera: footageCamera, FootageSpan: footageSpan, FootageGap: footageGap, CameraTimeline: cameraTimeline, Timeline: timeline, EvidenceLock: evidenceLockDto,
  Outage: outage, OutageReport: outageReport, AuditEvent: auditEvent, NotificationSettings: notificationSettings, NotificationChange: notificationChange,
  Attention: attention, Calculation: calculation, Figure: figure,
};
for (const [id, schema] of Object.entries(names)) named.add(schema, { id });

const mediaTypes: Readonly<Record<Exclude<AnswerKind, 'json' | 'empty'>, string>> = {
  fmp4: 'video/mp4',
  csv: 'text/csv',
  html: 'text/html',
  text: 'text/plain',
  binary: 'application/octet-stream',
};

export function openApi(): Json {
  const schemas: Record<string, unknown> = {};
  const paths: Record<string, Record<string, unknown>> = {};
  for (const name of routeNames) {
    const route: Route = routes[name];
    const path = `/api${route.path.replace(/:([a-z]+)/g, '{$1}')}`;
    (paths[path] ??= {})[route.method.toLowerCase()] = operation(name, route, schemas);
  }
  // Every error refers to it, also where no answer does.
  schemaOf(apiError, 'output', schemas);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Understudy failover server',
      version: '1',
      description:
        'Everything the web UI and the command line do. Times end in `Ms` (milliseconds since 1970, UTC) or `Us` (microseconds). Changes live on `GET /api/live` (WebSocket, docs/api.md). The same paths of another failover server lie below `/api/at/{failover}`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: 'http://127.0.0.1:15480' }],
    tags: [...new Set(routeNames.map((name) => routes[name].tag))].map((tag) => ({ name: tag })),
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'Token of the installation (file `token` in the data folder) or one made with `POST /api/tokens`.' },
        session: { type: 'apiKey', in: 'cookie', name: 'understudy_session', description: 'Browser session after `POST /api/session`.' },
      },
    },
  };
}

function operation(name: RouteName, route: Route, schemas: Record<string, unknown>): Json {
  const body = route.body.type === 'undefined' ? null : schemaOf(route.body, 'input', schemas);
  return {
    operationId: name,
    summary: route.summary,
    tags: [route.tag],
    parameters: [...parameters(route.params, 'path', schemas), ...parameters(route.query, 'query', schemas)],
    ...(body === null ? {} : { requestBody: { required: !route.body.safeParse({}).success, content: { 'application/json': { schema: body } } } }),
    responses: responses(route, schemas),
    security: route.access === 'open' ? [{}] : route.access === 'read' ? [{}, { token: [] }, { session: [] }] : [{ token: [] }, { session: [] }],
  };
}

function parameters(schema: z.ZodObject, where: 'path' | 'query', schemas: Record<string, unknown>): Json[] {
  return Object.entries(schema.shape).map(([name, rule]) => {
    const { description, ...plain } = schemaOf(rule as z.ZodType, 'input', schemas);
    const required = where === 'path' || !(rule as z.ZodType).safeParse(undefined).success;
    return { name, in: where, required, ...(description === undefined ? {} : { description }), schema: plain };
  });
}

function responses(route: Route, schemas: Record<string, unknown>): Json {
  const answers: Record<string, Json> = { [String(route.status)]: success(route, schemas) };
  const byStatus = new Map<number, ErrorCode[]>();
  // A wrong token is refused by open routes, too.
  const always: ErrorCode[] = ['input.invalid', 'auth.origin', 'process.defect', 'auth.wrong', 'auth.too-many', ...(route.access === 'open' ? [] : (['auth.missing'] as const)), ...(route.body.type === 'undefined' ? [] : (['input.too-large'] as const))];
  for (const code of new Set([...always, ...route.errors])) byStatus.set(httpStatus(code), [...(byStatus.get(httpStatus(code)) ?? []), code]);
  for (const [status, codes] of [...byStatus].toSorted(([a], [b]) => a - b))
    answers[String(status)] = { description: codes.join(', '), content: error };
  return { ...answers, default: { description: 'Any other error: the other side of a link, a camera, a disk.', content: error } };
}

const error = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } };

function success(route: Route, schemas: Record<string, unknown>): Json {
  if (route.answer === 'empty') return { description: 'Done.' };
  if (route.answer === 'json') return { description: route.status === 202 ? 'Begun; goes on by itself.' : 'The answer.', content: { 'application/json': { schema: schemaOf(route.response, 'output', schemas) } } };
  const text = ['csv', 'html', 'text'].includes(route.answer);
  return { description: 'The answer.', content: { [mediaTypes[route.answer]]: text ? { schema: { type: 'string' } } : {} } };
}

/** Named schemas move to the components; what is left refers to them. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', schemas: Record<string, unknown>): Json {
  const { $schema: _, $defs, ...own } = z.toJSONSchema(schema, { io, metadata: named, target: 'draft-2020-12', unrepresentable: 'any', override: describe }) as Json & { readonly $defs?: Json };
  for (const [id, definition] of Object.entries($defs ?? {})) schemas[id] ??= renamed(definition);
  const id = named.get(schema)?.id;
  if (id === undefined) return renamed(own) as Json;
  schemas[id] ??= renamed(own);
  return { $ref: `#/components/schemas/${id}` };
}

/** Descriptions live in another registry than names; limits of safe integers say nothing. */
function describe({ zodSchema, jsonSchema }: { readonly zodSchema: z.core.$ZodType; readonly jsonSchema: Record<string, unknown> }): void {
  const description = z.globalRegistry.get(zodSchema)?.description;
  if (description !== undefined) jsonSchema['description'] = description;
  if (jsonSchema['minimum'] === Number.MIN_SAFE_INTEGER) delete jsonSchema['minimum'];
  if (jsonSchema['maximum'] === Number.MAX_SAFE_INTEGER) delete jsonSchema['maximum'];
}

function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      // `id` inside a schema would be JSON Schema's old word for its address.
      .filter(([key, inner]) => !(key === 'id' && typeof inner === 'string' && inner in names))
      .map(([key, inner]) => [key, key === '$ref' && typeof inner === 'string' ? inner.replace('#/$defs/', '#/components/schemas/') : renamed(inner)]),
  );
}
