import { useNavigate, useSearch } from '@tanstack/react-router';
import type { FootageCamera } from '../../../../src/contract/api/footage.ts';
import { useServerNow } from '../../api/clock.ts';
import { paths } from '../../paths.ts';
import { t } from '../../texts/texts.ts';
import { Asked } from '../../ui/asked.tsx';
import { Page } from '../../ui/page.tsx';
import { CameraPicker, pickedOf } from './camera-picker.tsx';
import type { FootageSearch } from './place.ts';
import { useFootageCameras } from './use-footage.ts';
import { Viewer } from './viewer.tsx';

/** Change of the address; `replace` for what is not worth a step back. */
export type GoFootage = (change: FootageSearch, replace?: boolean) => void;

/** Footage: whoever recorded it, on one timeline, played across the seam. */
export function Footage() {
  const search = useSearch({ from: paths.footage });
  const navigate = useNavigate({ from: paths.footage });
  const cameras = useFootageCameras();
  const go: GoFootage = (change, replace = false) => void navigate({ search: (old) => ({ ...old, ...change }), replace });
  return (
    <Page title={t.nav.footage}>
      <Asked query={cameras}>{(rows) => (rows.length === 0 ? <p className="m-0 text-dim">{t.footage.empty}</p> : <Chosen rows={rows} search={search} go={go} />)}</Asked>
    </Page>
  );
}

function Chosen({ rows, search, go }: { readonly rows: readonly FootageCamera[]; readonly search: FootageSearch; readonly go: GoFootage }) {
  const nowUs = useServerNow() * 1_000;
  const picked = pickedOf(rows, search);
  return (
    <div className="grid gap-4 lg:grid-cols-[13rem_minmax(0,1fr)]">
      <CameraPicker rows={rows} picked={picked} go={go} />
      {picked.cameras.length === 0 ? <p className="m-0 text-dim">{t.footage.choose}</p> : <Viewer key={picked.server} picked={picked} search={search} go={go} openedUs={nowUs} />}
    </div>
  );
}
