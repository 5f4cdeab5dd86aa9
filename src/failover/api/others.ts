import { z } from 'zod';
import type { FailoverServerRow } from '../../contract/api/failover.ts';
import { apiPort } from '../../contract/api/common.ts';
import { session } from '../../contract/api/session.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import type { Cancel, Clock, Timers } from '../../platform/clock.ts';
import { certificateAt, fetchTrusting, type Trust } from '../../platform/https-fetch.ts';
import type { Random } from '../../platform/random.ts';
import type { Sql } from '../../platform/sqlite.ts';
import { sealBytes, unsealBytes, type VaultKey } from '../vault/seal.ts';

const row = z.object({ id: z.string(), name: z.string(), address: z.string(), secure: z.number(), token: z.instanceof(Uint8Array), added_ms: z.number(), certificate: z.string().nullable() });

interface Other {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly address: string;
  readonly token: string;
  readonly trust: Trust;
  readonly addedMs: number;
}

export interface OthersNeeds {
  readonly database: Sql;
  readonly key: VaultKey;
  readonly random: Random;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly self: () => FailoverServerRow;
}

const answerMs = 5_000;
const askEveryMs = 5_000;
const originOf = (address: string, secure: boolean): string => `${secure ? 'https' : 'http'}://${/:\d+$/.test(address.replace(/^\[.*\]/, '')) ? address : `${address}:${apiPort}`}`;

/** Of the answer who it is; more is not read. */
const mostBytes = 100_000;

async function shortJson(response: Response): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes > mostBytes) throw new UnderstudyError('link.protocol', 'The answer is too long.');
    parts.push(part);
  }
  return JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown;
}

/** How another failover server is reached: with which token, trusting whom. */
export interface Reach {
  readonly url: string;
  readonly token: string;
  readonly trust: Trust;
}

/**
 * By https where that answers, and only by https if that was asked for. A certificate that it made for
 * itself is trusted from now on, and no other one: nobody else vouches for it.
 */
async function reachOf({ address, secure }: { readonly address: string; readonly secure: boolean }): Promise<Omit<Reach, 'token'>> {
  const url = originOf(address, true);
  const found = await certificateAt(url, answerMs);
  if (found !== null) return { url, trust: found.selfMade ? found.pem : null };
  if (secure) throw unreachable(url, null);
  return { url: originOf(address, false), trust: null };
}

async function ask({ url, token, trust }: Reach, path: string): Promise<Response> {
  try {
    return await fetchTrusting(trust, `${url}${path}`, { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(answerMs) });
  } catch (error) {
    throw unreachable(url, error);
  }
}

const unreachable = (url: string, cause: unknown): UnderstudyError =>
  new UnderstudyError('link.unreachable', `${new URL(url).host} does not answer.`, { field: 'address', cause, advice: 'Is its API reachable from here? It listens on 127.0.0.1 unless started with --listen.' });

/** Other failover servers that were added by address. Their tokens lie sealed in the database. */
export class Others {
  readonly #needs: OthersNeeds;
  readonly #others = new Map<string, Other>();
  readonly #states = new Map<string, Pick<FailoverServerRow, 'state' | 'reason' | 'sinceMs'>>();
  readonly #stop: Cancel;

  private constructor(needs: OthersNeeds) {
    this.#needs = needs;
    this.#stop = needs.timers.every(askEveryMs, () => this.#askAll());
  }

  static async open(needs: OthersNeeds): Promise<Others> {
    const others = new Others(needs);
    for (const found of needs.database.prepare('SELECT * FROM other_failovers ORDER BY added_ms').all()) {
      const { id, name, address, secure, token, added_ms: addedMs, certificate } = row.parse(found);
      const opened = Buffer.from(await unsealBytes(needs.key, token)).toString();
      others.#others.set(id, { id, name, address, url: originOf(address, secure === 1), token: opened, trust: certificate, addedMs });
    }
    others.#askAll();
    return others;
  }

  list(): FailoverServerRow[] {
    const unknown = { state: 'unreachable', reason: { code: 'link.unreachable', text: 'Not asked yet.' }, sinceMs: null } as const;
    return [this.#needs.self(), ...[...this.#others.values()].map(({ id, name, address, url }) => ({ id, name, address, url, self: false, ...(this.#states.get(id) ?? unknown) }))];
  }

  /** Asks it who it is with the token, then remembers it. */
  async add(asked: { readonly address: string; readonly secure: boolean; readonly token: string }): Promise<FailoverServerRow> {
    const { url, trust } = await reachOf(asked);
    if ([...this.#others.values()].some((other) => other.url === url)) throw new UnderstudyError('input.conflict', 'This failover server is in the list already.', { field: 'address' });
    const name = await this.#whoIs({ url, token: asked.token, trust });
    const { database, key, random, clock } = this.#needs;
    const other: Other = { id: random.id(), name, url, address: asked.address, token: asked.token, trust, addedMs: Math.round(clock.wallMs()) };
    const sealed = await sealBytes(key, random, Buffer.from(asked.token));
    database
      .prepare('INSERT INTO other_failovers (id, name, address, secure, token, added_ms, certificate) VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(other.id, name, asked.address, url.startsWith('https:') ? 1 : 0, sealed, other.addedMs, trust);
    this.#others.set(other.id, other);
    this.#setState(other.id, 'running', null);
    return this.list().find(({ id }) => id === other.id) ?? this.#needs.self();
  }

  remove(id: string): void {
    if (!this.#others.delete(id)) throw new UnderstudyError('input.not-found', 'There is no such failover server in the list.', { field: 'failover' });
    this.#states.delete(id);
    this.#needs.database.prepare('DELETE FROM other_failovers WHERE id = ?').run(id);
  }

  /** Where and with which token to reach it. */
  target(id: string): Reach {
    const other = this.#others.get(id);
    if (other === undefined) throw new UnderstudyError('input.not-found', 'There is no such failover server in the list.', { field: 'failover' });
    return other;
  }

  stop(): void {
    this.#stop();
  }

  async #whoIs(other: Reach): Promise<string> {
    const response = await ask(other, '/api/session');
    if (response.status === 401 || response.status === 429) throw new UnderstudyError('auth.wrong', 'The other failover server does not accept the token.', { field: 'token' });
    const answer = session.safeParse(await shortJson(response).catch(() => null)); // not JSON: not one of ours
    if (!answer.success) throw new UnderstudyError('link.protocol', 'What answers there is not a failover server of this version.', { field: 'address' });
    if (!answer.data.loggedIn) throw new UnderstudyError('auth.wrong', 'The other failover server does not accept the token.', { field: 'token' });
    return answer.data.failoverName;
  }

  #askAll(): void {
    for (const other of this.#others.values())
      void this.#whoIs(other).then(
        (name) => {
          if (this.#others.has(other.id)) this.#others.set(other.id, { ...other, name });
          this.#setState(other.id, 'running', null);
        },
        (error: unknown) => {
          const reason = error instanceof UnderstudyError ? { code: error.code, text: error.message } : { code: 'link.unreachable', text: 'It does not answer.' };
          this.#setState(other.id, reason.code === 'auth.wrong' ? 'refused' : 'unreachable', reason);
        },
      );
  }

  #setState(id: string, state: FailoverServerRow['state'], reason: FailoverServerRow['reason']): void {
    const before = this.#states.get(id);
    const sinceMs = before?.state === state ? before.sinceMs : Math.round(this.#needs.clock.wallMs());
    this.#states.set(id, { state, reason, sinceMs });
  }
}
