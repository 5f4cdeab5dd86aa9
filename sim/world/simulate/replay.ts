import { ProcessDied } from '../time.ts';
import { play } from './play.ts';
import { inWords, scriptOf } from './script.ts';
import { shrink } from './shrink.ts';

const linesOfHistory = 120;

/** One seed again: its history in words, and if something does not hold, the shortest script that still shows it. */
export async function replay(seed: number, servers: number | null, json: boolean): Promise<boolean> {
  process.on('unhandledRejection', (error) => {
    if (!(error instanceof ProcessDied)) throw error;
  });
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const script = scriptOf(seed, servers);
  const played = await play(script);
  say(played.history.join('\n'));
  say(`seed ${seed}, digest ${played.digest}: ${played.violation === null ? 'everything held' : `${played.violation.rule}: ${played.violation.text}`}`);
  if (played.violation === null) {
    if (json) console.log(JSON.stringify({ ok: true, seed, digest: played.digest }));
    return true;
  }
  say('\nLooking for a shorter script …');
  const shrunk = await shrink(script, played.violation.rule, {}, say);
  const shortest = shrunk?.script ?? script;
  say(`\nThe shortest script that still breaks ${played.violation.rule}:`);
  for (const round of shortest.rounds) for (const fault of round.faults) say(`  ${(fault.atMs / 1000).toFixed(1)} s: ${inWords(fault)}`);
  say((shrunk?.played.history ?? []).slice(-linesOfHistory).join('\n'));
  say(`\nTo keep it, add it to sim/world/simulate/kept-seeds.json:\n${JSON.stringify({ what: played.violation.text, rule: played.violation.rule, script: shortest })}`);
  if (json) console.log(JSON.stringify({ ok: false, seed, digest: played.digest, violation: played.violation, script: shortest }));
  return false;
}
