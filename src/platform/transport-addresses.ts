import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/** All addresses of a name; rejects when there are none. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** Where last good addresses are kept over a restart: a failover server may start while DNS is down. */
export interface AddressMemory {
  load(): Readonly<Record<string, string>>;
  save(addresses: Readonly<Record<string, string>>): void;
}

export const forgetfulMemory: AddressMemory = { load: () => ({}), save: () => undefined };

/**
 * Names to addresses, with memory. DNS may fail, hang, or answer an address where nobody is any
 * more: the address that worked last is tried as well (the pinned key tells whether it is still the
 * right host).
 */
export interface Addresses {
  /** In the order to try them. Ends after the last one; throws only if there is none at all. */
  candidates(host: string): AsyncIterable<string>;
  /** This address was dialled and proved its key. */
  worked(host: string, address: string): void;
}

const patienceMs = 300;

export function makeAddresses(resolve: Lookup = systemLookup(), memory: AddressMemory = forgetfulMemory): Addresses {
  const good = new Map<string, string>(Object.entries(memory.load()));
  return {
    async *candidates(host) {
      if (isIP(host) !== 0) {
        yield host;
        return;
      }
      const known = good.get(host);
      const answer = resolve(host).then(
        (addresses) => ({ addresses, error: null }),
        (error: unknown) => ({ addresses: [], error }),
      );
      // A hanging DNS must not cost the seconds that a fresh connection is needed for.
      const soon = known === undefined ? await answer : await Promise.race([answer, wait(patienceMs)]);
      if (soon === null && known !== undefined) yield known;
      const { addresses, error } = await answer;
      if (addresses.length === 0 && known === undefined) throw error ?? new Error(`${host} has no address.`);
      yield* addresses;
      if (known !== undefined) yield known;
    },
    worked(host, address) {
      if (isIP(host) !== 0 || good.get(host) === address) return;
      good.set(host, address);
      memory.save(Object.fromEntries(good));
    },
  };
}

const wait = async (ms: number): Promise<null> => await new Promise((done) => setTimeout(done, ms, null));

/**
 * The system's own names (hosts file, then DNS). Two at a time: each blocks one of libuv's four
 * threads, perhaps for half a minute, and the others must stay free for the disk.
 */
function systemLookup(): Lookup {
  const running = new Map<string, Promise<readonly string[]>>();
  const queue: (() => void)[] = [];
  let free = 2;
  const run = async (host: string): Promise<readonly string[]> => {
    if (free === 0) await new Promise<void>((go) => queue.push(go));
    else free--;
    try {
      return (await lookup(host, { all: true })).map((entry) => entry.address);
    } finally {
      running.delete(host);
      const next = queue.shift();
      if (next === undefined) free++;
      else next();
    }
  };
  return (host) => {
    const there = running.get(host);
    if (there !== undefined) return there;
    const started = run(host);
    running.set(host, started);
    return started;
  };
}
