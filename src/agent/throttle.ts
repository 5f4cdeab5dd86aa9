/** Wrong pairing secrets per calling host: each doubles the wait before the next attempt, up to a minute. */
export interface Throttle {
  blockedMs(host: string, nowMs: number): number;
  wrong(host: string, nowMs: number): void;
  right(host: string): void;
}

const firstWaitMs = 1000;
const longestWaitMs = 60_000;
const mostHosts = 1000;

export function makeThrottle(): Throttle {
  const hosts = new Map<string, { readonly waitMs: number; readonly untilMs: number }>();
  return {
    blockedMs: (host, nowMs) => Math.max(0, (hosts.get(host)?.untilMs ?? 0) - nowMs),
    wrong(host, nowMs) {
      const waitMs = Math.min(longestWaitMs, (hosts.get(host)?.waitMs ?? firstWaitMs / 2) * 2);
      hosts.delete(host); // a renewed entry is the newest one
      hosts.set(host, { waitMs, untilMs: nowMs + waitMs });
      const oldest = hosts.keys().next().value;
      if (hosts.size > mostHosts && oldest !== undefined) hosts.delete(oldest);
    },
    right: (host) => void hosts.delete(host),
  };
}
