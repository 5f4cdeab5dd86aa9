import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { Rig, until } from '../link/rig.ts';
import { misfits, type Schema } from '../support/json-schema.ts';
import { giveSettings, settingsOf, standby, type Standby } from './rig.ts';

const rig = new Rig();
afterEach(async () => await rig.end());

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: 'path' | 'query'; readonly required: boolean; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> }>>;
}
const document = JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8')) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};
const { schemas } = document.components;

const strange = fc.oneof(
  fc.constantFrom<unknown>(null, true, -1, 0, 1.5, 2 ** 53, 1e308, '', ' ', '../../etc/passwd', '\u0000', '💥', 'x'.repeat(10_000), '1; DROP TABLE servers', '<script>', '__proto__', [], {}, [[]], [null]),
  fc.jsonValue(),
);

/** Values of a schema, mostly such that fit. */
function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  const { $ref, enum: choices, anyOf, oneOf, type, properties, items, minimum = 0, maximum = 1e6 } = schema as { readonly [key: string]: never } & { readonly minimum?: number; readonly maximum?: number };
  if ($ref !== undefined) return valuesOf(schemas[($ref as string).replace('#/components/schemas/', '')] as Schema);
  if ('const' in schema) return fc.constant(schema['const']);
  if (choices !== undefined) return fc.constantFrom(...(choices as unknown[]));
  const branches = (anyOf ?? oneOf) as readonly Schema[] | undefined;
  if (branches !== undefined) return fc.oneof(...branches.map(valuesOf));
  switch ([type as unknown].flat()[0]) {
    case 'object': {
      const own = Object.entries((properties ?? {}) as Readonly<Record<string, Schema>>);
      return fc.record(Object.fromEntries(own.map(([name, inner]) => [name, valuesOf(inner)])), { requiredKeys: (schema['required'] ?? []) as string[] });
    }
    case 'array':
      return fc.array(valuesOf((items ?? {}) as Schema), { maxLength: 3 });
    case 'integer':
    case 'number':
      return fc.integer({ min: Math.max(minimum, -1e9), max: Math.min(maximum, 2e12) });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.constantFrom('rec-1', 'North', 'cam-0', '01:00', 'token-of-somebody', '127.0.0.1:1', '/tmp', '1');
  }
}

/** One value somewhere in it becomes strange, or a member is lost or added. */
function spoiled(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return strange;
  const keys = Object.keys(value);
  if (keys.length === 0) return strange;
  return fc.oneof(
    strange,
    strange.map((more) => ({ ...value, unexpected: more })),
    fc.constantFrom(...keys).map((key) => Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))),
    fc.constantFrom(...keys).chain((key) => spoiled((value as Record<string, unknown>)[key]).map((inner) => ({ ...value, [key]: inner }))),
  );
}

