import type { Protection } from '../../../src/contract/api/servers.ts';
import { Said } from './said.tsx';
import { t } from '../texts/texts.ts';
import { Status } from '../ui/status.tsx';

/** Protected, or not protected, because …; further reasons are counted, and unfold. */
export function ProtectionCell({ protection }: { readonly protection: Protection }) {
  const [first, ...more] = protection.reasons;
  if (protection.protected) return <Status tone="ok">{t.failover.protectedYes}</Status>;
  return (
    <>
      <Status tone="alarm">{t.failover.protectedShort}</Status>
      <span className="block text-sm text-dim">{first === undefined ? t.common.unknown : <Said reason={first} />}</span>
      {more.length > 0 && (
        <details className="text-sm text-dim">
          <summary className="cursor-pointer">{t.failover.moreReasons(more.length)}</summary>
          <ul className="m-0 list-disc pl-5">
            {more.map((reason) => (
              <li key={reason.code}>
                <Said reason={reason} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
