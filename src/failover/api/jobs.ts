import type { Job, JobItem } from '../../contract/api/jobs.ts';
import { errors, UnderstudyError } from '../../contract/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Random } from '../../platform/random.ts';

const keptMs = 3_600_000;

export interface JobPlan {
  readonly kind: Job['kind'];
  readonly title: string;
  readonly by: string;
  readonly items: readonly Pick<JobItem, 'id' | 'name'>[];
  /** Two jobs with the same key do not run at once; the second caller is told (`role.already-running`). */
  readonly key: string;
}

export interface JobReport {
  /** Text of what is done or went wrong; nothing secret. */
  item(id: string, change: Partial<Omit<JobItem, 'id' | 'name'>>): void;
}

/** Work that outlives its request, in memory: whatever must survive a restart is durable elsewhere. */
export class Jobs {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Log;
  readonly #jobs = new Map<string, { job: Job; readonly key: string; readonly ended: Promise<void> }>();
  readonly #listeners = new Set<(job: Job) => void>();

  constructor(clock: Clock, random: Random, log: Log) {
    this.#clock = clock;
    this.#random = random;
    this.#log = log;
  }

  onChange(listener: (job: Job) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  list(): Job[] {
    const now = this.#clock.wallMs();
    for (const [id, { job }] of this.#jobs) if (job.endedMs !== null && now - job.endedMs > keptMs) this.#jobs.delete(id);
    return [...this.#jobs.values()].map((entry) => entry.job).toReversed();
  }

  get(id: string): Job {
    const entry = this.#jobs.get(id);
    if (entry === undefined) throw new UnderstudyError('input.not-found', 'There is no such work, or it ended over an hour ago.', { field: 'job' });
    return entry.job;
  }

  /** Resolves when the job ended, or after the time. */
  async wait(id: string, ms: number, after: (ms: number, run: () => void) => () => void): Promise<Job> {
    const entry = this.#jobs.get(id);
    if (entry !== undefined && entry.job.endedMs === null && ms > 0) {
      let cancel = (): void => undefined;
      await Promise.race([entry.ended, new Promise<void>((resolve) => (cancel = after(ms, resolve)))]);
      cancel();
    }
    return this.get(id);
  }

  /** Starts the work and returns at once. A rejection fails every item that has not ended. */
  start(plan: JobPlan, work: (report: JobReport) => Promise<void>): Job {
    for (const entry of this.#jobs.values())
      if (entry.key === plan.key && entry.job.endedMs === null)
        throw new UnderstudyError('role.already-running', `${entry.job.title}: already under way, started by ${entry.job.by}.`, { advice: 'Watch its progress.' });
    const id = this.#random.id();
    const items = plan.items.map((item): JobItem => ({ ...item, state: 'waiting', text: '', progress: null }));
    const job: Job = { id, kind: plan.kind, title: plan.title, by: plan.by, startedMs: this.#now(), endedMs: null, ok: null, items };
    const ended = Promise.resolve().then(() => this.#run(id, work));
    this.#jobs.set(id, { job, key: plan.key, ended });
    this.#tell(job);
    return job;
  }

  async #run(id: string, work: (report: JobReport) => Promise<void>): Promise<void> {
    let failure: string | null = null;
    try {
      await work({ item: (item, change) => this.#change(id, (job) => ({ ...job, items: job.items.map((old) => (old.id === item ? { ...old, ...change } : old)) })) });
    } catch (error) {
      failure = error instanceof UnderstudyError ? error.message : errors['process.defect'].text;
      if (!(error instanceof UnderstudyError)) this.#log.error({ error, job: id }, 'work failed unexpectedly');
    }
    this.#change(id, (job) => {
      const items = job.items.map((item) => (item.state === 'waiting' || item.state === 'running' ? closed(item, failure) : item));
      return { ...job, items, endedMs: this.#now(), ok: failure === null && items.every((item) => item.state !== 'failed') };
    });
  }

  #change(id: string, change: (job: Job) => Job): void {
    const entry = this.#jobs.get(id);
    if (entry === undefined) return;
    entry.job = change(entry.job);
    this.#tell(entry.job);
  }

  #tell(job: Job): void {
    for (const listener of this.#listeners) listener(job);
  }

  #now(): number {
    return Math.round(this.#clock.wallMs());
  }
}

const closed = (item: JobItem, failure: string | null): JobItem =>
  failure === null ? { ...item, state: 'done', progress: 1 } : { ...item, state: 'failed', text: failure };
