/** RTSP 1.0 messages (RFC 2326) and the interleaved frames between them (10.12). */

export interface RtspRequest {
  readonly method: string;
  readonly url: string;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

export interface RtspReply {
  readonly status: number;
  /** Several lines of one name are several entries. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
}

export type Incoming =
  | { readonly kind: 'request'; readonly request: RtspRequest }
  | { readonly kind: 'interleaved'; readonly channel: number; readonly data: Buffer }
  | { readonly kind: 'garbage' };

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  302: 'Moved Temporarily',
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  453: 'Not Enough Bandwidth',
  454: 'Session Not Found',
  455: 'Method Not Valid In This State',
  459: 'Aggregate Operation Not Allowed',
  461: 'Unsupported Transport',
  503: 'Service Unavailable',
};
const LONGEST_REQUEST = 16_384;

export function printReply(cseq: string, reply: RtspReply): string {
  const lines = [`RTSP/1.0 ${reply.status} ${reasons[reply.status] ?? 'Error'}`, `CSeq: ${cseq}`];
  for (const [name, value] of reply.headers ?? []) lines.push(`${name}: ${value}`);
  if (reply.body) lines.push(`Content-Length: ${Buffer.byteLength(reply.body)}`);
  return `${lines.join('\r\n')}\r\n\r\n${reply.body ?? ''}`;
}

/** Cuts a byte stream into requests and interleaved frames. */
export class RtspParser {
  #pending: Buffer = Buffer.alloc(0);

  push(bytes: Buffer): Incoming[] {
    this.#pending = this.#pending.length ? Buffer.concat([this.#pending, bytes]) : bytes;
    const found: Incoming[] = [];
    for (let next = this.#next(); next; next = this.#next()) found.push(next);
    return found;
  }

  #next(): Incoming | null {
    const bytes = this.#pending;
    if (bytes.length < 4) return null;
    if (bytes[0] === 0x24) {
      const end = 4 + bytes.readUInt16BE(2);
      if (bytes.length < end) return null;
      this.#pending = bytes.subarray(end);
      return { kind: 'interleaved', channel: bytes[1]!, data: bytes.subarray(4, end) };
    }
    const headEnd = bytes.indexOf('\r\n\r\n');
    if (headEnd < 0 && bytes.length < LONGEST_REQUEST) return null;
    const request = headEnd < 0 ? null : parseRequest(bytes.toString('latin1', 0, headEnd));
    const bodyLength = Number(request?.headers.get('content-length') ?? 0);
    if (!request || !(bodyLength >= 0 && bodyLength < LONGEST_REQUEST)) {
      this.#pending = Buffer.alloc(0);
      return { kind: 'garbage' };
    }
    const end = headEnd + 4 + bodyLength;
    if (bytes.length < end) return null;
    this.#pending = bytes.subarray(end);
    return { kind: 'request', request };
  }
}

function parseRequest(head: string): RtspRequest | null {
  const [first = '', ...lines] = head.trimStart().split('\r\n');
  const start = /^([A-Z_]+) (\S+) RTSP\/1\.\d$/.exec(first);
  if (!start) return null;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { method: start[1]!, url: start[2]!, headers };
}

export type Transport =
  | { readonly kind: 'tcp'; readonly rtp: number; readonly rtcp: number }
  | { readonly kind: 'udp'; readonly rtp: number; readonly rtcp: number };

/** The first alternative of a Transport header (RFC 2326 12.39) that is among the allowed, or null. */
export function chooseTransport(header: string, allowed: 'both' | 'tcp' | 'udp', track: number): Transport | null {
  for (const alternative of header.split(',')) {
    const [profile = '', ...fields] = alternative.trim().split(';').map((field) => field.trim());
    if (fields.some((field) => field.toLowerCase() === 'multicast')) continue;
    const pair = (name: string): [number, number] | null => {
      const found = fields.map((field) => new RegExp(`^${name}=(\\d+)(?:-(\\d+))?$`).exec(field)).find(Boolean);
      return found ? [Number(found[1]), Number(found[2] ?? Number(found[1]) + 1)] : null;
    };
    if (profile === 'RTP/AVP/TCP' && allowed !== 'udp') {
      const [rtp, rtcp] = pair('interleaved') ?? [track * 2, track * 2 + 1];
      if (rtp < 256 && rtcp < 256) return { kind: 'tcp', rtp, rtcp };
    }
    if ((profile === 'RTP/AVP' || profile === 'RTP/AVP/UDP') && allowed !== 'tcp') {
      const ports = pair('client_port');
      if (ports && ports.every((port) => port > 0 && port < 65_536)) return { kind: 'udp', rtp: ports[0], rtcp: ports[1] };
    }
  }
  return null;
}
