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

/** Column names as in the settings file; case, blanks, "-" and "_" in them do not matter. */
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

/** A camera that is there already: its id is not given again, and the same line is not imported twice. */
export type KnownCamera = Pick<CameraDocument, 'id' | 'name' | 'url'>;

/** Never throws; errors name line and column, never a value (it may be a password). */
export function readCameraCsv(text: string, known: readonly KnownCamera[]): CsvResult {
  const { rows, openQuote } = splitRows(text.replace(/^\uFEFF/, ''));
  const header = rows[0];
  if (header === undefined) return { cameras: [], errors: [{ line: 1, column: '', rule: `The file is empty; its first line names the columns: ${csvColumns.join(',')}` }] };
  if (/[\uFFFD\0]/.test(text)) return { cameras: [], errors: [{ line: 1, column: '', rule: 'The file is not UTF-8; save it as "CSV UTF-8".' }] };
  if (openQuote !== null) return { cameras: [], errors: [{ line: openQuote, column: '', rule: 'A quote begins in this line and is never closed.' }] };
  const columns = header.cells.map((cell) => csvColumns.find((name) => plainName(name) === plainName(cell)) ?? null);
  const errors: CsvError[] = [...headerErrors(header, columns)];
  if (errors.length > 0) return { cameras: [], errors };
  const there = knownCameras(known);
  const cameras: { line: number; camera: CameraDocument }[] = [];
  for (const row of rows.slice(1)) {
    if (row.cells.length > columns.length) {
      errors.push({ line: row.line, column: '', rule: `Has ${row.cells.length} values, the header names ${columns.length}.` });
      continue;
    }
    const read = readRow(row.cells, columns, there);
    if (read.ok) {
      there.add(read.camera);
      cameras.push({ line: row.line, camera: read.camera });
    } else errors.push(...read.errors.map((error) => ({ line: row.line, ...error })));
  }
  return { cameras, errors };
}

const plainName = (name: string): string => name.replaceAll(/[\s_-]/g, '').toLowerCase();

function headerErrors({ line, cells }: Row, columns: readonly (Column | null)[]): readonly CsvError[] {
  const unknown = cells.filter((cell, at) => columns[at] === null).map((cell) => `"${cell.trim().slice(0, 40)}"`);
  const twice = columns.filter((name, at) => name !== null && columns.indexOf(name) !== at);
  const missing = needed.filter((name) => !columns.includes(name));
  return [
    ...(unknown.length > 0 ? [`Unknown column ${unknown.join(', ')}; known are ${csvColumns.join(', ')}.`] : []),
    ...(twice.length > 0 ? [`Column ${twice.join(', ')} comes twice.`] : []),
    ...(missing.length > 0 ? [`Column ${missing.join(' and ')} is missing; this line must name the columns.`] : []),
  ].map((rule) => ({ line, column: '', rule }));
}

type RowRead =
  | { readonly ok: true; readonly camera: CameraDocument }
  | { readonly ok: false; readonly errors: readonly { readonly column: string; readonly rule: string }[] };

function readRow(cells: readonly string[], columns: readonly (Column | null)[], known: KnownCameras): RowRead {
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
    url: values.url === undefined ? undefined : url.url,
    id: values.id ?? freeId(String(values.name ?? ''), known.ids),
  };
  const trap = loginTrap(String(values.url ?? ''));
  if (trap !== null) return { ok: false, errors: [{ column: 'url', rule: trap }] };
  const parsed = cameraDocument.safeParse(draft);
  if (!parsed.success)
    return {
      ok: false,
      errors: parsed.error.issues.map((issue) => {
        const column = issue.path.map(String).join('.');
        return { column, rule: inWords[column] ?? issue.message };
      }),
    };
  const twin = values.id === undefined ? known.twin(parsed.data) : undefined;
  if (twin !== undefined) return { ok: false, errors: [{ column: '', rule: `Is there already, with the same name and address, as ${twin}.` }] };
  if (known.ids.has(parsed.data.id)) return { ok: false, errors: [{ column: 'id', rule: `The id ${parsed.data.id} is used already.` }] };
  return { ok: true, camera: parsed.data };
}

