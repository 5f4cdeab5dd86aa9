import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAst } from 'vite';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** A tree as the parser gives it; only what is looked at here. */
interface Part {
  readonly type: string;
  readonly value?: unknown;
  readonly name?: { readonly name?: string };
}

const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null && typeof (value as Part).type === 'string';

/** A sentence or a title for people, not a word of a style, a path or a protocol. */
const isSpoken = (text: string): boolean => /^\p{Lu}\p{Ll}+ .*\p{Ll}/u.test(text) || /^\p{Lu}\p{Ll}[^:]*[.…?!]$/u.test(text);
const spokenAttributes = new Set(['aria-label', 'title', 'label', 'placeholder', 'alt', 'hint', 'text', 'action', 'unit']);

/** Texts that stand in the code. What is typed into a shell is the same in every language. */
function textsIn(part: Part, found: string[] = []): string[] {
  const tag = (part as { readonly openingElement?: Part }).openingElement?.name?.name;
  if (tag === 'pre' || part.type === 'ImportDeclaration' || part.type === 'TSLiteralType') return found;
  if (part.type === 'JSXText' && /\p{L}{2}/u.test(String(part.value))) found.push(String(part.value).trim());
  if (part.type === 'Literal' && typeof part.value === 'string' && isSpoken(part.value)) found.push(part.value);
  if (part.type === 'TemplateElement' && isSpoken((part.value as { readonly raw: string }).raw.trim())) found.push((part.value as { readonly raw: string }).raw);
  const attribute = part.type === 'JSXAttribute' && spokenAttributes.has(part.name?.name ?? '') && isPart(part.value) ? part.value.value : undefined;
  if (typeof attribute === 'string' && /\p{L}/u.test(attribute)) found.push(attribute);
  for (const child of Object.values(part).flat()) if (isPart(child)) textsIn(child, found);
  return found;
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.test.ts') && !file.startsWith('texts'));

test('every text of the screen stands in the catalogue, none in the code', () => {
  expect(files.length).toBeGreaterThan(50);
  const found = files.flatMap((file) => textsIn(parseAst(readFileSync(join(root, file), 'utf8'), { lang: file.endsWith('x') ? 'tsx' : 'ts' }) as unknown as Part).map((text) => `${file}: ${text}`));
  expect(found).toEqual([]);
});

test('the test finds such texts', () => {
  const code = 'const a = <p title="Hello">Good morning</p>; throw new Error("It ended."); const b = `The ${a} is late`;';
  expect(textsIn(parseAst(code, { lang: 'tsx' }) as unknown as Part).toSorted()).toEqual(['Good morning', 'Hello', 'It ended.']);
});
