/**
 * The part of JSON Schema 2020-12 that docs/openapi.json uses, read without zod: an error in how the
 * document is made from the route table cannot hide in its own twin.
 */
export type Schema = { readonly [key: string]: unknown };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);
const known = new Set([
  '$ref', '$schema', 'type', 'enum', 'const', 'properties', 'required', 'additionalProperties', 'propertyNames', 'items', 'prefixItems', 'anyOf', 'oneOf', 'allOf',
  'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'minLength', 'maxLength', 'minItems', 'maxItems', 'pattern', 'format', 'default', 'description', 'title', 'examples',
]);

/** What does not fit, with the way to it; empty: it fits. Throws on a keyword that nobody taught it. */
export function misfits(schema: Schema, value: unknown, schemas: Readonly<Record<string, Schema>>, at = ''): readonly string[] {
  for (const key of Object.keys(schema)) if (!known.has(key)) throw new Error(`The keyword ${key} is not known here.`);
  const inner = (next: Schema, part: unknown, name: string): readonly string[] => misfits(next, part, schemas, `${at}/${name}`);
  const found: string[] = [];
  const reference = schema['$ref'];
  if (typeof reference === 'string') found.push(...misfits(resolved(reference, schemas), value, schemas, at));
  if ('const' in schema && schema['const'] !== value) found.push(`${at}: is not ${JSON.stringify(schema['const'])}`);
  if (Array.isArray(schema['enum']) && !schema['enum'].includes(value)) found.push(`${at}: ${JSON.stringify(value)} is not one of ${JSON.stringify(schema['enum'])}`);
  const given = (schema['type'] ?? []) as string | readonly string[];
  const types = typeof given === 'string' ? [given] : given;
  if (types.length > 0 && !types.some((type) => isOf(type, value))) return [...found, `${at}: ${JSON.stringify(value)?.slice(0, 60)} is not ${types.join(' or ')}`];
  for (const [key, all] of [['anyOf', false], ['oneOf', false], ['allOf', true]] as const) {
    const branches = schema[key] as readonly Schema[] | undefined;
    if (branches === undefined) continue;
    const results = branches.map((branch) => misfits(branch, value, schemas, at));
    if (all) found.push(...results.flat());
    else if (!results.some((result) => result.length === 0)) found.push(`${at}: fits no branch (${results.map((result) => result[0]).join('; ')})`);
  }
  if (typeof value === 'number') found.push(...bounds(schema, value, at));
  if (typeof value === 'string') found.push(...textRules(schema, value, at));
  if (Array.isArray(value)) found.push(...value.flatMap((item, index) => (isObject(schema['items']) ? inner(schema['items'], item, String(index)) : [])));
  if (isObject(value)) found.push(...members(schema, value, inner, at));
  return found;
}

function resolved(reference: string, schemas: Readonly<Record<string, Schema>>): Schema {
  const found = schemas[reference.replace('#/components/schemas/', '')];
  if (found === undefined) throw new Error(`${reference} leads nowhere.`);
  return found;
}

function isOf(type: string, value: unknown): boolean {
  switch (type) {
    case 'null': return value === null;
    case 'array': return Array.isArray(value);
    case 'object': return isObject(value);
    case 'integer': return Number.isInteger(value);
    default: return typeof value === type;
  }
}

function bounds(schema: Schema, value: number, at: string): readonly string[] {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity } = schema as Readonly<Record<string, number>>;
  return value >= minimum && value <= maximum && value > exclusiveMinimum && value < exclusiveMaximum ? [] : [`${at}: ${value} is out of bounds`];
}

function textRules(schema: Schema, value: string, at: string): readonly string[] {
  const { minLength = 0, maxLength = Infinity } = schema as Readonly<Record<string, number>>;
  const { pattern } = schema;
  const long = value.length < minLength || value.length > maxLength ? [`${at}: has ${value.length} characters`] : [];
  return typeof pattern === 'string' && !new RegExp(pattern, 'u').test(value) ? [...long, `${at}: ${JSON.stringify(value).slice(0, 60)} does not match ${pattern}`] : long;
}

function members(schema: Schema, value: Readonly<Record<string, unknown>>, inner: (schema: Schema, part: unknown, name: string) => readonly string[], at: string): readonly string[] {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;
  const more = schema['additionalProperties'];
  return [
    ...((schema['required'] ?? []) as readonly string[]).filter((name) => !(name in value)).map((name) => `${at}: ${name} is missing`),
    ...Object.entries(value).flatMap(([name, part]): readonly string[] => {
      const own = properties[name];
      if (own !== undefined) return inner(own, part, name);
      if (more === false) return [`${at}: ${name} is not described`];
      return isObject(more) ? inner(more, part, name) : [];
    }),
  ];
}
