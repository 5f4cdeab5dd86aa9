import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { signal } from '../../platform/process.ts';
import { until, type RecorderSite } from './site.ts';

/** The recorder's own process id, from the lock file of its folder. */
export async function recorderPid(recorder: RecorderSite): Promise<number> {
  return await until(`${recorder.name} tells its process id`, 10_000, async () => Number.parseInt(/\d+/.exec(await readFile(join(recorder.folder, 'recorder.lock'), 'utf8'))?.[0] ?? '', 10) || null);
}

/** As if the power went: agent and recorder get SIGKILL, nobody can say goodbye. */
export async function pullPower(recorder: RecorderSite): Promise<void> {
  const pid = await recorderPid(recorder);
  // Agent and recorder may be one process group: then one signal ends both.
  recorder.agent.signal('SIGKILL');
  signal(pid, 'SIGKILL');
  await recorder.agent.gone;
}

export async function freeze(recorder: RecorderSite): Promise<void> {
  const pid = await recorderPid(recorder);
  recorder.agent.signal('SIGSTOP');
  process.kill(pid, 'SIGSTOP');
}

export async function thaw(recorder: RecorderSite): Promise<void> {
  process.kill(await recorderPid(recorder), 'SIGCONT');
  recorder.agent.signal('SIGCONT');
}
