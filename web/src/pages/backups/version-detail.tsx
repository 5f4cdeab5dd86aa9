import { useQuery } from '@tanstack/react-query';
import type { BackupContent, BackupVersion, Difference } from '../../../../src/contract/api/backups.ts';
import { call } from '../../api/client.ts';
import { bytesText } from '../../components/amounts.ts';
import { timeText } from '../../components/time.tsx';
import { Verbatim, word } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';
import { Asked } from '../../ui/asked.tsx';
import { Panel } from '../../ui/page.tsx';
import { Select } from '../../ui/select.tsx';
import { Status } from '../../ui/status.tsx';
import { Cell, RowHead, rowClass, Table } from '../../ui/table.tsx';
import type { BackupPlace } from './backups.tsx';

interface Props {
  readonly server: string;
  readonly version: number;
  readonly versions: readonly BackupVersion[];
  readonly place: BackupPlace;
}

/** What a version contains and what changed since another one. */
export function VersionDetail({ server, version, versions, place }: Props) {
  const others = versions.filter((each) => each.version !== version);
  // The first version is compared with a later one only if somebody asks for it: it would look undone.
  const from = place.from ?? others.find((each) => each.version < version)?.version;
  const choices = others.map((each) => [String(each.version), `${each.version} (${timeText(each.atMs)})`] as const);
  const content = useQuery({ queryKey: ['backup', server, version], queryFn: ({ signal }) => call('backups.get', { params: { server, version }, signal }) });
  return (
    <>
      <Panel title={t.backups.difference(version)}>
        <div className="px-4 py-2">
          {from === undefined && <p className="m-0 text-dim">{others.length === 0 ? t.backups.onlyOne : t.backups.first}</p>}
          {others.length > 0 && (
            <Select
              label={t.backups.since}
              value={String(from ?? '')}
              options={from === undefined ? [['', t.common.none], ...choices] : choices}
              onChange={(value) => place.go({ from: value === '' ? undefined : Number(value) })}
            />
          )}
          {from !== undefined && <Differences server={server} version={version} from={from} />}
        </div>
      </Panel>
      <Panel title={t.backups.content(version)}>
        <Asked query={content}>{(data) => <Content content={data} />}</Asked>
      </Panel>
    </>
  );
}

const symbols: Record<Difference['kind'], string> = { added: '+', removed: '−', changed: '≠' };

function Differences({ server, version, from }: { readonly server: string; readonly version: number; readonly from: number }) {
  const differences = useQuery({ queryKey: ['backup-difference', server, version, from], queryFn: ({ signal }) => call('backups.difference', { params: { server, version }, query: { from }, signal }) });
  return (
    <Asked query={differences}>
      {(rows) =>
        rows.length === 0 ? (
          <p className="m-0 py-2">{t.backups.same}</p>
        ) : (
          <ul className="m-0 list-none p-0 py-2">
            {rows.map((row, index) => (
              // The answer is one list that never changes: the place is the identity.
              <li key={index} className="flex gap-2 py-0.5">
                <strong aria-hidden className={row.kind === 'added' ? 'text-ok' : row.kind === 'removed' ? 'text-alarm' : 'text-warn'}>
                  {symbols[row.kind]}
                </strong>
                <span className="min-w-0 break-words">
                  <Verbatim>{row.text}</Verbatim>
                  {row.was !== undefined && row.now !== undefined && (
                    <span className="block text-sm text-dim">
                      {row.was} → {row.now}
                    </span>
                  )}
                </span>
              </li>
            ))}
          </ul>
        )
      }
    </Asked>
  );
}

const c = t.backups.cameraColumns;

function Content({ content }: { readonly content: BackupContent }) {
  return (
    <>
      <p className="m-0 border-b border-line px-4 py-2">
        {t.backups.summary(content.storePath, content.retentionDays)} {content.fileList.map(({ path, bytes }) => `${path} (${bytesText(bytes)})`).join(', ')}
      </p>
      <Table label={t.failover.cameras} titles={[c.camera, c.url, c.login, c.transport, c.enabled]}>
        {content.cameraList.map((camera) => (
          <tr key={camera.id} role="row" className={rowClass}>
            <RowHead>{camera.name}</RowHead>
            <Cell title={c.url}>
              <span className="break-all">{camera.url}</span>
            </Cell>
            <Cell title={c.login}>{camera.username ? t.backups.login(camera.username, camera.passwordSet) : t.common.none}</Cell>
            <Cell title={c.transport}>{word(camera.transport)}</Cell>
            <Cell title={c.enabled}>{camera.enabled ? t.common.yes : <Status tone="dim">{t.common.no}</Status>}</Cell>
          </tr>
        ))}
      </Table>
    </>
  );
}
