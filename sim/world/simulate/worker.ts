/** A process that plays what it is told to, one task after the other. */
import { ProcessDied } from '../time.ts';
import { playFailpoint, learnFailpoints } from './kill-everywhere.ts';
import { cycles } from './memory.ts';
import { playMutant } from './mutants.ts';
import { lossyDays } from './n12.ts';
import { play } from './play.ts';
import { scriptOf } from './script.ts';
import type { Task } from './shards.ts';

// What a killed process of the world still had in the air ends here, as it should.
process.on('unhandledRejection', (error) => {
  if (!(error instanceof ProcessDied)) throw error;
});

async function work(task: Task): Promise<unknown> {
  switch (task.kind) {
    case 'seed': {
      const played = await play(scriptOf(task.seed, task.servers));
      return played.violation === null ? { ...played, history: [] } : played;
    }
    case 'mutant':
      return await playMutant(task.name, task.seeds);
    case 'failpoints':
      return await learnFailpoints();
    case 'failpoint':
      return await playFailpoint(task.name);
    case 'n12':
      return await lossyDays(task);
    case 'memory':
      return await cycles(task.cycles);
  }
}

process.on('message', (task: Task) => {
  const before = process.cpuUsage();
  void work(task).then((result) => {
    const { user, system } = process.cpuUsage(before);
    process.send?.({ task, result, cpuSeconds: (user + system) / 1e6 });
  });
});
process.on('disconnect', () => process.exit(0));
