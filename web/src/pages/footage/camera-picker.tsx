import type { FootageCamera } from '../../../../src/contract/api/footage.ts';
import { t } from '../../texts/texts.ts';
import { Select } from '../../ui/select.tsx';
import { Status } from '../../ui/status.tsx';
import type { FootageSearch } from './place.ts';
import type { GoFootage } from './steps.ts';

/** More pictures at once than this help nobody and overload a laptop. */
const most = 9;

export interface Picked {
  readonly server: string;
  readonly cameras: readonly FootageCamera[];
}

/** What the address names; without a name: a server that can be watched live, else the first, and its first camera. */
export function pickedOf(rows: readonly FootageCamera[], search: FootageSearch): Picked {
  const server = search.server ?? (rows.find(({ live }) => live) ?? rows[0])?.serverId ?? '';
  const own = rows.filter(({ serverId }) => serverId === server);
  const wanted = search.cameras?.split(',');
  return { server, cameras: wanted ? own.filter(({ cameraId }) => wanted.includes(cameraId)).slice(0, most) : own.slice(0, 1) };
}

export function CameraPicker({ rows, picked, go }: { readonly rows: readonly FootageCamera[]; readonly picked: Picked; readonly go: GoFootage }) {
  const servers = new Map(rows.map((row) => [row.serverId, row.removed ? t.footage.removed(row.serverName) : row.serverName] as const));
  const own = rows.filter(({ serverId }) => serverId === picked.server);
  const ids = picked.cameras.map(({ cameraId }) => cameraId);
  const toggle = (id: string): void => {
    const next = ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id];
    go({ server: picked.server, cameras: next.join(',') || 'none' });
  };
  return (
    <div>
      <Select label={t.failover.columns.server} value={picked.server} options={[...servers]} onChange={(server) => go({ server, cameras: undefined, live: undefined })} />
      <fieldset className="m-0 mt-2 max-h-[60vh] max-lg:max-h-44 overflow-auto rounded border border-line bg-panel px-3 py-2">
        <legend className="font-medium">{t.failover.cameras}</legend>
        {own.map((camera) => (
          <label key={camera.cameraId} className="flex items-baseline gap-2 py-0.5">
            <input type="checkbox" checked={ids.includes(camera.cameraId)} disabled={!ids.includes(camera.cameraId) && ids.length >= most} onChange={() => toggle(camera.cameraId)} />
            <span className="min-w-0 grow truncate">{camera.name}</span>
            {camera.live && (
              <span className="text-sm">
                <Status tone="standin">{t.footage.liveShort}</Status>
              </span>
            )}
          </label>
        ))}
        {own.length === 0 && <p className="m-0 text-sm text-dim">{t.footage.noCamera}</p>}
        {ids.length >= most && <p className="m-0 text-sm text-dim">{t.footage.most(most)}</p>}
      </fieldset>
    </div>
  );
}
