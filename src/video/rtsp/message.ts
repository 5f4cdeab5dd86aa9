/** RTSP messages (RFC 2326 §4–§7): what cameras send, read tolerantly; what we send, written strictly. */

/** Header names in lower case; a header that came several times has several values, in order. */
export type Headers = ReadonlyMap<string, readonly string[]>;

export interface RtspResponse {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** A request sent by the camera to us (some cameras ask OPTIONS or announce a redirect). */
export interface RtspRequest {
  readonly kind: 'request';
  readonly method: string;
  readonly uri: string;
  readonly headers: Headers;
  readonly body: Buffer;
}

export type RtspMessage = RtspResponse | RtspRequest;

export type StartLine =
  | { readonly kind: 'response'; readonly status: number; readonly reason: string }
  | { readonly kind: 'request'; readonly method: string; readonly uri: string };

/** Null if the line is neither a status line nor a request line. */
export function parseStartLine(line: string): StartLine | null {
  const response = /^\s*RTSP\/\d+\.\d+\s+(\d{3})\s*(.*)$/i.exec(line);
  if (response) return { kind: 'response', status: Number(response[1]), reason: (response[2] ?? '').trim() };
  const request = /^\s*([A-Z_]{3,20})\s+(\S+)(?:\s+RTSP\/\d+\.\d+)?\s*$/.exec(line);
  if (request) return { kind: 'request', method: request[1] ?? '', uri: request[2] ?? '' };
  return null;
}

/** Adds one header line; a line that begins with a blank continues the header before (RFC 2326 §4.2). */
export function addHeaderLine(headers: Map<string, string[]>, line: string, previous: string | null): string | null {
  if ((line.startsWith(' ') || line.startsWith('\t')) && previous !== null) {
    const values = headers.get(previous);
    if (values && values.length > 0) values[values.length - 1] += ` ${line.trim()}`;
    return previous;
  }
  const colon = line.indexOf(':');
  if (colon <= 0) return previous;
  const name = line.slice(0, colon).trim().toLowerCase();
  const values = headers.get(name);
  if (values) values.push(line.slice(colon + 1).trim());
  else headers.set(name, [line.slice(colon + 1).trim()]);
  return name;
}

/** First value of a header, or null. */
export function header(message: { readonly headers: Headers }, name: string): string | null {
  return message.headers.get(name)?.[0] ?? null;
}

/** A request as bytes. Values must hold no line break: whatever comes from a camera is cut at one. */
export function formatRequest(method: string, uri: string, headers: readonly (readonly [string, string])[]): string {
  const lines = headers.map(([name, value]) => `${name}: ${value.replace(/[\r\n].*$/s, '')}\r\n`);
  return `${method} ${uri.replace(/[\r\n\s]/g, '')} RTSP/1.0\r\n${lines.join('')}\r\n`;
}

/** Our answer to a request of the camera. */
export function formatResponse(status: number, reason: string, cseq: string | null): string {
  const line = cseq === null ? '' : `CSeq: ${cseq.replace(/[\r\n].*$/s, '')}\r\n`;
  return `RTSP/1.0 ${status} ${reason}\r\n${line}\r\n`;
}
