import { isUtf8 } from 'node:buffer';
import { settingsDocument, settingsSchemaVersion, type SettingsDocument } from '../contract/settings.ts';
import { UnderstudyError } from '../contract/errors.ts';
import { brokenField } from '../contract/plain-words.ts';

/** One broken rule. `field` is a dotted path as in the file: `cameras.3.url`. */
export interface SettingsIssue {
  readonly field: string;
  readonly rule: string;
}

/** Never echoes a value: it may be a camera's password. */
export type SettingsRead =
  | { readonly ok: true; readonly document: SettingsDocument }
  | { readonly ok: false; readonly code: 'input.invalid' | 'input.schema-newer'; readonly issues: readonly SettingsIssue[] };

export function readSettings(body: string | Uint8Array): SettingsRead {
  // Another encoding would not fail, it would spoil names and passwords; those lock accounts at the cameras.
  if (typeof body !== 'string' && !isUtf8(body))
    return { ok: false, code: 'input.invalid', issues: [{ field: '(whole file)', rule: 'Is not UTF-8; save it as UTF-8.' }] };
  // Some editors put a byte order mark in front.
  const text = (typeof body === 'string' ? body : Buffer.from(body).toString('utf8')).replace(/^\uFEFF/, '');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { ok: false, code: 'input.invalid', issues: [{ field: place(text, error), rule: 'Is not JSON here.' }] };
  }
  const schema = typeof json === 'object' && json !== null && 'schema' in json ? json.schema : undefined;
  if (typeof schema === 'number' && schema > settingsSchemaVersion)
    return {
      ok: false,
      code: 'input.schema-newer',
      issues: [{ field: 'schema', rule: `Written by a newer version (${schema}); this one knows up to ${settingsSchemaVersion}.` }],
    };
  const parsed = settingsDocument.safeParse(json);
  if (parsed.success) return { ok: true, document: parsed.data };
  return {
    ok: false,
    code: 'input.invalid',
    issues: parsed.error.issues.map((issue) => ({ field: fieldName(brokenField(issue), json), rule: issue.message })),
  };
}

/** `cameras.3.url (camera "gate")`: a person looks for the camera, not for the fourth one. */
function fieldName(path: readonly PropertyKey[], json: unknown): string {
  const field = path.map(String).join('.') || '(whole file)';
  if (path[0] !== 'cameras' || typeof path[1] !== 'number') return field;
  const cameras = (json as { readonly cameras?: readonly unknown[] }).cameras;
  const camera = cameras?.[path[1]];
  const id = typeof camera === 'object' && camera !== null && 'id' in camera ? camera.id : undefined;
  return typeof id === 'string' ? `${field} (camera "${id.slice(0, 64)}")` : field;
}

/** JSON.parse quotes the text around the error, which may hold a password; only the place is taken. */
function place(text: string, error: unknown): string {
  const found = /position (\d+)/.exec(error instanceof Error ? error.message : '');
  if (found === null) return text.trim() === '' ? '(empty file)' : `line ${text.split('\n').length}`;
  const before = text.slice(0, Number(found[1]));
  return `line ${before.split('\n').length}, column ${before.length - before.lastIndexOf('\n')}`;
}

/** What to throw when nothing else can be put in force. */
export function settingsError(file: string, read: SettingsRead & { readonly ok: false }): UnderstudyError {
  return new UnderstudyError(read.code, `${file} cannot be used: ${issuesText(read.issues)}`, {
    field: read.issues[0]?.field ?? '',
    advice: `Correct ${file}; nothing was changed.`,
  });
}

export function issuesText(issues: readonly SettingsIssue[]): string {
  const shown = issues.slice(0, 5).map((issue) => `${issue.field}: ${issue.rule}`);
  return shown.join(' ') + (issues.length > 5 ? ` (and ${issues.length - 5} more)` : '');
}

/** Settings of a recorder that has none yet. */
export const emptySettings = (name: string): SettingsDocument => ({
  schema: settingsSchemaVersion,
  name,
  storePath: 'footage',
  retention: { days: 30, maxBytes: null },
  cameras: [],
});

/** As it lies on disk: readable, one property a line. */
export const printSettings = (document: SettingsDocument): string => `${JSON.stringify(document, null, 2)}\n`;
