import { UnderstudyError } from '../../contract/errors.ts';
import type { Session } from '../../contract/api/session.ts';
import type { Attempts } from './attempts.ts';
import { firstTokenId } from './first-token.ts';
import type { Caller, SomeHandlers } from './handlers.ts';
import type { Grant, Tokens } from './tokens.ts';

export interface SessionNeeds {
  readonly tokens: Tokens;
  readonly attempts: Attempts;
  readonly version: string;
  readonly failoverName: () => string;
  /** Removes the file of the installation's own token. */
  readonly forgetFirst: () => Promise<void>;
  readonly nowMs: () => number;
  readonly audit: (who: string, action: string, why: string) => void;
}

/** Refused log-ins that are told within this time; whoever guesses must not fill the audit trail. */
const toldWithinMs = 600_000;
const mostTold = 10;

type SessionRoute = 'session.get' | 'session.create' | 'session.remove' | 'tokens.list' | 'tokens.create' | 'tokens.remove';

export function sessionHandlers(needs: SessionNeeds): SomeHandlers<SessionRoute> {
  const { tokens, attempts, audit } = needs;
  let refusals = { sinceMs: 0, count: 0 };
  const tellRefused = (address: string): void => {
    const now = needs.nowMs();
    if (now - refusals.sinceMs > toldWithinMs) refusals = { sinceMs: now, count: 0 };
    refusals.count += 1;
    const last = refusals.count === mostTold ? ' Further ones are not told for some minutes.' : '';
    if (refusals.count <= mostTold) audit(address, 'log-in refused', `The token is not valid.${last}`);
  };
  const told = (caller: Pick<Caller, 'loopback'>, grant: Pick<Grant, 'who' | 'expiresMs'> | null): Session => ({
    loggedIn: grant !== null,
    name: grant?.who ?? null,
    loopback: caller.loopback,
    expiresMs: grant?.expiresMs ?? null,
    version: grant !== null || caller.loopback ? needs.version : null,
    failoverName: needs.failoverName(),
  });
  return {
    'session.get': ({ caller }) => told(caller, caller.authenticated ? caller : null),
    'session.create': ({ body, caller }) => {
      const token = body.token.trim();
      const grant = attempts.try(caller.address, token, () => tokens.byToken(token));
      if (grant === null) {
        tellRefused(caller.address);
        throw new UnderstudyError('auth.wrong', 'The token is not valid.', { field: 'token', advice: 'The failover server printed the path of its token file when it started.' });
      }
      const opened = tokens.openSession(grant, body.name ?? grant.who);
      caller.setCookie(opened.secret, 7 * 86_400);
      audit(opened.grant.who, 'logged in', `From ${caller.address}.`);
      return told(caller, opened.grant);
    },
    'session.remove': ({ caller }) => {
      if (caller.sessionId !== null) {
        tokens.closeSession(caller.sessionId);
        audit(caller.who, 'logged out', `From ${caller.address}.`);
      }
      caller.setCookie(null, 0);
    },
    'tokens.list': () => tokens.list(),
    'tokens.create': ({ body, caller }) => {
      const made = tokens.create(body.name);
      audit(caller.who, 'token made', `"${body.name}"`);
      return made;
    },
    'tokens.remove': async ({ params, caller }) => {
      tokens.remove(params.token);
      // Its file would bring it back at the next start.
      if (params.token === firstTokenId) await needs.forgetFirst();
      audit(caller.who, 'token removed', params.token);
    },
  };
}