export interface KnownCameras {
  readonly ids: ReadonlySet<string>;
  add(camera: KnownCamera): void;
  /** Id of the same camera, as when a file is imported twice. Who means it gives it an id of its own. */
  twin(camera: KnownCamera): string | undefined;
}

export function knownCameras(cameras: readonly KnownCamera[]): KnownCameras {
  const ids = new Set<string>();
  const twins = new Map<string, string>();
  const key = ({ name, url }: KnownCamera): string => `${name}\n${url}`;
  const add = (camera: KnownCamera): void => {
    ids.add(camera.id);
    twins.set(key(camera), camera.id);
  };
  cameras.forEach(add);
  return { ids, add, twin: (camera) => twins.get(key(camera)) };
}

/** Spreadsheets know only text; what does not look like the type stays text and is refused by its rule. */
function typed(column: Column, value: string): string | number | boolean {
  if (column === 'audio' || column === 'enabled') {
    if (/^(true|yes|on|1)$/i.test(value)) return true;
    if (/^(false|no|off|0)$/i.test(value)) return false;
  }
  if (column === 'transport') return value.toLowerCase();
  if ((column === 'priority' || column === 'retentionDays' || column === 'maxSessions') && /^\d+(\.\d+)?$/.test(value)) return Number(value);
  return value;
}

/**
 * What is wrong with an address whose password has a "/", "?" or "#" as it stands: the host would end there, and the
 * rest of the password would be shown as a part of the path. Null: nothing.
 */
export function loginTrap(text: string): string | null {
  const [, before = '', behind = ''] = /^[a-z]+:\/\/([^/?#]*)([/?#].*)$/i.exec(text) ?? [];
  const host = /^[^:@]+/.exec(before)?.[0] ?? '';
  const looksLikeLogin = behind.startsWith('#') || (before.includes(':') && !/[.[]/.test(host) && host.toLowerCase() !== 'localhost');
  if (before.includes('@') || !behind.includes('@') || !looksLikeLogin) return null;
  return 'A password in it has a "/", "?" or "#"; write that as %2F, %3F or %23, or give user name and password apart from the address.';
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

interface Split {
  /** Without empty ones. */
  readonly rows: readonly Row[];
  /** Line of a quote that is never closed: everything behind it would be one cell. */
  readonly openQuote: number | null;
}

function splitRows(whole: string): Split {
  // Excel's own line that names the separator.
  const named = /^sep=([,;\t])(?:\r\n|\r|\n)/i.exec(whole);
  const text = named === null ? whole : whole.slice(named[0].length);
  const firstLine = /[^\r\n]*\S[^\r\n]*/.exec(text)?.[0] ?? '';
  const separator = named?.[1] ?? [',', ';', '\t'].toSorted((a, b) => firstLine.split(b).length - firstLine.split(a).length)[0] ?? ',';
  const rows: Row[] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  let closed = false;
  let line = named === null ? 1 : 2;
  let began = line;
  let quoteLine = line;
  const endCell = (): void => {
    cells.push(cell);
    cell = '';
    closed = false;
  };
  const endRow = (): void => {
    endCell();
    if (cells.some((each) => each.trim() !== '')) rows.push({ line: began, cells });
    cells = [];
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
      } else [quoted, closed] = [false, true];
    } else if (char === '"' && cell.trim() === '' && !closed) [quoted, quoteLine, cell] = [true, line, ''];
    else if (char === separator) endCell();
    else if (char === '\n' || (char === '\r' && text[at + 1] !== '\n')) endRow();
    // Blanks around quotes do not belong to what is quoted.
    else if (char !== '\r' && !(closed && char === ' ')) cell += char;
  }
  endRow();
  return { rows, openQuote: quoted ? quoteLine : null };
}
