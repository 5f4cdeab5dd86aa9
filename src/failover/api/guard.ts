/** Who may ask at all: pure rules over the headers and the peer's address. */
import { isIP } from 'node:net';
import { UnderstudyError } from '../../contract/errors.ts';

export interface Asking {
  readonly method: string;
  readonly remoteAddress: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

const first = (value: string | readonly string[] | undefined): string | undefined => (typeof value === 'string' ? value : value?.[0]);

/**
 * True for a peer on this machine. A request that a proxy passed on is never from loopback, wherever
 * the proxy runs: else a reverse proxy on this machine would open every read to the world.
 */
export function isLoopback(asking: Asking): boolean {
  if (['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some((name) => asking.headers[name] !== undefined)) return false;
  const address = asking.remoteAddress.replace(/^::ffff:/, '');
  return address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}

const hostName = (host: string): string => host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1').toLowerCase();

/**
 * DNS rebinding: a foreign page can give its own name our address, but it cannot make the browser
 * send an IP address or one of our names as Host.
 */
export function checkHost(asking: Asking, ownNames: readonly string[]): void {
  const host = first(asking.headers['host']);
  const name = host === undefined ? '' : hostName(host);
  if (isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost') || ownNames.includes(name)) return;
  throw new UnderstudyError('auth.origin', `The host name "${name.slice(0, 100)}" is not one of this failover server.`, {
    advice: 'Use its IP address, or start it with --api-name for every further name.',
  });
}

/** Refuses what a foreign page made the browser send: another Origin, or the browser's own word for it. */
export function checkOrigin(asking: Asking): void {
  const origin = first(asking.headers['origin']);
  const foreign = origin === undefined ? first(asking.headers['sec-fetch-site']) === 'cross-site' : originHost(origin) !== first(asking.headers['host'])?.toLowerCase();
  if (foreign) throw new UnderstudyError('auth.origin', 'The request comes from another web page.', { advice: 'Open the failover server’s own page.' });
}

function originHost(origin: string): string | null {
  // Browsers write `null` for sandboxed pages and files.
  return URL.canParse(origin) ? new URL(origin).host.toLowerCase() : null;
}

/** Changes by cookie need an Origin header, which every browser sends with them; scripts use a token instead. */
export function needsOrigin(asking: Asking): boolean {
  return asking.method !== 'GET' && asking.method !== 'HEAD' && asking.headers['origin'] === undefined;
}

/** `Authorization: Bearer …` */
export function bearer(asking: Asking): string | null {
  return /^Bearer ([\x21-\x7e]{1,200})$/.exec(first(asking.headers['authorization']) ?? '')?.[1] ?? null;
}
