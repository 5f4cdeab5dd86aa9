/** HTTP authentication as RTSP uses it: Basic (RFC 7617) and Digest (RFC 2069, 2617, 7616). */
import { createHash } from 'node:crypto';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export type DigestAlgorithm = 'MD5' | 'SHA-256';

interface DigestChallenge {
  readonly scheme: 'digest';
  readonly algorithm: DigestAlgorithm;
  readonly session: boolean;
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | null;
  readonly qop: 'auth' | 'auth-int' | null;
  readonly stale: boolean;
  /** The algorithm as the camera wrote it, to be sent back; null if it named none. */
  readonly named: string | null;
}

export type Challenge = { readonly scheme: 'basic' } | DigestChallenge;

/**
 * The strongest challenge that we can answer, out of all `WWW-Authenticate` headers; null if none. Above
 * all others the digest that is `preferred`, where it is offered.
 */
export function chooseChallenge(headers: readonly string[], preferred: DigestAlgorithm | null = null): Challenge | null {
  const all = headers.flatMap(splitChallenges).map(parseChallenge).filter((c) => c !== null);
  const rank = (c: Challenge): number => (c.scheme === 'basic' ? 0 : c.algorithm === preferred ? 3 : c.algorithm === 'MD5' ? 1 : 2);
  return all.toSorted((a, b) => rank(b) - rank(a))[0] ?? null;
}

/** What is known of a camera's digests. Outlives its sessions, and goes with its address or credentials. */
export class KnownLogin {
  /** Seen to be accepted last. */
  accepted: DigestAlgorithm | null = null;
  /** The one that was refused last, since any was accepted. */
  refused: DigestAlgorithm | null = null;

  /** What to answer by where there is a choice; null: the strongest. After refusals they take turns, one a dial. */
  get preferred(): DigestAlgorithm | null {
    if (this.refused === null) return this.accepted;
    return this.refused === 'MD5' ? 'SHA-256' : 'MD5';
  }
}

/** One header may hold several challenges: a scheme is a word followed by a blank and no `=`. */
function splitChallenges(value: string): string[] {
  return value.split(/,\s*(?=(?:Digest|Basic)\s)/i);
}

function parseChallenge(text: string): Challenge | null {
  const scheme = /^\s*(\w+)/.exec(text)?.[1]?.toLowerCase();
  if (scheme === 'basic') return { scheme: 'basic' };
  if (scheme !== 'digest') return null;
  const values = new Map<string, string>();
  for (const found of text.matchAll(/\b(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g))
    values.set((found[1] ?? '').toLowerCase(), found[2] ?? found[3] ?? '');
  const named = values.get('algorithm') ?? null;
  const match = /^(MD5|SHA-?256)(-sess)?$/i.exec(named ?? 'MD5');
  const nonce = values.get('nonce');
  if (!match || nonce === undefined) return null;
  const offered = values.get('qop')?.toLowerCase().split(/[\s,]+/);
  const qop = offered === undefined ? null : (['auth', 'auth-int'] as const).find((one) => offered.includes(one));
  if (qop === undefined) return null;
  return {
    scheme: 'digest',
    algorithm: /^MD5$/i.test(match[1] ?? '') ? 'MD5' : 'SHA-256',
    session: match[2] !== undefined,
    realm: values.get('realm') ?? '',
    nonce,
    opaque: values.get('opaque') ?? null,
    qop,
    stale: values.get('stale')?.toLowerCase() === 'true',
    named,
  };
}

/** Answers one challenge for many requests; counts the nonce's uses (`nc`). */
export class Authenticator {
  readonly #credentials: Credentials;
  readonly #challenge: Challenge;
  readonly #cnonce: () => string;
  #count = 0;

  constructor(credentials: Credentials, challenge: Challenge, cnonce: () => string) {
    this.#credentials = credentials;
    this.#challenge = challenge;
    this.#cnonce = cnonce;
  }

  /** Null: Basic. */
  get algorithm(): DigestAlgorithm | null {
    return this.#challenge.scheme === 'basic' ? null : this.#challenge.algorithm;
  }

  /** Value of the `Authorization` header. */
  authorize(method: string, uri: string): string {
    // As bytes of UTF-8, one to a character: what comes from the camera (realm, nonce) is held the same way.
    const [username, password] = [this.#credentials.username, this.#credentials.password].map((text) => Buffer.from(text).toString('latin1')) as [string, string];
    const challenge = this.#challenge;
    if (challenge.scheme === 'basic') return `Basic ${Buffer.from(`${username}:${password}`, 'latin1').toString('base64')}`;
    const hash = (text: string): string =>
      createHash(challenge.algorithm === 'MD5' ? 'md5' : 'sha256').update(text, 'latin1').digest('hex');
    const cnonce = this.#cnonce();
    const nc = (++this.#count).toString(16).padStart(8, '0');
    const secret = hash(`${username}:${challenge.realm}:${password}`);
    const ha1 = challenge.session ? hash(`${secret}:${challenge.nonce}:${cnonce}`) : secret;
    // Protected with its body (RFC 7616 §3.4.3): none of our requests has one.
    const ha2 = hash(challenge.qop === 'auth-int' ? `${method}:${uri}:${hash('')}` : `${method}:${uri}`);
    const response = challenge.qop === null
      ? hash(`${ha1}:${challenge.nonce}:${ha2}`)
      : hash(`${ha1}:${challenge.nonce}:${nc}:${cnonce}:${challenge.qop}:${ha2}`);
    const parts = [
      `username="${quote(username)}"`,
      `realm="${challenge.realm}"`,
      `nonce="${challenge.nonce}"`,
      `uri="${uri}"`,
      `response="${response}"`,
    ];
    if (challenge.named !== null) parts.push(`algorithm=${challenge.named}`);
    if (challenge.opaque !== null) parts.push(`opaque="${challenge.opaque}"`);
    if (challenge.qop !== null) parts.push(`qop=${challenge.qop}`, `nc=${nc}`);
    if (challenge.qop !== null || challenge.session) parts.push(`cnonce="${cnonce}"`);
    return `Digest ${parts.join(', ')}`;
  }
}

function quote(text: string): string {
  return text.replace(/["\\]/g, '\\$&');
}
