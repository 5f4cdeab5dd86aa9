/** Requests with authentication, and the meaning of a camera's answers. */
import type { CameraSource } from '../contract.ts';
import { Authenticator, type Challenge, chooseChallenge, type DigestAlgorithm, type KnownLogin } from './auth.ts';
import type { RtspConnection } from './connection.ts';
import { CameraFailure } from './failure.ts';
import { header, type RtspResponse } from './message.ts';

type HeaderLines = readonly (readonly [string, string])[];

/** Thrown on 301/302…: dial again at `location`. */
export class Redirected extends Error {
  readonly location: string;
  constructor(location: string) {
    super('redirected');
    this.location = location;
  }
}

/** Talks on one connection as one user. */
export class Dialogue {
  readonly #connection: RtspConnection;
  readonly #source: Pick<CameraSource, 'username' | 'password'>;
  readonly #cnonce: () => string;
  readonly #login: KnownLogin;
  #preferred: DigestAlgorithm | null;
  #authenticator: Authenticator | null = null;
  /** Our credentials were accepted on this connection: a later 401 only means that the nonce is spent. */
  #accepted = false;

  constructor(connection: RtspConnection, source: Pick<CameraSource, 'username' | 'password'>, cnonce: () => string, login: KnownLogin) {
    this.#connection = connection;
    this.#source = source;
    this.#cnonce = cnonce;
    this.#login = login;
    this.#preferred = login.preferred;
  }

  /** Any answer but a redirect or a final 401; throws those. OPTIONS is refused by some without asking for a log-in: nothing is lost with it. `bearable` as in `RtspConnection.request`. */
  async ask(method: string, uri: string, headers: HeaderLines = [], bearable?: () => boolean): Promise<RtspResponse> {
    let response = await this.#once(method, uri, headers, bearable);
    let tries = 0;
    while (response.status === 401) {
      const offered = response.headers.get('www-authenticate') ?? [];
      if (method === 'OPTIONS' && !response.headers.has('www-authenticate')) break;
      if (chooseChallenge(offered) === null && this.#source.username !== undefined) throw unknownLogin(response);
      if (!this.#mayTryAgain(offered, tries)) {
        this.#login.refused = this.#authenticator?.algorithm ?? this.#login.refused;
        throw unauthorized(this.#source.username !== undefined);
      }
      tries += 1;
      response = await this.#once(method, uri, headers, bearable);
    }
    this.#noteAccepted(response.status);
    if (response.status >= 300 && response.status < 400) {
      const location = header(response, 'location');
      if (location !== null) throw new Redirected(location);
    }
    return response;
  }

  /** As `ask`, and every answer that is no success is thrown as a failure. */
  async demand(method: string, uri: string, headers: HeaderLines = []): Promise<RtspResponse> {
    const response = await this.ask(method, uri, headers);
    if (response.status >= 300) throw refusal(method, response);
    return response;
  }

  /** Sends without waiting. */
  send(method: string, uri: string, headers: HeaderLines): void {
    this.#connection.send(method, uri, this.#withAuthorization(method, uri, headers));
  }

  #once(method: string, uri: string, headers: HeaderLines, bearable?: () => boolean): Promise<RtspResponse> {
    return this.#connection.request(method, uri, this.#withAuthorization(method, uri, headers), bearable);
  }

  #withAuthorization(method: string, uri: string, headers: HeaderLines): HeaderLines {
    if (this.#authenticator === null) return headers;
    return [...headers, ['Authorization', this.#authenticator.authorize(method, uri)]];
  }

  /** Whoever is told that there is no such stream was let in; who is told that a camera is busy or in trouble may not have been looked at. */
  #noteAccepted(status: number): void {
    if (this.#authenticator === null || status === 401 || status === 403 || status === 453 || status >= 500) return;
    this.#login.accepted = this.#authenticator.algorithm ?? this.#login.accepted;
    this.#login.refused = null;
    if (status < 400) this.#accepted = true;
  }

  /**
   * After a 401: sets the answer to the challenge. Rejected credentials are not sent a second time
   * (accounts get locked), except when the camera says that only the nonce was stale, and once more by
   * MD5 where SHA-256 was refused and both are offered: some cameras reckon SHA-256 wrongly, some only since
   * they have another firmware, and would otherwise be told as having another password. That costs a wrong
   * password one more refusal, once: later dials send one answer each, by turns, until one is accepted. What
   * a camera accepted is remembered, so a right password pays it once. Nothing falls from Digest to
   * Basic: that would tell the password to everybody on the way.
   */
  #mayTryAgain(offered: readonly string[], tries: number): boolean {
    const challenge = chooseChallenge(offered, this.#preferred);
    if (challenge === null || this.#source.username === undefined) return false;
    const stale = challenge.scheme === 'digest' && challenge.stale;
    if (this.#authenticator === null || (stale && tries <= 1) || (this.#accepted && tries === 0)) return this.#answer(challenge);
    const weaker = chooseChallenge(offered, 'MD5');
    if (this.#authenticator.algorithm !== 'SHA-256' || this.#login.refused !== null || weaker?.scheme !== 'digest' || weaker.algorithm !== 'MD5') return false;
    this.#preferred = 'MD5';
    return this.#answer(weaker);
  }

  #answer(challenge: Challenge): true {
    const { username = '', password = '' } = this.#source;
    this.#authenticator = new Authenticator({ username, password }, challenge, this.#cnonce);
    return true;
  }
}

function unauthorized(hadCredentials: boolean): CameraFailure {
  return hadCredentials
    ? new CameraFailure('camera.unauthorized', 'The camera refuses the user name or password.', 'unauthorized', 'Correct the credentials of this camera.')
    : new CameraFailure('camera.unauthorized', 'The camera asks for a user name and password, and none are set (none are ever sent to another host).', 'unauthorized', 'Set the credentials of this camera.');
}

/** Names the schemes only: the rest of a challenge is of no use to a person. */
function unknownLogin(response: RtspResponse): CameraFailure {
  const schemes = (response.headers.get('www-authenticate') ?? []).map((value) => /^\s*(\w+)/.exec(value)?.[1] ?? '').filter((name) => name !== '');
  const wanted = schemes.length === 0 ? 'without saying which' : `by ${schemes.join(', ').slice(0, 60)} of a kind that is not known here`;
  return new CameraFailure('camera.unauthorized', `The camera wants a log-in ${wanted}; Basic and Digest (MD5, SHA-256) are.`, 'unauthorized', 'Choose Digest or Basic on the camera.');
}

/** What an error status means. 461 is left to SETUP, which has an answer to it. */
export function refusal(method: string, response: RtspResponse): CameraFailure {
  const said = `The camera answered ${response.status} ${response.reason} to ${method}.`;
  switch (response.status) {
    case 403:
      return new CameraFailure('camera.unauthorized', said, 'other', 'Check what this user may see on the camera.');
    case 404:
    case 410:
      return new CameraFailure('camera.not-found', said, 'other', 'Check the path in the address.');
    case 453:
    case 503:
      return new CameraFailure('camera.refused', `${said} Probably all its sessions are in use.`, 'busy');
    case 461:
      return new CameraFailure('camera.protocol', `${said} It does not offer this transport.`, 'other', 'Set the transport to auto.');
    default:
      return new CameraFailure(response.status >= 500 ? 'camera.refused' : 'camera.protocol', said);
  }
}
