/** Cameras from a spreadsheet: a header line, one camera a line; `,` `;` or tab between, RFC 4180 quotes. */
import { cameraDocument, type CameraDocument } from '../contract/settings.ts';

export interface CsvError {
  /** Line in the file, 1 = header. */
  readonly line: number;
  /** Column name; empty for the whole line. */
  readonly column: string;
  readonly rule: string;
}

export interface CsvResult {
  readonly cameras: readonly { readonly line: number; readonly camera: CameraDocument }[];
  readonly errors: readonly CsvError[];
}

/** Column names as in the settings file; the part before "(" and case do not matter. */
export const csvColumns = [
  'id', 'name', 'url', 'username', 'password', 'transport', 'audio', 'priority', 'retentionDays', 'maxSessions', 'enabled',
] as const;
type Column = (typeof csvColumns)[number];
const needed: readonly Column[] = ['name', 'url'];

/** The rules of columns that are no text, in words for whoever fills in a spreadsheet. */
const inWords: Partial<Record<string, string>> = {
  transport: 'auto, tcp or udp.',
  audio: 'Yes or no (true, false, on, off, 1, 0).',
  priority: 'A whole number from 1 (first) to 1000.',
  retentionDays: 'A number of days, more than 0 and at most 3660.',
  maxSessions: 'A whole number from 1 to 100.',
  enabled: 'Yes or no (true, false, on, off, 1, 0).',
};

/** Never throws; errors name line and column, never a value (it may be a password). */
export function readCameraCsv(text: string, taken: ReadonlySet<string>): CsvResult {
  const rows = splitRows(text.replace(/^\uFEFF/, ''));
  const header = rows[0];
  if (header === undefined) return { cameras: [], errors: [{ line: 1, column: '', rule: `The file is empty; its first line names the columns: ${csvColumns.join(',')}` }] };
  if (/[\uFFFD\0]/.test(text)) return { cameras: [], errors: [{ line: 1, column: '', rule: 'The file is not UTF-8; save it as "CSV UTF-8".' }] };
  const columns = header.cells.map((cell) => csvColumns.find((name) => name.toLowerCase() === cell.trim().toLowerCase()) ?? null);
  const errors: CsvError[] = [...headerErrors(header.cells, columns)];
  if (errors.length > 0) return { cameras: [], errors };
  const ids = new Set(taken);
  const cameras: { line: number; camera: CameraDocument }[] = [];
  for (const row of rows.slice(1)) {
    if (row.cells.every((cell) => cell.trim() === '')) continue;
    if (row.cells.length > columns.length) {
      errors.push({ line: row.line, column: '', rule: `Has ${row.cells.length} values, the header names ${columns.length}.` });
      continue;
    }
    const read = readRow(row.cells, columns, ids);
    if (read.ok) {
      ids.add(read.camera.id);
      cameras.push({ line: row.line, camera: read.camera });
    } else errors.push(...read.errors.map((error) => ({ line: row.line, ...error })));
  }
  return { cameras, errors };
}

function headerErrors(cells: readonly string[], columns: readonly (Column | null)[]): readonly CsvError[] {
  const unknown = cells.filter((cell, at) => columns[at] === null).map((cell) => `"${cell.trim().slice(0, 40)}"`);
  const twice = columns.filter((name, at) => name !== null && columns.indexOf(name) !== at);
  const missing = needed.filter((name) => !columns.includes(name));
  return [
    ...(unknown.length > 0 ? [`Unknown column ${unknown.join(', ')}; known are ${csvColumns.join(', ')}.`] : []),
    ...(twice.length > 0 ? [`Column ${twice.join(', ')} comes twice.`] : []),
    ...(missing.length > 0 ? [`Column ${missing.join(' and ')} is missing.`] : []),
  ].map((rule) => ({ line: 1, column: '', rule }));
}

type RowRead =
  | { readonly ok: true; readonly camera: CameraDocument }
  | { readonly ok: false; readonly errors: readonly { readonly column: string; readonly rule: string }[] };

function readRow(cells: readonly string[], columns: readonly (Column | null)[], ids: ReadonlySet<string>): RowRead {
  const values: Partial<Record<Column, string | number | boolean>> = {};
  columns.forEach((column, at) => {
    const cell = cells[at] ?? '';
    // A password may begin or end with a space; everything else is trimmed.
    const value = column === 'password' ? cell : cell.trim();
    if (column !== null && value !== '') values[column] = typed(column, value);
  });
  const url = splitCredentials(String(values.url ?? ''));
  const draft = {
    username: url.username,
    password: url.password,
    ...values,
    url: url.url,
    id: values.id ?? freeId(String(values.name ?? ''), ids),
  };
  const parsed = cameraDocument.safeParse(draft);
  if (!parsed.success)
    return {
      ok: false,
      errors: parsed.error.issues.map((issue) => {
        const column = issue.path.map(String).join('.');
        return { column, rule: inWords[column] ?? issue.message };
      }),
    };
  if (ids.has(parsed.data.id)) return { ok: false, errors: [{ column: 'id', rule: `The id ${parsed.data.id} is used already.` }] };
  return { ok: true, camera: parsed.data };
}

/** Spreadsheets know only text; what does not look like the type stays text and is refused by its rule. */
function typed(column: Column, value: string): string | number | boolean {
  if (column === 'audio' || column === 'enabled') {
    if (/^(true|yes|on|1)$/i.test(value)) return true;
    if (/^(false|no|off|0)$/i.test(value)) return false;
  }
  if ((column === 'priority' || column === 'retentionDays' || column === 'maxSessions') && /^\d+(\.\d+)?$/.test(value)) return Number(value);
  return value;
}

/** Takes user name and password out of an address; other text comes back as it is. */
export function splitCredentials(text: string): { readonly url: string; readonly username?: string; readonly password?: string } {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return { url: text }; // refused by the rule for addresses, with its words
  }
  if (url.username === '' && url.password === '') return { url: text };
  const username = decoded(url.username);
  const password = decoded(url.password);
  url.username = '';
  url.password = '';
  return { url: url.href, ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a bare % that is meant as it stands
  }
}

/** A stable, readable id from a name: `Gate 2 (north)` → `gate-2-north`, with a number if it is taken. */
export function freeId(name: string, taken: ReadonlySet<string>): string {
  const plain = name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
  const base = plain.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '').slice(0, 50) || 'camera';
  if (!taken.has(base)) return base;
  for (let number = 2; ; number++) if (!taken.has(`${base}-${number}`)) return `${base}-${number}`;
}

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
}

function splitRows(text: string): readonly Row[] {
  if (text.trim() === '') return [];
  const firstLine = text.slice(0, text.search(/\r|\n|$/));
  const separator = [',', ';', '\t'].toSorted((a, b) => firstLine.split(b).length - firstLine.split(a).length)[0] ?? ',';
  const rows: Row[] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  let line = 1;
  let began = 1;
  const endRow = (): void => {
    rows.push({ line: began, cells: [...cells, cell] });
    cells = [];
    cell = '';
    began = line;
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char === '\n' || (char === '\r' && text[at + 1] !== '\n')) line++;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[at + 1] === '"') {
        cell += '"';
        at++;
      } else quoted = false;
    } else if (char === '"' && cell === '') quoted = true;
    else if (char === separator) {
      cells.push(cell);
      cell = '';
    } else if (char === '\n' || (char === '\r' && text[at + 1] !== '\n')) endRow();
    else if (char !== '\r') cell += char;
  }
  if (cell !== '' || cells.length > 0) endRow();
  return rows;
}
