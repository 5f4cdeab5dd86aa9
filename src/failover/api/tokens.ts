import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { AccessToken } from '../../contract/api/session.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { Sql } from '../../platform/sqlite.ts';

/** Sessions end after 12 hours without use, and after 7 days in any case. */
const idleMs = 12 * 3_600_000;
const longestMs = 7 * 86_400_000;
/** Writing "last used" at every request would wear the disk; once a minute is enough. */
const usedEveryMs = 60_000;

export interface Grant {
  readonly tokenId: string;
  readonly sessionId: string | null;
  readonly who: string;
  readonly expiresMs: number | null;
}

const tokenRow = z.object({ id: z.string(), name: z.string(), created_ms: z.number(), last_used_ms: z.number().nullable() });
const sessionRow = z.object({ token_id: z.string(), who: z.string(), created_ms: z.number(), used_ms: z.number() });

// 256 random bits need no slow hash: nobody guesses them, and a stolen database shows nothing usable.
const hashed = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** Tokens and browser sessions, only ever stored as hashes. */
export class Tokens {
  readonly #sql: Sql;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #revoked = new Set<() => void>();

  constructor(sql: Sql, clock: Clock, random: Random) {
    this.#sql = sql;
    this.#clock = clock;
    this.#random = random;
  }

  newSecret(prefix: string): string {
    return `${prefix}_${Buffer.from(this.#random.bytes(32)).toString('base64url')}`;
  }

  /** Makes `secret` the token of that id; sessions of another secret under this id end. */
  install(id: string, name: string, secret: string): void {
    this.#sql.transaction(() => {
      if (this.#sql.prepare('SELECT 1 AS one FROM api_tokens WHERE id = ? AND hash = ?').get(id, hashed(secret)) !== undefined) return;
      this.#sql.prepare('DELETE FROM api_tokens WHERE id = ?').run(id);
      this.#sql.prepare('INSERT INTO api_tokens (id, name, hash, created_ms) VALUES (?, ?, ?, ?)').run(id, name, hashed(secret), this.#now());
    });
  }

  create(name: string): AccessToken & { readonly token: string } {
    const token = this.newSecret('ust');
    const id = this.#random.id();
    this.install(id, name, token);
    return { id, name, createdMs: this.#now(), lastUsedMs: null, token };
  }

  list(): AccessToken[] {
    const rows = this.#sql.prepare('SELECT id, name, created_ms, last_used_ms FROM api_tokens ORDER BY created_ms').all();
    return z
      .array(tokenRow)
      .parse(rows)
      .map((row) => ({ id: row.id, name: row.name, createdMs: row.created_ms, lastUsedMs: row.last_used_ms }));
  }

  /** The last token cannot go: nobody could get in any more. */
  remove(id: string): void {
    const all = this.list();
    if (!all.some((token) => token.id === id)) throw new UnderstudyError('input.not-found', 'There is no such token.', { field: 'token' });
    if (all.length === 1) throw new UnderstudyError('input.conflict', 'This is the last token.', { advice: 'Make another one first.' });
    this.#sql.prepare('DELETE FROM api_tokens WHERE id = ?').run(id);
    this.#tell();
  }

  /** Called when a token or a session ended: whoever is still connected by it must go. */
  onRevoked(listener: () => void): () => void {
    this.#revoked.add(listener);
    return () => this.#revoked.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#revoked) listener();
  }

  /** Null: not valid. */
  byToken(secret: string): Grant | null {
    const found = this.#sql.prepare('SELECT id, name, created_ms, last_used_ms FROM api_tokens WHERE hash = ?').get(hashed(secret));
    if (found === undefined) return null;
    const row = tokenRow.parse(found);
    if (this.#now() - (row.last_used_ms ?? 0) > usedEveryMs) this.#sql.prepare('UPDATE api_tokens SET last_used_ms = ? WHERE id = ?').run(this.#now(), row.id);
    return { tokenId: row.id, sessionId: null, who: row.name, expiresMs: null };
  }

  openSession(grant: Grant, who: string): { readonly secret: string; readonly grant: Grant } {
    const secret = this.newSecret('uss');
    const now = this.#now();
    this.#sql.prepare('DELETE FROM api_sessions WHERE used_ms < ? OR created_ms < ?').run(now - idleMs, now - longestMs);
    this.#sql.prepare('INSERT INTO api_sessions (hash, token_id, who, created_ms, used_ms) VALUES (?, ?, ?, ?, ?)').run(hashed(secret), grant.tokenId, who, now, now);
    return { secret, grant: { tokenId: grant.tokenId, sessionId: hashed(secret), who, expiresMs: now + idleMs } };
  }

  bySession(secret: string): Grant | null {
    const hash = hashed(secret);
    const found = this.#sql.prepare('SELECT token_id, who, created_ms, used_ms FROM api_sessions WHERE hash = ?').get(hash);
    if (found === undefined) return null;
    const row = sessionRow.parse(found);
    const now = this.#now();
    if (now - row.used_ms > idleMs || now - row.created_ms > longestMs) return null;
    if (now - row.used_ms > usedEveryMs) this.#sql.prepare('UPDATE api_sessions SET used_ms = ? WHERE hash = ?').run(now, hash);
    return { tokenId: row.token_id, sessionId: hash, who: row.who, expiresMs: Math.min(now + idleMs, row.created_ms + longestMs) };
  }

  closeSession(sessionId: string): void {
    this.#sql.prepare('DELETE FROM api_sessions WHERE hash = ?').run(sessionId);
    this.#tell();
  }

  #now(): number {
    return Math.round(this.#clock.wallMs());
  }
}
