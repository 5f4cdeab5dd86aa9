/** A process that plays what it is told to, one task after the other. */
import { ProcessDied } from '../time.ts';
import { playFailpoint, learnFailpoints } from './kill-everywhere.ts';
import { cycles } from './memory.ts';
import { playMutant } from './mutants.ts';
import { lossyDays } from './n12.ts';
import { play, type Played } from './play.ts';
import { scriptOf } from './script.ts';
import type { Task } from './shards.ts';

/** What would have ended the process of the product in the seed that is played. */
let defect: unknown = null;

// What a killed process of the world still had in the air ends here, as it should.
process.on('unhandledRejection', (error) => {
  if (!(error instanceof ProcessDied)) defect ??= error;
});

/** Told with its seed: a worker that ended would take the name of what broke it along. */
function withDefect(played: Played): Played {
  const text = defect instanceof Error ? (defect.stack ?? defect.message) : String(defect);
  return defect === null || played.violation !== null ? played : { ...played, violation: { rule: 'a defect', text, atMs: played.lengthMs } };
}

async function work(task: Task): Promise<unknown> {
  switch (task.kind) {
    case 'seed': {
      defect = null;
      const played = withDefect(await play(scriptOf(task.seed, task.servers)));
      return played.violation === null ? { ...played, history: [] } : played;
    }
    case 'mutant':
      return await playMutant(task.name, task.seeds);
    case 'failpoints':
      return await whole(learnFailpoints());
    case 'failpoint':
      return await whole(playFailpoint(task.name));
    case 'n12':
      return await whole(lossyDays(task));
    case 'memory':
      return await whole(cycles(task.cycles));
  }
}

async function whole<T>(work: Promise<T>): Promise<T> {
  defect = null;
  const result = await work;
  if (defect !== null) throw defect;
  return result;
}

process.on('message', (task: Task) => {
  const before = process.cpuUsage();
  void work(task).then((result) => {
    const { user, system } = process.cpuUsage(before);
    process.send?.({ task, result, cpuSeconds: (user + system) / 1e6 });
  });
});
process.on('disconnect', () => process.exit(0));
