import type { ObserverState } from './types.ts';

/** Three re-arms in 10 min: it judges, but says that it may be wrong. */
export function isUnsure(state: ObserverState): boolean {
  return state.kind === 'unsure' || (state.kind === 'storm' && state.unsure);
}
