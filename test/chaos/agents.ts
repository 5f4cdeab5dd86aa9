import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import { startChild, type Child } from '../../src/cli/site/child.ts';
import { understudyWords } from '../../src/cli/site/site.ts';
import { mark } from './processes.ts';
import type { Stage } from './stage.ts';

const agentReady = z.object({ ready: z.literal(true), port: z.number() });

/** An agent beside those of the site, of a folder with settings; ended with the stage. */
export async function anotherAgent(stage: Stage, folder: string, port = 0): Promise<Child<z.infer<typeof agentReady>>> {
  const args = [...understudyWords, 'agent', '--folder', folder, '--port', String(port), '--json'];
  const agent = await startChild({ name: 'another', args, logFile: `${folder}.log`, ready: agentReady, group: true, env: { [mark]: stage.run } });
  stage.atEnd(() => agent.end());
  return agent;
}

/** A new secret by which a failover server may pair with the agent of a folder. */
export function newPairingSecret(folder: string): string {
  const shown = spawnSync(process.execPath, [...understudyWords, 'agent', 'pair', '--new', '--folder', folder, '--json'], { encoding: 'utf8' });
  return (JSON.parse(shown.stdout) as { readonly pairingSecret: string }).pairingSecret;
}
