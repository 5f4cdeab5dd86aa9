import { UnderstudyError } from '../contract/errors.ts';
import type { BlobFolder } from './blob-folder.ts';
import type { Cancel, Timers } from './clock.ts';

/** So long a disk may take for one answer; one that spins up takes seconds. */
const silentMs = 10_000;
/** Calls at once, so at most as many that hang. Backups are written four at a time by themselves: none of them waits for another. */
const atOnce = { reading: 4, writing: 4, tidying: 2 };

/**
 * The same folder, for a disk that may hang (a network disk whose server is gone): nobody waits for it for more than 10 s
 * without an answer (`store.silent`), and few calls hang in it. Each takes one of the process's file threads until it
 * ends, and those are what footage is written with. Time in which the sender or the reader of a body is slow does not count.
 */
export function patientBlobs(blobs: BlobFolder, folder: () => string, timers: Timers): BlobFolder {
  const silent = (): UnderstudyError =>
    new UnderstudyError('store.silent', `The disk of ${folder()} answers nothing for ${silentMs / 1000} s.`, { advice: 'Look at this disk, or at the network to it; it is tried again by itself.' });
  const calls = (most: number): Calls => new Calls(most, timers, silent);
  const [reading, writing, tidying] = [calls(atOnce.reading), calls(atOnce.writing), calls(atOnce.tidying)];
  return {
    marker: () => reading.call(() => blobs.marker()),
    mark: () => tidying.call(() => blobs.mark()),
    remove: (name) => tidying.call(() => blobs.remove(name)),
    sweep: () => tidying.call(() => blobs.sweep()),
    write: (body, nameWhenWhole, id) => writing.call((watch) => blobs.write(watch(body), nameWhenWhole, id)),
    async *read(name) {
      const parts = blobs.read(name)[Symbol.asyncIterator]();
      try {
        for (;;) {
          const next = await reading.call(() => parts.next());
          if (next.done === true) return;
          yield next.value;
        }
      } finally {
        // Not waited for: where it hangs, this would, too.
        void Promise.resolve(parts.return?.()).catch(() => undefined); // what failed was told by the part that failed
      }
    },
  };
}

type Body = AsyncIterable<Uint8Array>;

/** Calls of one kind: so many at once, each for so long. */
class Calls {
  readonly #most: number;
  readonly #timers: Timers;
  readonly #silent: () => UnderstudyError;
  readonly #waiting = new Set<() => void>();
  #running = 0;
  /** Nobody waits for them any more, and they have not ended. */
  #hanging = 0;
  #ended = 0;

  constructor(most: number, timers: Timers, silent: () => UnderstudyError) {
    this.#most = most;
    this.#timers = timers;
    this.#silent = silent;
  }

  async call<T>(work: (watch: (body: Body) => Body) => Promise<T>): Promise<T> {
    if (this.#hanging >= this.#most) throw this.#silent();
    await this.#turn();
    let given = false;
    let giveUp: (error: Error) => void = () => undefined;
    const tooLong = new Promise<never>((_, reject) => (giveUp = reject));
    const start = (): (() => void) =>
      this.#timers.after(silentMs, () => {
        given = true;
        this.#hanging += 1;
        giveUp(this.#silent());
      });
    let stop = start();
    const watch = async function* (body: Body): Body {
      stop();
      for await (const part of body) {
        stop = start();
        yield part;
        stop();
      }
      stop = start();
    };
    const running = work(watch).finally(() => {
      stop();
      if (given) this.#hanging -= 1;
      this.#ended += 1;
      this.#next();
    });
    return await Promise.race([running, tooLong]);
  }

  /** A place among those that run; waited for as long as some of them end. */
  async #turn(): Promise<void> {
    if (this.#running < this.#most) {
      this.#running += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const look = (): Cancel => {
        const before = this.#ended;
        return this.#timers.after(silentMs, () => {
          if (this.#ended !== before) {
            cancel = look();
            return;
          }
          this.#waiting.delete(go);
          reject(this.#silent());
        });
      };
      let cancel = look();
      const go = (): void => {
        this.#waiting.delete(go);
        cancel();
        resolve();
      };
      this.#waiting.add(go);
    });
  }

  #next(): void {
    const [go] = this.#waiting;
    if (go === undefined) this.#running -= 1;
    else go(); // the place passes on without becoming free
  }
}
