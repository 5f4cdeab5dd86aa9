import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { filled, tables } from './tables.ts';

const write = process.env['WRITE_TABLES'] === '1';

it.each(Object.entries(tables))('%s holds the tables that the code makes (node scripts/write-tables.mjs)', (file, makers) => {
  const url = new URL(`../../${file}`, import.meta.url);
  const text = readFileSync(url, 'utf8');
  const made = filled(text, makers);
  if (write) writeFileSync(url, made);
  expect(write ? made : text).toBe(made);
});
