import { UnderstudyError } from '../../contract/errors.ts';
import type { Session } from '../../contract/api/session.ts';
import type { Attempts } from './attempts.ts';
import type { Caller, SomeHandlers } from './handlers.ts';
import type { Grant, Tokens } from './tokens.ts';

export interface SessionNeeds {
  readonly tokens: Tokens;
  readonly attempts: Attempts;
  readonly version: string;
  readonly failoverName: () => string;
  readonly audit: (who: string, action: string, why: string) => void;
}

type SessionRoute = 'session.get' | 'session.create' | 'session.remove' | 'tokens.list' | 'tokens.create' | 'tokens.remove';

export function sessionHandlers(needs: SessionNeeds): SomeHandlers<SessionRoute> {
  const { tokens, attempts, audit } = needs;
  const told = (caller: Pick<Caller, 'loopback'>, grant: Pick<Grant, 'who' | 'expiresMs'> | null): Session => ({
    loggedIn: grant !== null,
    name: grant?.who ?? null,
    loopback: caller.loopback,
    expiresMs: grant?.expiresMs ?? null,
    version: needs.version,
    failoverName: needs.failoverName(),
  });
  return {
    'session.get': ({ caller }) => told(caller, caller.authenticated ? caller : null),
    'session.create': ({ body, caller }) => {
      attempts.check(caller.address);
      const grant = tokens.byToken(body.token.trim());
      if (grant === null) {
        attempts.wrong(caller.address);
        audit(caller.address, 'log-in refused', 'The token is not valid.');
        throw new UnderstudyError('auth.wrong', 'The token is not valid.', { field: 'token', advice: 'The failover server printed the path of its token file when it started.' });
      }
      attempts.right(caller.address);
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
    'tokens.remove': ({ params, caller }) => {
      tokens.remove(params.token);
      audit(caller.who, 'token removed', params.token);
    },
  };
}
