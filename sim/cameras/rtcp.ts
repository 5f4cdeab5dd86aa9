import type { RtcpClock } from './faults.ts';

/** Seconds from 1900 (NTP) to 1970. */
const NTP_TO_UNIX = 2_208_988_800;

/** What the camera believes the time to be, or null if it does not say. */
export function cameraClockMs(mode: RtcpClock, nowMs: number, startedMs: number): number | null {
  switch (mode.clock) {
    case 'right':
      return nowMs;
    case 'absent':
      return null;
    case '1970':
      return nowMs - startedMs;
    case 'offset':
      return nowMs + mode.ms;
    case 'jumping':
      return Math.floor((nowMs - startedMs) / mode.everyMs) % 2 === 1 ? nowMs + mode.ms : nowMs;
    case 'drifting':
      return nowMs + ((nowMs - startedMs) * mode.ppm) / 1e6;
  }
}

export interface SenderState {
  readonly ssrc: number;
  /** RTP timestamp of the same moment as the clock. */
  readonly rtpTime: number;
  readonly packets: number;
  readonly octets: number;
}

/** Sender report and SDES CNAME (RFC 3550 6.4.1, 6.5) as one compound packet. */
export function senderReport(clockMs: number, sender: SenderState): Buffer {
  const name = Buffer.from('camera');
  const sdes = Math.ceil((4 + 4 + 2 + name.length + 1) / 4) * 4;
  const out = Buffer.alloc(28 + sdes);
  out.set([0x80, 200, 0, 6]);
  out.writeUInt32BE(sender.ssrc, 4);
  out.writeUInt32BE((Math.floor(clockMs / 1000) + NTP_TO_UNIX) % 2 ** 32, 8);
  out.writeUInt32BE(Math.floor((((clockMs % 1000) + 1000) % 1000) / 1000 * 2 ** 32), 12);
  out.writeUInt32BE(sender.rtpTime, 16);
  out.writeUInt32BE(sender.packets % 2 ** 32, 20);
  out.writeUInt32BE(sender.octets % 2 ** 32, 24);
  out.set([0x81, 202, 0, sdes / 4 - 1], 28);
  out.writeUInt32BE(sender.ssrc, 32);
  out.set([1, name.length], 36);
  out.set(name, 38);
  return out;
}
