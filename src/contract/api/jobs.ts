/** Work that outlives its request: backup of all, take-over of many cameras, checks, copy back. Progress per item. */
import { z } from 'zod';
import { atMs } from './common.ts';
import { route } from './route.ts';

export const jobItem = z.strictObject({
  id: z.string(),
  name: z.string(),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'skipped']),
  text: z.string(),
  /** 0 to 1; null: not known. */
  progress: z.number().min(0).max(1).nullable(),
});
export type JobItem = z.infer<typeof jobItem>;

export const job = z.strictObject({
  id: z.string(),
  kind: z.enum(['backup', 'backup all', 'roll back', 'check', 'take over', 'restore', 'copy back', 'standby test']),
  title: z.string(),
  by: z.string(),
  startedMs: atMs,
  endedMs: atMs.nullable(),
  /** Null while running. */
  ok: z.boolean().nullable(),
  items: z.array(jobItem),
});
export type Job = z.infer<typeof job>;

const tag = 'Jobs';
export const jobRoutes = {
  'jobs.list': route('GET /jobs', { tag, summary: 'Running work and that of the last hour, newest first', response: z.array(job) }),
  'jobs.get': route('GET /jobs/:job', {
    tag,
    summary: 'One piece of work with the progress of its items; `waitMs` holds the answer until it ends',
    params: z.strictObject({ job: z.string().min(1).max(100) }),
    query: z.strictObject({ waitMs: z.coerce.number().int().min(0).max(60_000).default(0) }),
    response: job,
    errors: ['input.not-found'],
  }),
};
