import type { BackupState } from '../../../src/contract/api/servers.ts';
import { useServerNow } from '../api/clock.ts';
import { Said } from './said.tsx';
import { t } from '../texts/texts.ts';
import { Status } from '../ui/status.tsx';
import { agoText, At } from './time.tsx';

const dayMs = 86_400_000;

/** `Last backup`: time of the last good one with its age, or `failed backup` with the reason. */
export function BackupCell({ backup }: { readonly backup: BackupState }) {
  const nowMs = useServerNow();
  const age = backup.lastGood === null ? null : nowMs - backup.lastGood.atMs;
  return (
    // As the state: an address in the reason breaks rather than pushing the last column away.
    <div className="[&_span]:[overflow-wrap:anywhere] @min-[60em]:min-w-20">
      {backup.error && <Status tone="alarm">{t.failover.failedBackup}</Status>}
      {backup.error && <span className="block text-sm text-dim"><Said reason={backup.error} /></span>}
      {backup.lastGood && age !== null && (
        <span className={`block ${backup.error ? 'text-sm text-dim' : ''}`}>
          <At ms={backup.lastGood.atMs} seconds={false} /> <span className={`text-sm ${age > 2 * dayMs ? 'text-warn' : 'text-dim'}`}>({agoText(age)})</span>
        </span>
      )}
      {!backup.lastGood && !backup.error && <Status tone="warn">{t.failover.noBackup}</Status>}
      {backup.held && <Status tone="warn">{t.failover.heldBackup}</Status>}
    </div>
  );
}
