import { useMutation } from '@tanstack/react-query';
import { isAstray, type ServerCamera, type ServerDetail } from '../../../../src/contract/api/servers.ts';
import { call } from '../../api/client.ts';
import { useServerNow } from '../../api/clock.ts';
import { useChangeBlock } from '../../api/session.ts';
import { rateText } from '../../components/amounts.ts';
import { agoText, At, durationText } from '../../components/time.tsx';
import { Said } from '../../components/said.tsx';
import { t } from '../../texts/texts.ts';
import { Refusal } from '../../ui/asked.tsx';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/select.tsx';
import { Status, type Tone } from '../../ui/status.tsx';
import { Cell, RowHead, rowClass, Table } from '../../ui/table.tsx';

const c = t.server.columns;
const tones: Record<NonNullable<ServerCamera['here']>['state'], Tone> = { connecting: 'dim', streaming: 'standin', stalled: 'alarm', retrying: 'warn', paused: 'alarm' };

/** A recorder of another make may have words of its own. */
const words: Readonly<Record<string, string>> = t.server.hereStates;

export function CameraTable({ server }: { readonly server: ServerDetail }) {
  return (
    <Table label={t.server.cameras} titles={[c.camera, c.address, c.recorder, c.here, c.newest, c.rate, c.standby, c.actions]}>
      {server.cameraList.map((camera) => (
        <Row key={camera.cameraId} camera={camera} server={server} />
      ))}
    </Table>
  );
}

function Row({ camera, server }: { readonly camera: ServerCamera; readonly server: ServerDetail }) {
  const { here, recorder } = camera;
  // Of a server that is down nobody knows what its recorder does: it is told as what was heard last.
  const told = server.state === 'alive' || server.state === 'suspect';
  return (
    <tr role="row" className={rowClass} data-camera={camera.cameraId}>
      <RowHead>{camera.name}</RowHead>
      <Cell title={c.address}>{camera.address}</Cell>
      <Cell title={c.recorder}>{recorder === null ? (
          t.common.unknown
        ) : (
          <>
            {!told && <span className="text-dim">{t.server.lastKnown} </span>}
            {words[recorder.state] ?? recorder.state}
            {recorder.sinceMs !== null && <span className="text-dim"> {t.server.stateSince} <At ms={recorder.sinceMs} /></span>}
            {recorder.reason && <>: <Said reason={recorder.reason} /></>}
            {told && <ClockAstray ms={recorder.clockOffsetMs} />}
          </>
        )}</Cell>
      <Cell title={c.here}>
        {here === null ? (
          <span className="text-dim">{t.server.notOpen}</span>
        ) : (
          <>
            <Status tone={tones[here.state]}>
              {t.server.hereStates[here.state]}, {here.mode === 'record' ? t.server.recording : t.server.ready}
            </Status>
            {here.reason && <span className="block text-sm text-dim"><Said reason={here.reason} /></span>}
            <ClockAstray ms={here.clockOffsetMs} />
          </>
        )}
      </Cell>
      <Cell title={c.newest}>
        <Newest us={Math.max(here?.newestUs ?? 0, recorder?.newestUs ?? 0)} />
      </Cell>
      <Cell title={c.rate}>{rate(camera)}</Cell>
      <Cell title={c.standby} below>
        <StandbyChoice camera={camera} server={server} />
      </Cell>
      <Cell title={c.actions}>
        <Retry camera={camera} server={server.id} />
      </Cell>
    </tr>
  );
}

/** The camera's own clock, where somebody should set it. */
function ClockAstray({ ms }: { readonly ms: number | null }) {
  if (ms === null || !isAstray(ms)) return null;
  const amount = Math.abs(ms) < 60_000 ? t.units.seconds((Math.abs(ms) / 1_000).toFixed(1)) : durationText(Math.abs(ms));
  return (
    <span className="block text-sm" title={t.server.clockHint}>
      <Status tone="warn">{ms < 0 ? t.server.clockBehind(amount) : t.server.clockAhead(amount)}</Status>
    </span>
  );
}

function rate({ here, peakBitsPerSecond }: ServerCamera): string {
  const bits = here?.bitsPerSecond ?? peakBitsPerSecond;
  return bits === null ? '' : rateText(bits);
}

function Newest({ us }: { readonly us: number }) {
  const nowMs = useServerNow();
  if (us === 0) return <>–</>;
  const age = Math.max(0, Math.round((nowMs - us / 1_000) / 1_000) * 1_000);
  return <Status tone={age > 5_000 ? 'alarm' : 'ok'}>{agoText(age)}</Status>;
}

/** The server's choice, or one of its own; a camera with a single session has none. */
function StandbyChoice({ camera, server }: { readonly camera: ServerCamera; readonly server: ServerDetail }) {
  const block = useChangeBlock();
  const change = useMutation({ mutationFn: (mode: 'hot' | 'cold' | null) => call('servers.change', { params: { server: server.id }, body: { version: server.version, standby: { cameras: { [camera.cameraId]: mode } } } }) });
  const chosen = change.isPending ? change.variables : camera.standbyChoice;
  return (
    <>
      <Select
        hidesLabel
        label={`${c.standby}: ${camera.name}`}
        value={chosen ?? ''}
        options={[['', t.server.asServer(t.server[server.standby.mode])], ['hot', t.server.hot], ['cold', t.server.cold]]}
        disabledBecause={camera.maxSessions === 1 ? t.server.singleSession : block}
        // Disabled while it is saved, it would lose the keyboard.
        onChange={(mode) => change.isPending || change.mutate(mode === 'hot' || mode === 'cold' ? mode : null)}
      />
      {camera.maxSessions === 1 && <span aria-hidden className="block text-sm text-dim">{t.server.singleSession}</span>}
      <Refusal error={change.error} />
    </>
  );
}

function Retry({ camera, server }: { readonly camera: ServerCamera; readonly server: string }) {
  const block = useChangeBlock();
  const retry = useMutation({ mutationFn: () => call('servers.retryCamera', { params: { server, camera: camera.cameraId } }) });
  const waits = camera.here !== null && (camera.here.state === 'paused' || camera.here.state === 'retrying');
  return (
    <>
      <Button small label={`${t.server.retry}: ${camera.name}`} disabledBecause={block ?? (waits ? null : t.server.retryHint)} onPress={() => retry.mutate()}>
        {t.server.retry}
      </Button>
      <Refusal error={retry.error} />
    </>
  );
}
