import { createHash, randomBytes } from 'node:crypto';
import type { AuthScheme } from './options.ts';

/** Who may come in: Basic (RFC 7617) and Digest (RFC 2069 without, RFC 7616 with qop; MD5 or SHA-256). */
export interface AuthRules {
  readonly schemes: readonly AuthScheme[];
  readonly user: string;
  readonly password: string;
  readonly realm: string;
  readonly qop: boolean;
  readonly nonceMs: number;
}

export type AuthVerdict = 'in' | 'unknown' | 'stale';

/** Gives out nonces and judges Authorization headers of one camera. */
export class Doorkeeper {
  readonly #issued = new Map<string, number>();

  /** Values of the WWW-Authenticate lines of a 401. */
  challenges(rules: AuthRules, nowMs: number, stale: boolean): string[] {
    for (const [nonce, at] of this.#issued) if (nowMs - at > rules.nonceMs * 4) this.#issued.delete(nonce);
    const nonce = randomBytes(16).toString('hex');
    this.#issued.set(nonce, nowMs);
    return rules.schemes.filter((scheme) => scheme !== 'none').map((scheme) => {
      if (scheme === 'basic') return `Basic realm="${rules.realm}"`;
      const algorithm = scheme === 'digest-sha256' ? ', algorithm=SHA-256' : rules.qop ? ', algorithm=MD5' : '';
      return `Digest realm="${rules.realm}", nonce="${nonce}"${rules.qop ? ', qop="auth"' : ''}${algorithm}${stale ? ', stale=true' : ''}`;
    });
  }

  judge(rules: AuthRules, method: string, header: string | undefined, nowMs: number): AuthVerdict {
    if (rules.schemes.includes('none')) return 'in';
    if (header === undefined) return 'unknown';
    if (/^basic /i.test(header)) {
      const given = Buffer.from(header.slice(6), 'base64').toString('utf8');
      return rules.schemes.includes('basic') && given === `${rules.user}:${rules.password}` ? 'in' : 'unknown';
    }
    if (!/^digest /i.test(header)) return 'unknown';
    const fields = parseFields(header.slice(7));
    const scheme: AuthScheme = /^sha-256$/i.test(fields.get('algorithm') ?? '') ? 'digest-sha256' : 'digest';
    if (!rules.schemes.includes(scheme) || fields.get('username') !== rules.user) return 'unknown';
    if (fields.get('response') !== digestResponse(scheme, rules, method, fields)) return 'unknown';
    const issued = this.#issued.get(fields.get('nonce') ?? '');
    return issued !== undefined && nowMs - issued <= rules.nonceMs ? 'in' : 'stale';
  }
}

/** RFC 7616 3.4.1 to 3.4.3. */
export function digestResponse(scheme: AuthScheme, rules: Pick<AuthRules, 'user' | 'realm' | 'password'>, method: string, fields: ReadonlyMap<string, string>): string {
  const hash = (text: string): string => createHash(scheme === 'digest-sha256' ? 'sha256' : 'md5').update(text).digest('hex');
  const part = (name: string): string => fields.get(name) ?? '';
  const who = hash(`${rules.user}:${rules.realm}:${rules.password}`);
  const what = hash(`${method}:${part('uri')}`);
  return fields.has('qop')
    ? hash(`${who}:${part('nonce')}:${part('nc')}:${part('cnonce')}:${part('qop')}:${what}`)
    : hash(`${who}:${part('nonce')}:${what}`);
}

function parseFields(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [, name, quoted, plain] of text.matchAll(/([\w-]+)\s*=\s*(?:"([^"]*)"|([^\s,]+))/g))
    fields.set(name!.toLowerCase(), quoted ?? plain ?? '');
  return fields;
}
