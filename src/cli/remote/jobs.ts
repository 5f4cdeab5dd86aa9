import type { Job } from '../../contract/api/jobs.ts';
import { type Answer, table } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Client } from './client.ts';

/** Follows a job; its items are the answer, its failure the exit code. */
export async function followed(client: Client, job: Job): Promise<Answer> {
  const ended = await client.finished(job);
  const rows = ended.items.map((item) => [item.name, item.state, item.text]);
  const text = rows.length === 0 ? 'There is nothing to do.' : table([ended.kind === 'copy back' || ended.kind === 'standby test' ? 'camera' : 'server', 'result', ''], rows);
  return { json: ended, text, exitCode: ended.ok === true ? exitCodes.ok : exitCodes.failed };
}
