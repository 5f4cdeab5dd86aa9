/** RTSP addresses: what to dial, and what to ask for. Credentials never stay in an address. */

export interface RtspAddress {
  readonly host: string;
  readonly port: number;
  /** The address without credentials, as it goes into requests. */
  readonly url: string;
}

/** Null if it is no usable `rtsp://` address. */
export function parseRtspUrl(text: string): RtspAddress | null {
  const match = /^rtsp(?:t|u)?:\/\/(?:[^@/?]*@)?(\[[^\]]+\]|[^:/?#]+)(?::(\d{1,5}))?([/?].*)?$/i.exec(text.trim());
  if (!match) return null;
  const port = match[2] === undefined ? 554 : Number(match[2]);
  if (port < 1 || port > 65_535) return null;
  const host = match[1] ?? '';
  const authority = match[2] === undefined ? host : `${host}:${port}`;
  return { host: host.replace(/^\[|\]$/g, ''), port, url: `rtsp://${authority}${match[3] ?? '/'}` };
}

/**
 * An address that a person wrote, as it goes into requests: the path as bytes of UTF-8, one to a character,
 * as everything is held that comes from a camera. The host stays: its name is asked for as written.
 */
export function asSent(url: string): string {
  const [, origin = '', path = ''] = /^([a-z]+:\/\/[^/?]*)?(.*)$/is.exec(url) ?? [];
  return origin + Buffer.from(path).toString('latin1');
}

/** Base of relative controls: Content-Base, Content-Location, the asked address (RFC 2326 §C.1.1). */
export function baseUrl(asked: string, contentBase: string | null, contentLocation: string | null): string {
  for (const candidate of [contentBase, contentLocation]) {
    const text = candidate?.trim().replace(/^[<"]|[>"]$/g, '') ?? '';
    if (/^rtsp:\/\//i.test(text)) return parseRtspUrl(text)?.url ?? asked;
    if (text.startsWith('/')) return origin(asked) + text;
  }
  return asked;
}

/** The address of a track or of the whole. Relative ones are appended, as cameras expect. */
export function resolveControl(base: string, control: string | null): string {
  if (control === null || control === '' || control === '*') return base;
  if (/^rtsp:\/\//i.test(control)) return parseRtspUrl(control)?.url ?? base;
  if (control.startsWith('/')) return origin(base) + control;
  return base.endsWith('/') ? base + control : `${base}/${control}`;
}

function origin(url: string): string {
  return /^rtsp:\/\/[^/?]+/i.exec(url)?.[0] ?? url;
}
