/** Pure: what changed between two settings documents, in plain words. Secrets are named, never shown. */
import type { Difference } from '../../contract/api/backups.ts';
import type { CameraDocument, SettingsDocument } from '../../contract/settings.ts';

export interface Compared {
  readonly document: SettingsDocument;
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
}

const cameraFields = {
  name: 'name',
  url: 'URL',
  username: 'user name',
  transport: 'transport',
  audio: 'audio recording',
  priority: 'priority',
  retentionDays: 'retention in days',
  maxSessions: 'number of sessions',
  enabled: 'switched on',
} as const satisfies Partial<Record<keyof CameraDocument, string>>;

type Plain = string | number | boolean | null | undefined;
const shown = (value: Plain): string => (value === undefined || value === null ? 'none' : value === true ? 'yes' : value === false ? 'no' : String(value));

export function differences(before: Compared, after: Compared): Difference[] {
  return [...settings(before.document, after.document), ...cameras(before.document, after.document), ...files(before.files, after.files)];
}

function change(what: Difference['what'], name: string, field: string, was: Plain, now: Plain, subject: string): Difference {
  return { kind: 'changed', what, name, field, was: shown(was), now: shown(now), text: `${subject}: ${field} changed from ${shown(was)} to ${shown(now)}.` };
}

function settings(was: SettingsDocument, now: SettingsDocument): Difference[] {
  const pairs: readonly (readonly [string, Plain, Plain])[] = [
    ['name', was.name, now.name],
    ['store path', was.storePath, now.storePath],
    ['retention in days', was.retention.days, now.retention.days],
    ['retention in bytes', was.retention.maxBytes, now.retention.maxBytes],
  ];
  return pairs.filter(([, a, b]) => a !== b).map(([field, a, b]) => change('settings', field, field, a, b, 'Recorder'));
}

function cameras(was: SettingsDocument, now: SettingsDocument): Difference[] {
  const before = new Map(was.cameras.map((camera) => [camera.id, camera]));
  const after = new Map(now.cameras.map((camera) => [camera.id, camera]));
  const found: Difference[] = [];
  for (const camera of now.cameras) {
    const old = before.get(camera.id);
    if (old === undefined) found.push({ kind: 'added', what: 'camera', name: camera.name, text: `Camera "${camera.name}" added (${camera.url}).` });
    else found.push(...oneCamera(old, camera));
  }
  for (const camera of was.cameras) if (!after.has(camera.id)) found.push({ kind: 'removed', what: 'camera', name: camera.name, text: `Camera "${camera.name}" removed.` });
  return found;
}

function oneCamera(was: CameraDocument, now: CameraDocument): Difference[] {
  const subject = `Camera "${now.name}"`;
  const found = (Object.keys(cameraFields) as (keyof typeof cameraFields)[])
    .filter((field) => was[field] !== now[field])
    .map((field) => change('camera', now.name, cameraFields[field], was[field], now[field], subject));
  if ((was.password ?? '') !== (now.password ?? '')) {
    const word = (was.password ?? '') === '' ? 'set' : (now.password ?? '') === '' ? 'removed' : 'changed';
    found.push({ kind: 'changed', what: 'camera', name: now.name, field: 'password', text: `${subject}: password ${word}.` });
  }
  return found;
}

function files(was: Compared['files'], now: Compared['files']): Difference[] {
  const before = new Map(was.map((file) => [file.path, file.sha256]));
  const after = new Map(now.map((file) => [file.path, file.sha256]));
  const found: Difference[] = [];
  for (const [path, sha256] of after) {
    const old = before.get(path);
    if (old === sha256) continue;
    const kind = old === undefined ? 'added' : 'changed';
    found.push({ kind, what: 'file', name: path, text: `File ${path} ${kind}.` });
  }
  for (const path of before.keys()) if (!after.has(path)) found.push({ kind: 'removed', what: 'file', name: path, text: `File ${path} removed.` });
  return found;
}
