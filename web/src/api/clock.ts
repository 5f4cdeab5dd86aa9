import { createContext, useContext, useRef, useSyncExternalStore } from 'react';
import { useLive } from './live.ts';

/** One timer for all countdowns and ages on the page. */
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
const asleep = () => () => undefined;

/** False below what is scrolled out of sight: nothing there needs to count seconds. */
export const Awake = createContext(true);

/** The failover server's wall clock, to the second. */
export function useServerNow(): number {
  const awake = useContext(Awake);
  const offsetMs = useLive((live) => live.offsetMs);
  const last = useRef(now);
  const current = useSyncExternalStore(awake ? subscribe : asleep, () => (awake ? now : last.current));
  last.current = current;
  return current - offsetMs;
}
