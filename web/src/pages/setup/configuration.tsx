import type { MonitoredServer } from '../../../../src/contract/api/servers.ts';
import { useSettings, type FailoverView } from '../../api/failover.ts';
import { t } from '../../texts/texts.ts';
import { Told } from '../../ui/asked.tsx';
import { Capacity } from './capacity.tsx';
import { Commands } from './commands.tsx';
import { FolderSettings } from './folder-settings.tsx';
import { Pane } from './pane.tsx';
import type { Place } from './setup.tsx';
import { Switches } from './switches.tsx';

interface Props {
  readonly place: Place;
  readonly view: FailoverView;
  readonly selected: MonitoredServer | null;
}

/** Right pane: the configuration of the selected failover server, in the seed's order. */
export function Configuration({ place, view, selected }: Props) {
  const settings = useSettings(place.failover);
  return (
    <Pane title={t.failover.configuration}>
      {/* Another failover server is another form: what was typed for the one is not saved into the other. */}
      <div key={place.failover} className="flex flex-col gap-3 p-3">
        {settings.error && (
          <p role="alert" className="m-0 text-alarm">
            <Told error={settings.error} />
          </p>
        )}
        {!settings.data && !settings.error && <p className="m-0 text-dim">{t.common.loading}</p>}
        {settings.data && <Switches place={place} seen={settings.data} view={view} />}
        <Commands key={selected?.id ?? ''} place={place} selected={selected} />
        {settings.data && <FolderSettings place={place} seen={settings.data} storePathNow={view.state?.disk.storePath} />}
        {view.state && <Capacity state={view.state} />}
      </div>
    </Pane>
  );
}
