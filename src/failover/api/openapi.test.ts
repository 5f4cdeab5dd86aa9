import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { routeNames } from '../../contract/api/routes.ts';
import { openApi } from './openapi.ts';

const text = `${JSON.stringify(openApi(), null, 2)}\n`;
const committed = join(import.meta.dirname, '../../../docs/openapi.json');

test('docs/openapi.json is what the route table says (npx vitest run --project unit src/failover/api/openapi -u writes it)', async () => {
  await expect(text).toMatchFileSnapshot(committed);
});

/** The parts of the OpenAPI 3.1 specification that we use. */
const reference = z.strictObject({ $ref: z.string().startsWith('#/components/schemas/') });
const schema = z.union([reference, z.looseObject({})]);
const content = z.record(z.string().regex(/^[a-z]+\/[a-z0-9.+-]+$/), z.strictObject({ schema: schema.optional() }));
const operation = z.strictObject({
  operationId: z.string(),
  summary: z.string().min(1),
  tags: z.array(z.string()).length(1),
  parameters: z.array(z.strictObject({ name: z.string(), in: z.enum(['path', 'query']), required: z.boolean(), description: z.string().optional(), schema })),
  requestBody: z.strictObject({ required: z.boolean(), content }).optional(),
  responses: z.record(z.string().regex(/^(?:[2345]\d\d|default)$/), z.strictObject({ description: z.string().min(1), content: content.optional() })),
  security: z.array(z.record(z.string(), z.array(z.string()))),
});
const document = z.strictObject({
  openapi: z.literal('3.1.0'),
  info: z.strictObject({ title: z.string(), version: z.string(), description: z.string(), license: z.strictObject({ name: z.string(), identifier: z.string() }) }),
  servers: z.array(z.strictObject({ url: z.url() })),
  tags: z.array(z.strictObject({ name: z.string() })),
  paths: z.record(z.string().startsWith('/api/'), z.partialRecord(z.enum(['get', 'put', 'post', 'patch', 'delete']), operation)),
  components: z.strictObject({ schemas: z.record(z.string(), z.looseObject({ type: z.string() })), securitySchemes: z.record(z.string(), z.looseObject({ type: z.string() })) }),
});

test('it has the form of OpenAPI 3.1, and every reference leads somewhere', () => {
  const parsed = document.parse(JSON.parse(text));
  const known = new Set(Object.keys(parsed.components.schemas));
  const used = [...text.matchAll(/"\$ref": "([^"]+)"/g)].map((match) => match[1]!);
  expect(used.filter((ref) => !known.has(ref.replace('#/components/schemas/', '')))).toEqual([]);
  expect(text).not.toContain('$defs');
  const operations = Object.values(parsed.paths).flatMap((path) => Object.values(path));
  expect(operations.map((one) => one!.operationId).toSorted()).toEqual([...routeNames].toSorted());
  for (const [path, methods] of Object.entries(parsed.paths))
    for (const one of Object.values(methods)) {
      const inPath = [...path.matchAll(/\{([a-z]+)\}/g)].map((match) => match[1]);
      expect(one!.parameters.filter((each) => each.in === 'path').map((each) => each.name).toSorted(), path).toEqual(inPath.toSorted());
    }
});

test('its patterns are of the kind that every language has', () => {
  // Python's re, for one, refuses \p{…}, and with it the whole document.
  const patterns = [...text.matchAll(/"pattern": ("(?:[^"\\]|\\.)*")/g)].map((match) => JSON.parse(match[1]!) as string);
  expect(patterns.length).toBeGreaterThan(3);
  expect(patterns.filter((pattern) => /\\[pPA-Z]\{|\\u\{|\(\?</.test(pattern))).toEqual([]);
});
