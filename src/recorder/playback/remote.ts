/** Failover recordings of this server, on the failover server that an ini pointer names. */
import { UnderstudyError } from '../../contract/errors.ts';
import { decodeBatches, decodeRows } from '../../contract/footage-wire.ts';
import { failoverPort } from '../../contract/link.ts';
import { parseLinkMessage } from '../../contract/link-parse.ts';
import { shifted } from '../../core/coverage.ts';
import { type FailoverPointer, splitAddress } from '../../core/ini.ts';
import type { CameraKey, Span } from '../../core/units.ts';
import type { Clock, Timers } from '../../platform/clock.ts';
import { makeAsker } from '../../platform/link-asker.ts';
import { askBulk } from '../../platform/link-bulk.ts';
import { openLink } from '../../platform/link-dial.ts';
import type { Transport } from '../../platform/transport.ts';
import type { FootageSource } from '../../video/playback/merge.ts';

export interface RemotePorts {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Our server id, as paired. */
  readonly serverId: string;
  readonly name: string;
  /** Key of the paired failover server; null: not paired. */
  readonly pin: () => Promise<string | null>;
  /** Slows the bytes of footage down on their way in; else they come as fast as they can. */
  readonly pace?: (body: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;
}

export type RemoteAnswer =
  | { readonly address: string; readonly reachable: true; readonly spans: readonly Span[]; readonly source: FootageSource }
  | { readonly address: string; readonly reachable: false; readonly reason: string };

const patienceMs = 4000;

/** What the failover server has of a camera, in our time, and how to read it. Never rejects: not to answer is an answer. */
export async function askRemote(ports: RemotePorts, pointer: FailoverPointer, camera: CameraKey, span: Span): Promise<RemoteAnswer> {
  const address = pointer.failoverAddress;
  try {
    const pin = await ports.pin();
    if (pin === null) throw new UnderstudyError('link.not-authorized', 'This server is not paired with a failover server.');
    const { host, port } = splitAddress(address);
    const target = { host, port: port ?? failoverPort, pin };
    const { spans, shiftUs } = await coverage(ports, target, camera, span);
    return { address, reachable: true, spans: shifted(spans, shiftUs), source: remoteSource(ports, target, camera, { address, shiftUs }) };
  } catch (error) {
    return { address, reachable: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

interface Target {
  readonly host: string;
  readonly port: number;
  readonly pin: string;
}

/** One short connection: the clock offset from the welcome, then the question. */
async function coverage(ports: RemotePorts, target: Target, camera: CameraKey, span: Span) {
  let saidMs = 0;
  const opened = await openLink(ports.transport, ports.timers, { ...target, timeoutMs: patienceMs }, () => {
    saidMs = ports.clock.wallMs();
    return opening(ports);
  });
  // Half of the round trip is the best guess of when the other side looked at its clock.
  const shiftUs = Math.round(((saidMs + ports.clock.wallMs()) / 2 - opened.welcome.wallMs) * 1000);
  const asker = makeAsker(opened.connection, ports.timers);
  opened.connection.onClose((reason) => asker.fail(reason));
  // What does not fit ends this connection; thrown out of here it would end the recorder.
  opened.onMessage((data) => {
    try {
      asker.take(data instanceof Uint8Array ? data : parseLinkMessage(data));
    } catch (error) {
      asker.fail(error instanceof Error ? error.message : String(error));
      opened.connection.close('link.protocol');
    }
  });
  try {
    const there = { fromUs: span.fromUs - shiftUs, toUs: span.toUs - shiftUs };
    const { spans } = await asker.request('footage.coverage', { ...camera, span: there }, patienceMs);
    return { spans, shiftUs };
  } finally {
    opened.connection.close('done');
  }
}

function remoteSource(ports: RemotePorts, target: Target, camera: CameraKey, id: { readonly address: string; readonly shiftUs: number }): FootageSource {
  const ask = async (method: 'footage.rows' | 'footage.read', span: Span): Promise<AsyncIterable<Uint8Array>> =>
    (await askBulk(ports.transport, ports.timers, target, opening(ports), method, { ...camera, span })).body;
  return {
    id: id.address,
    shiftUs: id.shiftUs,
    async *rows(span) {
      yield* decodeRows(await ask('footage.rows', span));
    },
    async *read(span) {
      const body = await ask('footage.read', span);
      yield* decodeBatches(ports.pace?.(body) ?? body);
    },
  };
}

const opening = ({ serverId, name }: RemotePorts) => ({ purpose: 'footage' as const, from: serverId, name });
