/** Visits every state that can be reached, breadth first, and says how the first broken one was reached. */
import { brokenByDecision, brokenByEffect, brokenByState } from './invariants.ts';
import { Rest } from './rest.ts';
import { movesOf, startWorld, type Scope, type World } from './world.ts';

export interface Exploration {
  readonly states: number;
  readonly steps: number;
  /** All states within the scope were visited. */
  readonly complete: boolean;
  /** Null: everything holds. Else what broke, and the shortest way there, in words. */
  readonly broken: string | null;
}

interface Visited {
  readonly world: World;
  readonly from: Visited | null;
  readonly by: string;
}

export interface ExploreOptions {
  readonly maxStates: number;
  /** Check that the world comes to rest from every n-th state. */
  readonly restEvery: number;
}

export function explore(scope: Scope, options: ExploreOptions): Exploration {
  const start: Visited = { world: startWorld(scope), from: null, by: 'start' };
  const known = new Set([JSON.stringify(start.world)]);
  const queue: Visited[] = [start];
  const rest = new Rest(scope);
  let steps = 0;
  for (let at = 0; at < queue.length; at += 1) {
    const visited = queue[at] as Visited;
    const wrong = brokenByState(scope, visited.world) ?? brokenByEffect(visited.world) ?? (at % options.restEvery === 0 ? rest.broken(visited.world) : null);
    if (wrong !== null) return { states: known.size, steps, complete: false, broken: history(visited, wrong) };
    for (const move of movesOf(scope, visited.world)) {
      steps += 1;
      const bad = move.decision === undefined ? null : brokenByDecision(scope, move.decision());
      if (bad !== null) return { states: known.size, steps, complete: false, broken: history({ world: visited.world, from: visited, by: move.name }, bad) };
      const next = move.next();
      const key = JSON.stringify(next);
      if (known.has(key)) continue;
      known.add(key);
      queue.push({ world: next, from: visited, by: move.name });
    }
    if (known.size > options.maxStates) return { states: known.size, steps, complete: false, broken: null };
  }
  return { states: known.size, steps, complete: true, broken: null };
}

function history(end: Visited, wrong: string): string {
  const lines: string[] = [];
  for (let visited: Visited | null = end; visited !== null; visited = visited.from) lines.unshift(visited.by);
  return `${wrong}\n  ${lines.join('\n  ')}`;
}
