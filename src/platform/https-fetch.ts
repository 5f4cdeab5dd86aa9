import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { connect } from 'node:tls';

/** `ca`: PEM of the one certificate that is trusted, whatever name it is reached by; null: as the system trusts. */
export type Trust = string | null;

/** For `ws` and `node:https`. */
export const tlsOptions = (trust: Trust): object => (trust === null ? {} : { ca: trust, checkServerIdentity: () => undefined });

export interface PlainInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** `fetch`, which itself cannot be told whom to trust. Redirects are not followed: no token goes elsewhere. */
export async function fetchTrusting(trust: Trust, url: string, init: PlainInit = {}): Promise<Response> {
  if (trust === null) return await fetch(url, { ...init, redirect: 'error' });
  const { method = 'GET', headers = {}, body, signal } = init;
  return await new Promise<Response>((done, fail) => {
    const asked = httpsRequest(url, { method, headers, ...(signal === undefined ? {} : { signal }), ...tlsOptions(trust) }, (answer) => {
      const status = answer.statusCode ?? 500;
      const fields = Object.entries(answer.headers).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, String(value)]]));
      // A status without a body refuses one (fetch standard, "null body status").
      const hasBody = status !== 204 && status !== 205 && status !== 304;
      if (!hasBody) answer.resume();
      done(new Response(hasBody ? (Readable.toWeb(answer) as ReadableStream) : null, { status, headers: fields }));
    });
    asked.once('error', fail);
    asked.end(body);
  });
}

/** The certificate that answers there; null: nothing does, or it does not speak TLS. */
export async function certificateAt(url: string, timeoutMs: number): Promise<{ readonly pem: string; readonly selfMade: boolean } | null> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return await new Promise((done) => {
    // Nothing is sent: who it is, is decided by whoever asked.
    const socket = connect({ host, port: port === '' ? 443 : Number(port), rejectUnauthorized: false });
    const end = (found: { readonly pem: string; readonly selfMade: boolean } | null): void => {
      socket.destroy();
      done(found);
    };
    socket.setTimeout(timeoutMs, () => end(null));
    socket.once('error', () => end(null));
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerX509Certificate();
      end(certificate === undefined ? null : { pem: certificate.toString(), selfMade: certificate.verify(certificate.publicKey) });
    });
  });
}
