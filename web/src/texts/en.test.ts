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
  readonly expression?: unknown;
  readonly children?: readonly Part[];
}

const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null && typeof (value as Part).type === 'string';
const partsOf = (part: Part): readonly Part[] => Object.values(part).flat().filter(isPart);

/** A sentence or a title for people, not a word of a style, a path or a protocol. */
const isSpoken = (text: string): boolean => /^\p{Lu}\p{Ll}+ .*\p{Ll}/u.test(text) || /^\p{Lu}\p{Ll}[^:]*[.…?!]$/u.test(text);
/** What a person sees or hears, by React's names and ours. */
const spokenAttributes = new Set(['aria-label', 'aria-description', 'aria-valuetext', 'title', 'titles', 'label', 'placeholder', 'alt', 'hint', 'text', 'action', 'unit', 'problem', 'disabledBecause']);
/** In English wherever a page is read: a zone, a mark that stands for itself. */
const universal = new Set(['UTC']);

/** Literals that such an expression may show; what is compared, called or looked up is not shown. */
function shownIn(part: Part): string[] {
  if (part.type === 'Literal') return typeof part.value === 'string' ? [part.value] : [];
  if (part.type === 'TemplateElement') return [(part.value as { readonly raw: string }).raw];
  const { test: _asked, ...rest } = part as Part & { readonly test?: unknown };
  if (part.type === 'LogicalExpression') return partsOf({ type: '', expression: (part as unknown as { readonly right: Part }).right }).flatMap(shownIn);
  if (['ConditionalExpression', 'TemplateLiteral', 'JSXExpressionContainer', 'ArrayExpression', 'ParenthesizedExpression'].includes(part.type)) return partsOf(rest as Part).flatMap(shownIn);
  return part.type === 'BinaryExpression' && (part as unknown as { readonly operator: string }).operator === '+' ? partsOf(part).flatMap(shownIn) : [];
}

const hasWords = (text: string): boolean => /\p{L}/u.test(text) && !universal.has(text.trim());

/** Texts that stand in the code. What is typed into a shell is the same in every language. */
function textsIn(part: Part, found: string[] = []): string[] {
  const tag = (part as { readonly openingElement?: Part }).openingElement?.name?.name;
  if (tag === 'pre' || part.type === 'ImportDeclaration' || part.type === 'TSLiteralType') return found;
  if (part.type === 'JSXText' && hasWords(String(part.value))) found.push(String(part.value).trim());
  if (part.type === 'JSXElement' || part.type === 'JSXFragment') found.push(...(part.children ?? []).filter(({ type }) => type === 'JSXExpressionContainer').flatMap(shownIn).filter(hasWords));
  if (part.type === 'Literal' && typeof part.value === 'string' && isSpoken(part.value)) found.push(part.value);
  if (part.type === 'TemplateElement' && isSpoken((part.value as { readonly raw: string }).raw.trim())) found.push((part.value as { readonly raw: string }).raw);
  if (part.type === 'JSXAttribute' && spokenAttributes.has(part.name?.name ?? '') && isPart(part.value)) found.push(...shownIn(part.value).filter(hasWords));
  for (const child of partsOf(part)) textsIn(child, found);
  return found;
}

const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.test.ts') && !file.startsWith('texts'));

test('every text of the screen stands in the catalogue, none in the code', () => {
  expect(files.length).toBeGreaterThan(50);
  const found = files.flatMap((file) => textsIn(parseAst(readFileSync(join(root, file), 'utf8'), { lang: file.endsWith('x') ? 'tsx' : 'ts' }) as unknown as Part).map((text) => `${file}: ${text}`));
  expect(found).toEqual([]);
});

test('the test finds such texts', () => {
  const code = `const a = <p title="Hello" aria-label={b ? 'up' : t.down} className={b ? 'p-4' : 'p-2'}>Good morning {c === 'no' ? 'gone' : t.x} {d && 'late'} {\`\${e} ms\`} {f('key')}</p>; throw new Error("It ended.");`;
  expect([...new Set(textsIn(parseAst(code, { lang: 'tsx' }) as unknown as Part))].toSorted()).toEqual([' ms', 'Good morning', 'Hello', 'It ended.', 'gone', 'late', 'up']);
});