interface Case {
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

function casesOf({ parameters, requestBody }: Operation): fc.Arbitrary<Case> {
  const ids = fc.oneof({ weight: 6, arbitrary: fc.constantFrom('rec-1', 'cam-0', '1', 'this') }, { weight: 1, arbitrary: fc.constantFrom('none', '-1', '..', '%', 'a'.repeat(300), '\u0000', 'Ä', "'") });
  const inPath = parameters.filter((one) => one.in === 'path');
  const inQuery = parameters.filter((one) => one.in === 'query');
  const text = (schema: Schema): fc.Arbitrary<string> => fc.oneof({ weight: 4, arbitrary: valuesOf(schema) }, { weight: 1, arbitrary: strange }).map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  const schema = Object.values(requestBody?.content ?? {})[0]?.schema;
  const fit = schema === undefined ? fc.constant<unknown>(undefined) : valuesOf(schema);
  return fc.record({
    path: fc.record(Object.fromEntries(inPath.map(({ name }) => [name, name === 'server' ? fc.oneof({ weight: 5, arbitrary: fc.constant('rec-1') }, ids) : name === 'camera' ? fc.oneof({ weight: 5, arbitrary: fc.constant('cam-0') }, ids) : ids]))),
    query: fc.record(Object.fromEntries(inQuery.map((one) => [one.name, text(one.schema)])), { requiredKeys: inQuery.filter((one) => one.required).map((one) => one.name) }),
    body: fc.oneof(fit, fit.chain(spoiled)),
  });
}

const runsPerOperation = 20;
/** These cut the ground from under the others, so they come last. */
const last = ['servers.replace', 'servers.remove', 'servers.deauthorize', 'tokens.remove', 'session.remove', 'session.create'];

test('whatever is asked, the answer is one that the document describes, and never a defect', async () => {
  const agent = await rig.agent('rec-1');
  giveSettings(agent.recorder, settingsOf(2));
  const one = await standby(rig);
  await one.call('servers.add', { body: { address: `127.0.0.1:${agent.port}`, pairingSecret: (await agent.pairingSecret()) ?? '', name: 'North' } });
  await until('the first backup', () => one.server.server('rec-1').cameras.length === 2);

  const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));
  const rank = (id: string): number => last.indexOf(id);
  const answered = new Map<string, Set<number>>();
  for (const { path, method, operation } of operations.toSorted((a, b) => rank(a.operation.operationId) - rank(b.operation.operationId))) {
    const statuses = new Set<number>();
    answered.set(operation.operationId, statuses);
    for (const each of fc.sample(casesOf(operation), { numRuns: waiting.includes(operation.operationId) ? 5 : runsPerOperation, seed: 4711 })) {
      const status = await asked(one, path, method, operation, each);
      if (status !== null) statuses.add(status);
    }
  }
  const never = [...answered].filter(([, statuses]) => ![...statuses].some((status) => status < 300)).map(([id]) => id);
  // What no made-up request can bring about: it needs a secret, real footage, or something that was made before.
  expect(never.filter((id) => !needsMore.includes(id))).toEqual([]);
}, 240_000);

const needsMore: readonly string[] = [
  'failovers.add', 'failovers.remove', 'settings.put', 'servers.add', 'servers.change', 'servers.authorize', 'servers.maintenance', 'servers.hold', 'servers.replace', 'servers.deauthorize', 'servers.remove',
  'backups.remove', 'backups.difference', 'backups.accept', 'backups.rollBack', 'backups.download', 'footage.play', 'footage.live', 'footage.clip', 'locks.remove', 'outages.get', 'outages.page',
  'notifications.put', 'notifications.test', 'jobs.get', 'tokens.remove', 'session.create',
];
/** They wait on purpose: for a job, for footage to come. */
const waiting: readonly string[] = ['jobs.get', 'footage.live'];

/** Asks, and compares with the document; null: it takes long (somebody is dialled), which is no answer yet. */
async function asked(one: Standby, path: string, method: string, operation: Operation, given: Case): Promise<number | null> {
  const filled = path.replace(/\{([a-z]+)\}/g, (_, name: string) => encodeURIComponent(given.path[name] ?? ''));
  const query = new URLSearchParams(given.query).toString();
  const url = `${filled}${query === '' ? '' : `?${query}`}`;
  const withBody = method !== 'get' && given.body !== undefined;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), waiting.includes(operation.operationId) ? 500 : 10_000);
  try {
    const response = await one.raw(url, {
      method: method.toUpperCase(),
      headers: { authorization: `Bearer ${one.token}`, ...(withBody ? { 'content-type': 'application/json' } : {}) },
      ...(withBody ? { body: JSON.stringify(given.body) } : {}),
      signal: stop.signal,
    });
    const what = `${operation.operationId} ${url} ${JSON.stringify(given.body)?.slice(0, 300) ?? ''} → ${response.status}`;
    expect(response.status, what).not.toBe(500);
    const kind = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
    const described = operation.responses[String(response.status)] ?? (response.status >= 400 ? operation.responses['default'] : undefined);
    if (kind !== 'application/json') {
      expect(described, what).toBeDefined();
      await response.body?.cancel();
      return response.status;
    }
    const answer: unknown = await response.json();
    expect(described, `${what} ${JSON.stringify(answer).slice(0, 300)}`).toBeDefined();
    const schema = described?.content?.['application/json']?.schema;
    expect(schema === undefined ? ['no schema'] : misfits(schema, answer, schemas), what).toEqual([]);
    return response.status;
  } catch (error) {
    if (stop.signal.aborted) return null;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
