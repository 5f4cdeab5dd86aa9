/** Where things lie in a store path. Pure. */
import type { CameraKey, TimeUs } from '../../core/units.ts';
import { UnderstudyError } from '../../contract/errors.ts';

export const OWN_FOLDER = '.understudy';
export const MARKER_FILE = `${OWN_FOLDER}/store.json`;
export const INDEX_FILE = `${OWN_FOLDER}/index.sqlite`;
export const LOCKS_FILE = `${OWN_FOLDER}/evidence-locks.json`;
export const LOCK_FILE = `${OWN_FOLDER}/lock.sqlite`;
export const BALLAST_FILE = `${OWN_FOLDER}/ballast`;
export const PROBE_FILE = `${OWN_FOLDER}/write-test`;
export const HOLDER_FILE = `${OWN_FOLDER}/holder.json`;

/** `<server>/<camera>/2026-11-22/20261122T170405.123456Z.mp4`, relative to the store path; sorts by time. */
export function segmentPath(camera: CameraKey, startUs: TimeUs, attempt: number): string {
  const iso = new Date(Math.floor(startUs / 1000)).toISOString();
  const micro = String(startUs % 1_000_000).padStart(6, '0');
  const name = `${iso.slice(0, 19).replaceAll(/[-:]/g, '')}.${micro}Z`;
  const twin = attempt === 0 ? '' : `-${attempt}`;
  return `${camera.serverId}/${camera.cameraId}/${iso.slice(0, 10)}/${name}${twin}.mp4`;
}

/** The camera a segment path belongs to, or null if it is no segment path. */
export function segmentCamera(path: string): CameraKey | null {
  const match = /^([^/]+)\/([^/]+)\/\d{4}-\d\d-\d\d\/\d{8}T\d{6}\.\d{6}Z(-\d+)?\.mp4$/.exec(path);
  return match === null ? null : { serverId: match[1] ?? '', cameraId: match[2] ?? '' };
}

export function cameraFolder(camera: CameraKey): string {
  return `${camera.serverId}/${camera.cameraId}`;
}

/** Ids become folder names: anything that could leave the store path, or hide in it, is refused. */
export function checkCameraKey(camera: CameraKey): void {
  for (const [field, id] of [
    ['serverId', camera.serverId],
    ['cameraId', camera.cameraId],
  ] as const)
    if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/.test(id))
      throw new UnderstudyError('input.invalid', `"${id}" cannot be the name of a folder.`, {
        field,
        advice: 'Use letters, digits, ".", "_" and "-"; at most 128, the first no ".".',
      });
}
