import type { Capability } from '../../../../src/contract/api/common.ts';
import type { BackupVersion } from '../../../../src/contract/api/backups.ts';
import { useChangeBlock } from '../../api/session.ts';
import { bytesText } from '../../components/amounts.ts';
import { At } from '../../components/time.tsx';
import { canText, Said } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';
import { Button } from '../../ui/button.tsx';
import { Status, type Tone } from '../../ui/status.tsx';
import { Cell, RowHead, rowClass, Table } from '../../ui/table.tsx';
import type { BackupPlace } from './backups.tsx';

const tones: Record<BackupVersion['state'], Tone> = { good: 'ok', held: 'warn', corrupt: 'alarm', 'newer schema': 'alarm' };
const c = t.backups.columns;

interface Props {
  readonly versions: readonly BackupVersion[];
  readonly place: BackupPlace;
  readonly rollBack: Pick<Capability, 'allowed' | 'reason' | 'because'>;
}

export function VersionTable({ versions, place, rollBack }: Props) {
  return (
    <Table label={t.backups.versions} titles={[c.version, c.made, c.why, c.state, c.cameras, c.size, c.actions]}>
      {versions.map((row) => (
        <tr key={row.version} role="row" data-version={row.version} className={`${rowClass} ${row.version === place.version ? 'bg-raised' : ''}`}>
          <RowHead>
            {row.version} {row.inUse && <Status tone="standin">{t.backups.inUse}</Status>}
          </RowHead>
          <Cell title={c.made}>
            <At ms={row.atMs} />
            {row.confirmedMs > row.atMs && (
              <span className="block text-sm text-dim">
                {t.backups.unchanged} <At ms={row.confirmedMs} seconds={false} />
              </span>
            )}
          </Cell>
          <Cell title={c.why}>{t.backups.triggers[row.trigger]}</Cell>
          <Cell title={c.state} wide>
            <Status tone={tones[row.state]}>{t.backups.states[row.state]}</Status>
            {row.reason && <span className="block text-sm text-dim"><Said reason={row.reason} /></span>}
          </Cell>
          <Cell title={c.cameras}>{row.cameras}</Cell>
          <Cell title={c.size}>{bytesText(row.bytes)}</Cell>
          <Cell title={c.actions}>
            <Actions row={row} place={place} rollBack={rollBack} />
          </Cell>
        </tr>
      ))}
    </Table>
  );
}

function Actions({ row, place, rollBack }: { readonly row: BackupVersion; readonly place: BackupPlace; readonly rollBack: Props['rollBack'] }) {
  const block = useChangeBlock();
  const open = (dialog: string) => (): void => place.go({ version: row.version, dialog });
  const of = (action: string): string => t.backups.ofVersion(action, row.version);
  const unusable = row.state === 'corrupt' ? t.backups.corrupt : null;
  return (
    <span className="flex flex-wrap gap-1.5">
      <Button small label={of(t.backups.show)} onPress={() => place.go({ version: row.version, from: undefined })}>
        {t.backups.show}
      </Button>
      <Button small label={of(t.backups.download)} disabledBecause={block ?? unusable} onPress={open('download')}>
        {t.backups.download}
      </Button>
      <Button small label={of(t.backups.rollBack)} disabledBecause={block ?? unusable ?? (row.state === 'newer schema' ? t.backups.newer : rollBack.allowed ? null : (canText(rollBack) ?? ''))} onPress={open('roll-back')}>
        {t.backups.rollBack}
      </Button>
      {row.state === 'held' && (
        <Button small kind="primary" label={of(t.backups.accept)} disabledBecause={block} onPress={open('accept')}>
          {t.backups.accept}
        </Button>
      )}
      <Button small label={of(t.common.remove)} disabledBecause={block ?? (row.inUse ? t.backups.keepInUse : null)} onPress={open('remove')}>
        {t.common.remove}
      </Button>
    </span>
  );
}
