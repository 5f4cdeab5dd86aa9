import type { Protection } from '../../../src/contract/api/servers.ts';
import { Said, saidText } from './said.tsx';
import { t } from '../texts/texts.ts';
import { Status } from '../ui/status.tsx';

/** Protected, or not protected, because …; further reasons are counted and stand in the title. */
export function ProtectionCell({ protection }: { readonly protection: Protection }) {
  const [first, ...more] = protection.reasons;
  if (protection.protected) return <Status tone="ok">{t.failover.protectedYes}</Status>;
  return (
    <span title={protection.reasons.map(saidText).join('\n')}>
      <Status tone="alarm">{t.failover.protectedShort}</Status>
      <span className="block text-sm text-dim">
        {first === undefined ? t.common.unknown : <Said reason={first} />}
        {more.length > 0 && ` ${t.failover.moreReasons(more.length)}`}
      </span>
    </span>
  );
}
