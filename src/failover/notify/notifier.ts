import type { AlarmKind, AuditEvent } from '../../contract/api/events.ts';
import type { Cancel, Clock, Timers } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Alarm } from '../server-types.ts';
import { kindOfAlarm, kindOfEvent, wordsOfEvent } from './kinds.ts';
import type { Channel, Message, Senders } from './senders.ts';
import type { NotificationStore } from './settings-store.ts';

export interface NotifierNeeds {
  readonly store: NotificationStore;
  readonly senders: Senders;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly failoverName: () => string;
}

const channels: readonly Channel[] = ['smtp', 'webhook', 'syslog'];
/** A flood of events must not become a flood of mails: per kind and server one message a minute; the newest of what came meanwhile follows then. */
const quietMs = 60_000;
const mostAtOnce = 50;

type Telling = Omit<Message, 'failover'>;

interface Held {
  readonly message: Telling;
  /** How many came before it and are not sent. */
  readonly unsent: number;
  readonly cancel: Cancel;
}

export class Notifier {
  readonly #needs: NotifierNeeds;
  readonly #last = new Map<string, number>();
  readonly #held = new Map<string, Held>();
  #sending = 0;

  constructor(needs: NotifierNeeds) {
    this.#needs = needs;
  }

  event(event: AuditEvent): void {
    const { atMs, severity, serverId, serverName, reason, id } = event;
    const text = wordsOfEvent(event, this.#needs.failoverName());
    this.#tell(kindOfEvent(event), serverId, { atMs, severity, server: serverName, text, reason: reason?.text ?? null, eventId: id });
  }

  alarm(alarm: Alarm, serverName: string | null): void {
    this.#tell(kindOfAlarm(alarm.code), alarm.serverId, { atMs: alarm.sinceMs, severity: 'alarm', server: serverName, text: `${serverName === null ? '' : `${serverName}: `}${alarm.text}`, reason: alarm.code, eventId: null });
  }

  #tell(kind: AlarmKind | null, serverId: string | null, message: Omit<Message, 'failover' | 'kind'>): void {
    if (kind === null || !this.#needs.store.settings().kinds.includes(kind)) return;
    const key = `${kind} ${serverId}`;
    const now = this.#needs.clock.monotonicMs();
    const waitMs = (this.#last.get(key) ?? -Infinity) + quietMs - now;
    if (waitMs > 0) return this.#hold(key, { ...message, kind }, waitMs);
    this.#last.set(key, now);
    this.#sendAll({ ...message, failover: this.#needs.failoverName(), kind });
  }

  #hold(key: string, message: Telling, waitMs: number): void {
    const before = this.#held.get(key);
    const cancel = before?.cancel ?? this.#needs.timers.after(waitMs, () => this.#release(key));
    this.#held.set(key, { message, unsent: before === undefined ? 0 : before.unsent + 1, cancel });
  }

  #release(key: string): void {
    const held = this.#held.get(key);
    if (held === undefined) return;
    this.#held.delete(key);
    this.#last.set(key, this.#needs.clock.monotonicMs());
    const before = held.unsent === 0 ? '' : ` (${held.unsent} more of this kind within the last minute; see Events.)`;
    this.#sendAll({ ...held.message, text: `${held.message.text}${before}`, failover: this.#needs.failoverName() });
  }

  /** What is held is sent now: nothing comes after the end. */
  stop(): void {
    for (const [key, { cancel }] of this.#held) {
      cancel();
      this.#release(key);
    }
  }

  async test(channel: Channel): Promise<{ readonly ok: boolean; readonly text: string; readonly tookMs: number }> {
    const { clock, failoverName } = this.#needs;
    const startedMs = clock.monotonicMs();
    const told = (ok: boolean, text: string): { ok: boolean; text: string; tookMs: number } => ({ ok, text, tookMs: Math.round(clock.monotonicMs() - startedMs) });
    if (!this.#needs.store.settings()[channel].enabled) return told(false, 'Switched off: switch it on and save first.');
    const message: Message = { atMs: clock.wallMs(), failover: failoverName(), kind: 'test', severity: 'info', server: null, text: 'This is a test message.', reason: null, eventId: null };
    try {
      await this.#send(channel, message);
      return told(true, channel === 'syslog' ? 'Sent. Syslog over UDP is never confirmed: look whether it arrived.' : 'Sent and accepted.');
    } catch (error) {
      return told(false, reasonOf(error));
    }
  }

  #sendAll(message: Message): void {
    const settings = this.#needs.store.settings();
    for (const channel of channels) {
      if (!settings[channel].enabled || this.#sending >= mostAtOnce) continue;
      this.#sending += 1;
      void this.#send(channel, message)
        .catch((error: unknown) => this.#needs.log.warn({ channel, kind: message.kind, reason: reasonOf(error) }, 'a notification could not be sent'))
        .finally(() => (this.#sending -= 1));
    }
  }

  #send(channel: Channel, message: Message): Promise<void> {
    return this.#needs.senders[channel](message, this.#needs.store.settings(), this.#needs.store.secrets());
  }
}

/** The library's words, without what could hold a password. */
function reasonOf(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  const inner = cause instanceof Error ? `: ${cause.message}` : '';
  return `${message}${inner}`.replace(/\/\/[^\s/@]*@/g, '//').slice(0, 300);
}
