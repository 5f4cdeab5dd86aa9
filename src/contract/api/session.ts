/** Log-in: one token of the installation (file in the data folder), a session cookie for browsers, more tokens by name. */
import { z } from 'zod';
import { nameRule } from '../settings.ts';
import { atMs } from './common.ts';
import { route } from './route.ts';

export const session = z.strictObject({
  loggedIn: z.boolean(),
  /** Who the audit trail will name. */
  name: z.string().nullable(),
  /** Reads need no log-in from here (loopback). */
  loopback: z.boolean(),
  expiresMs: atMs.nullable(),
  /** Null for whoever may read nothing: a stranger need not know which defects to try. */
  version: z.string().nullable(),
  failoverName: z.string(),
});
export type Session = z.infer<typeof session>;

export const accessToken = z.strictObject({
  id: z.string(),
  name: z.string(),
  createdMs: atMs,
  lastUsedMs: atMs.nullable(),
});
export type AccessToken = z.infer<typeof accessToken>;

const tag = 'Session';
export const sessionRoutes = {
  'session.get': route('GET /session', { tag, access: 'open', summary: 'Who am I, and may I read', response: session }),
  'session.create': route('POST /session', {
    tag,
    access: 'open',
    summary: 'Log in with a token; sets an httpOnly session cookie',
    body: z.strictObject({ token: z.string().min(1).max(200), name: nameRule.optional() }),
    response: session,
    errors: ['auth.wrong', 'auth.too-many'],
  }),
  'session.remove': route('DELETE /session', { tag, access: 'open', summary: 'Log out' }),
  'tokens.list': route('GET /tokens', { tag, access: 'change', summary: 'Tokens by name; never the tokens themselves', response: z.array(accessToken) }),
  'tokens.create': route('POST /tokens', {
    tag,
    summary: 'Make a token; its text is shown this once',
    body: z.strictObject({ name: nameRule }),
    response: accessToken.extend({ token: z.string() }),
    status: 201,
  }),
  'tokens.remove': route('DELETE /tokens/:token', {
    tag,
    summary: 'Remove a token and the sessions made with it',
    params: z.strictObject({ token: z.string().min(1).max(100) }),
    errors: ['input.not-found'],
  }),
};
