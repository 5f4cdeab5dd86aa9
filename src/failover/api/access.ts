import type { Access } from '../../contract/api/route.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import type { Attempts } from './attempts.ts';
import { bearer, checkHost, checkOrigin, isLoopback, needsOrigin, type Asking } from './guard.ts';
import type { Grant, Tokens } from './tokens.ts';

export interface AccessRules {
  readonly tokens: Tokens;
  readonly attempts: Attempts;
  /** Names under which this failover server may be asked, lower case, beside IP addresses and localhost. */
  readonly names: readonly string[];
}

export interface Admitted {
  readonly grant: Grant | null;
  readonly loopback: boolean;
  readonly address: string;
}

export const sessionCookie = 'understudy_session';

/**
 * Admits or refuses one request. Order matters: a page of somebody else is refused before anything is
 * looked up, a wrong token before an open route is served.
 */
export function admit(asking: Asking, cookie: string | undefined, access: Access, rules: AccessRules): Admitted {
  checkHost(asking, rules.names);
  checkOrigin(asking);
  const address = asking.remoteAddress;
  const loopback = isLoopback(asking);
  const grant = granted(asking, cookie, rules);
  if (access === 'open' || grant !== null || (access === 'read' && loopback)) return { grant, loopback, address };
  throw new UnderstudyError('auth.missing', access === 'change' ? 'This needs a token or a log-in.' : 'Reading from another machine needs a token or a log-in.', {
    advice: 'Log in with the token that the failover server wrote at its first start, or send it as "Authorization: Bearer …".',
  });
}

function granted(asking: Asking, cookie: string | undefined, rules: AccessRules): Grant | null {
  const token = bearer(asking);
  if (token !== null) {
    const grant = rules.attempts.try(asking.remoteAddress, token, () => rules.tokens.byToken(token));
    if (grant === null) throw new UnderstudyError('auth.wrong', 'The token is not valid.', { advice: 'Read the token file again; it may have been renewed.' });
    return grant;
  }
  const grant = cookie === undefined ? null : rules.tokens.bySession(cookie);
  if (grant !== null && needsOrigin(asking)) throw new UnderstudyError('auth.origin', 'A change by a browser session needs an Origin header.');
  return grant;
}
