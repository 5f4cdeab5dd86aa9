import type { FootageCamera } from '../../../../src/contract/api/footage.ts';
import { useServerNow } from '../../api/clock.ts';
import { t } from '../../texts/texts.ts';
import { Asked } from '../../ui/asked.tsx';
import { Page } from '../../ui/page.tsx';
import { CameraPicker, pickedOf } from './camera-picker.tsx';
import { useFootageSteps, type FootageSteps } from './steps.ts';
import { useFootageCameras } from './use-footage.ts';
import { Viewer } from './viewer.tsx';

/** Footage: whoever recorded it, on one timeline, played across the seam. */
export function Footage() {
  const steps = useFootageSteps();
  const cameras = useFootageCameras();
  return (
    <Page title={t.nav.footage}>
      <Asked query={cameras}>{(rows) => (rows.length === 0 ? <p className="m-0 text-dim">{t.footage.empty}</p> : <Chosen rows={rows} steps={steps} />)}</Asked>
    </Page>
  );
}

function Chosen({ rows, steps }: { readonly rows: readonly FootageCamera[]; readonly steps: FootageSteps }) {
  const nowUs = useServerNow() * 1_000;
  const picked = pickedOf(rows, steps.search);
  return (
    <div className="grid gap-4 lg:grid-cols-[13rem_minmax(0,1fr)]">
      <CameraPicker rows={rows} picked={picked} go={steps.go} />
      {picked.cameras.length === 0 ? <p className="m-0 text-dim">{t.footage.choose}</p> : <Viewer key={picked.server} picked={picked} steps={steps} openedUs={nowUs} />}
    </div>
  );
}
