import type { AlarmName } from '../core/effects.ts';
import type { AuditEvent } from '../contract/api/events.ts';
import type { ErrorCode } from '../contract/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Sql } from '../platform/sqlite.ts';
import { addAudit, type NewAuditEvent, readAudit, type AuditFilter } from './db/audit.ts';
import type { Alarm, FailoverEvent } from './server-types.ts';

interface Waiting {
  readonly atMs: number;
  readonly change: () => void;
  readonly events: readonly NewAuditEvent[];
}

/**
 * What happened, for people and for the screen. Every change of stored state goes through `commit`,
 * so that no state can change without its audit event (I10), and no event can tell of a change that
 * the disk refused.
 */
export class Trail {
  readonly #sql: Sql;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #listeners = new Set<(event: FailoverEvent) => void>();
  readonly #alarms = new Map<string, Alarm>();

  readonly #afterPoll: (run: () => void) => void;
  #waiting: Waiting[] = [];

  constructor(parts: { readonly sql: Sql; readonly clock: Clock; readonly log: Log; readonly afterPoll: (run: () => void) => void }) {
    this.#sql = parts.sql;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#afterPoll = parts.afterPoll;
  }

  /**
   * One durable transaction: the change and its audit events, or neither. Listeners hear of it
   * afterwards. What `soon` left goes along, before it.
   */
  commit(change: () => void, events: readonly NewAuditEvent[]): void {
    const own = { atMs: this.#clock.wallMs(), change, events };
    try {
      this.#write([...this.#waiting, own]);
      this.#waiting = [];
    } catch (error) {
      if (this.#waiting.length === 0) throw error;
      // What waits may itself be what cannot be written; a decision must not fail for it, and not for ever.
      this.#write([own]);
      this.#sift();
    }
  }

  #write(items: readonly Waiting[]): void {
    const written = this.#sql.transaction((): readonly AuditEvent[] =>
      items.flatMap((item) => {
        item.change();
        return item.events.map((event) => addAudit(this.#sql, item.atMs, event));
      }),
    );
    this.#tell(written);
  }

  /** One by one: what the database refuses for its own sake is dropped, and said aloud; what the disk refuses goes on waiting. */
  #sift(): void {
    const left: Waiting[] = [];
    for (const item of this.#waiting) {
      try {
        this.#write([item]);
      } catch (error) {
        const text = (error as Error).message;
        if (!isOfRow.test(text)) left.push(item);
        else this.raise('process.defect', null, `A record could not be written and was dropped: ${text}. ${item.events.map((event) => event.text).join(' ')}`.trim());
      }
    }
    this.#waiting = left;
  }

  /**
   * For what no step waits for: written once the sockets are read, many in one transaction (a
   * thousand servers that come alive at once would otherwise be a thousand waits for the disk).
   */
  soon(change: () => void, events: readonly NewAuditEvent[]): void {
    this.#waiting.push({ atMs: this.#clock.wallMs(), change, events });
    if (this.#waiting.length === 1) this.#afterPoll(() => this.flush());
    // A disk that refuses for days must not fill the memory.
    if (this.#waiting.length > 20_000) this.#waiting.shift();
  }

  /** A disk that refuses keeps them waiting for the next commit. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    try {
      this.commit(() => {}, []);
      if (this.#waiting.length > 0) throw new Error('the disk refuses');
      this.clear('store.io', null);
    } catch (error) {
      this.raise('store.io', null, `The failover server's database cannot be written: ${(error as Error).message}. Free space on the disk of the data folder.`);
    }
  }

  #tell(written: readonly AuditEvent[]): void {
    for (const event of written) {
      this.#log.info({ kind: event.kind, server: event.serverId ?? undefined, camera: event.cameraId ?? undefined }, event.text);
      this.emit({ type: 'audit', event });
    }
  }

  /** An audit event without a change of ours; never throws. */
  note(event: NewAuditEvent): void {
    this.soon(() => {}, [event]);
  }

  read(filter: AuditFilter): readonly AuditEvent[] {
    this.flush();
    return readAudit(this.#sql, filter);
  }

  /** Raising one twice only renews its text. */
  raise(alarm: AlarmName | ErrorCode, serverId: string | null, text: string): void {
    const id = alarmId(alarm, serverId);
    const known = this.#alarms.get(id);
    if (known?.text === text) return;
    this.#alarms.set(id, { id, code: alarm, serverId, text, sinceMs: known?.sinceMs ?? this.#clock.wallMs() });
    if (known === undefined) this.#log.warn({ alarm, server: serverId ?? undefined }, text);
    this.emit({ type: 'alarms' });
  }

  clear(alarm: AlarmName | ErrorCode, serverId: string | null): void {
    if (this.#alarms.delete(alarmId(alarm, serverId))) this.emit({ type: 'alarms' });
  }

  clearAll(serverId: string): void {
    for (const alarm of this.#alarms.values()) if (alarm.serverId === serverId) this.#alarms.delete(alarm.id);
    this.emit({ type: 'alarms' });
  }

  alarms(): readonly Alarm[] {
    return [...this.#alarms.values()];
  }

  emit(event: FailoverEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  onEvent(listener: (event: FailoverEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** This row can never be written; everything else may be the disk's trouble and pass. */
const isOfRow = /constraint|cannot store|datatype mismatch/i;

const alarmId = (alarm: string, serverId: string | null): string => `${serverId ?? ''}/${alarm}`;
