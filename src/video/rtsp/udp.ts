/** A pair of UDP ports for one track: RTP on an even port, RTCP on the next (RFC 3550 §11). */
import { createSocket, type Socket } from 'node:dgram';
import type { Timers } from '../../platform/clock.ts';
import { CameraFailure } from './failure.ts';
import { ReorderBuffer } from './reorder.ts';

export interface UdpPairEvents {
  rtp(bytes: Buffer, start: number, end: number): void;
  rtcp(bytes: Buffer, start: number, end: number): void;
}

export interface UdpPair {
  readonly rtpPort: number;
  /** Packets of other hosts are ignored from now on; also opens the way through firewalls. */
  aim(remote: UdpRemote): void;
  sendRtcp(packet: Buffer): void;
  readonly reordered: number;
  /** Address that packets came from though the camera told none such; null: none did. */
  readonly stranger: string | null;
  close(): void;
}

export interface UdpRemote {
  /** Where packets may come from: the first is the one that ours go to. */
  readonly addresses: readonly [string, ...string[]];
  readonly rtpPort: number | null;
  readonly rtcpPort: number | null;
}

const TRIES = 30;

export async function openUdpPair(options: { readonly family: 4 | 6; readonly timers: Timers; readonly payloadType: number; readonly events: UdpPairEvents }): Promise<UdpPair> {
  const type = options.family === 6 ? 'udp6' : 'udp4';
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const rtp = await bind(type, 0);
    if (rtp === null) continue;
    const rtcp = rtp.address().port % 2 === 0 ? await bind(type, rtp.address().port + 1) : null;
    if (rtcp !== null) return pairOf(rtp, rtcp, options);
    rtp.close();
  }
  throw new CameraFailure('camera.protocol', 'No free pair of UDP ports was found on this host.');
}

function bind(type: 'udp4' | 'udp6', port: number): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = createSocket({ type, recvBufferSize: 1 << 20 });
    socket.once('error', () => {
      socket.close();
      resolve(null);
    });
    socket.bind(port, () => {
      socket.removeAllListeners('error');
      // ICMP "port unreachable" and the like: the silence of the camera is what counts.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

function pairOf(rtp: Socket, rtcp: Socket, options: { readonly timers: Timers; readonly payloadType: number; readonly events: UdpPairEvents }): UdpPair {
  let remote: UdpRemote | null = null;
  const reorder = new ReorderBuffer({
    timers: options.timers,
    waitMs: 60,
    payloadType: options.payloadType,
    deliver: (packet) => options.events.rtp(packet, 0, packet.length),
  });
  const isFromCamera = (address: string): boolean => remote === null || remote.addresses.includes(plain(address));
  let stranger: string | null = null;
  rtp.on('message', (packet, from) => {
    if (isFromCamera(from.address)) reorder.push(packet);
    else stranger = plain(from.address);
  });
  rtcp.on('message', (packet, from) => {
    if (isFromCamera(from.address)) options.events.rtcp(packet, 0, packet.length);
  });
  let closed = false;
  const send = (socket: Socket, packet: Buffer, port: number | null): void => {
    if (!closed && remote !== null && port !== null) socket.send(packet, port, remote.addresses[0]);
  };
  return {
    rtpPort: rtp.address().port,
    aim(at) {
      const [first, ...more] = at.addresses;
      remote = { ...at, addresses: [plain(first), ...more.map(plain)] };
      // An empty RTP packet and an empty receiver report make a firewall expect the camera's packets.
      send(rtp, Buffer.from('800000000000000000000000', 'hex'), remote.rtpPort);
      send(rtcp, Buffer.from('80c9000100000000', 'hex'), remote.rtcpPort);
    },
    sendRtcp: (packet) => send(rtcp, packet, remote?.rtcpPort ?? null),
    get reordered() {
      return reorder.reordered;
    },
    get stranger() {
      return stranger;
    },
    close() {
      closed = true;
      reorder.close();
      rtp.close();
      rtcp.close();
    },
  };
}

function plain(address: string): string {
  return address.replace(/^::ffff:/, '');
}
