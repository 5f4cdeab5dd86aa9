import type { Log } from '../platform/log.ts';

export interface AgentAlarm {
  readonly code: 'link.unreachable';
  readonly text: string;
  readonly on: boolean;
}

/**
 * The agent's own alarm: with its failover server silent, this server is not protected, and nobody
 * else is left to say so.
 */
export interface Silence {
  /** Anything came from the protector. */
  heard(nowMs: number): void;
  /** Called regularly. `protector` null: nothing is expected. True: nobody protects this server now. */
  check(nowMs: number, protector: string | null, timeoutMs: number): boolean;
}

export function makeSilence(log: Log, onAlarm: (alarm: AgentAlarm) => void, startMs: number): Silence {
  let heardMs = startMs;
  let checkedMs = startMs;
  let on = false;
  const turn = (next: boolean, text: string): void => {
    on = next;
    if (next) log.error({ code: 'link.unreachable' }, text);
    else log.info({}, text);
    onAlarm({ code: 'link.unreachable', text, on: next });
  };
  return {
    heard: (nowMs) => void (heardMs = nowMs),
    check(nowMs, protector, timeoutMs) {
      const lateMs = nowMs - checkedMs;
      checkedMs = nowMs;
      if (lateMs > timeoutMs / 2) return false; // we stood still ourselves: read the sockets first, judge next time
      if (protector === null) {
        heardMs = nowMs;
        if (on) turn(false, 'No failover server is expected any more.');
      } else if (!on && nowMs - heardMs > timeoutMs)
        turn(true, `The failover server ${protector} has been silent for ${Math.round((nowMs - heardMs) / 1000)} s: this server is not protected now. Recording goes on.`);
      else if (on && nowMs - heardMs <= timeoutMs) turn(false, `The failover server ${protector} is back.`);
      return on || protector === null;
    },
  };
}
