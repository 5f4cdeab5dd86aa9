/** Pure: what `servers change` asks for with --standby and --camera. */
import type { ServerCamera, ServerChange } from '../../contract/api/servers.ts';
import { UnderstudyError } from '../../contract/errors.ts';

interface Asked {
  readonly standby?: string;
  readonly camera: readonly string[];
}

/** Undefined: nothing about standby was asked. */
export function standbyOf({ standby, camera }: Asked, list: readonly Pick<ServerCamera, 'cameraId' | 'name' | 'maxSessions'>[]): ServerChange['standby'] {
  const ofCameras = camera.length > 0;
  if (standby === undefined) {
    if (ofCameras) throw new UnderstudyError('input.invalid', '--camera says whose standby to change; --standby is missing.', { field: 'standby', advice: 'Add --standby hot, cold or server.' });
    return undefined;
  }
  const mode = standby === 'hot' || standby === 'cold' ? standby : null;
  if (mode === null && !(ofCameras && standby === 'server')) {
    throw new UnderstudyError('input.invalid', ofCameras ? '--standby of a camera is "cold", "hot" or "server" (as its server).' : '--standby is "cold" or "hot".', { field: 'standby' });
  }
  if (!ofCameras) return mode === null ? undefined : { mode, cameras: {} };
  return { cameras: Object.fromEntries(camera.map((wanted) => [cameraOf(wanted, mode, list), mode])) };
}

function cameraOf(wanted: string, mode: 'hot' | 'cold' | null, list: Parameters<typeof standbyOf>[1]): string {
  const byName = list.filter(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  const found = list.find(({ cameraId }) => cameraId === wanted) ?? byName[0];
  if (found === undefined) throw new UnderstudyError('input.not-found', `It has no camera "${wanted}".`, { field: 'camera', advice: 'Its cameras are told by: understudy servers show' });
  if (found.cameraId !== wanted && byName.length > 1) throw new UnderstudyError('input.invalid', `${byName.length} cameras are called "${wanted}".`, { field: 'camera', advice: `Say its id: ${byName.map(({ cameraId }) => cameraId).join(', ')}.` });
  if (mode === 'hot' && found.maxSessions === 1) throw new UnderstudyError('input.invalid', `${found.name} allows a single session, which its recorder holds: it is never hot.`, { field: 'standby' });
  return found.cameraId;
}
