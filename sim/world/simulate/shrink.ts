import { play, type Played, type PlayOptions } from './play.ts';
import type { Fault, Script } from './script.ts';

/** Fewer plays than this; what is left then is good enough to read. */
const mostPlays = 150;

export interface Shrunk {
  readonly script: Script;
  readonly played: Played;
  readonly plays: number;
}

/**
 * The shortest script that still breaks the same rule: without whole rounds, without halves, quarters, … of the
 * faults, at last without single ones.
 */
export async function shrink(script: Script, rule: string, options: PlayOptions = {}, say: (text: string) => void = () => {}): Promise<Shrunk | null> {
  let plays = 0;
  const tried = async (candidate: Script): Promise<Played | null> => {
    if (plays >= mostPlays) return null;
    plays += 1;
    const played = await play(candidate, options);
    return played.violation?.rule === rule ? played : null;
  };
  let best = script;
  let played = await tried(best);
  if (played === null) return null;
  const keep = async (candidate: Script): Promise<boolean> => {
    const again = await tried(candidate);
    if (again === null) return false;
    best = candidate;
    played = again;
    say(`${count(best)} faults still break ${rule}`);
    return true;
  };
  for (let at = best.rounds.length - 1; at >= 0; at -= 1) if (best.rounds.length > 1) await keep({ ...best, rounds: best.rounds.filter((_, index) => index !== at) });
  for (let size = Math.ceil(count(best) / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let from = 0; from < count(best); ) if (!(await keep(without(best, from, size)))) from += size;
  return { script: best, played, plays };
}

const count = (script: Script): number => script.rounds.reduce((sum, round) => sum + round.faults.length, 0);

/** Without the faults `from` … `from + size`, counted over all rounds. */
function without(script: Script, from: number, size: number): Script {
  let at = 0;
  const left = (fault: Fault): boolean => {
    const index = at++;
    return fault !== undefined && (index < from || index >= from + size);
  };
  return { ...script, rounds: script.rounds.map((round) => ({ ...round, faults: round.faults.filter(left) })) };
}
