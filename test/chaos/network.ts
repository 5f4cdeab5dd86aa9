import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Places } from '../../src/cli/site/site.ts';

const run = promisify(execFile);

/** A switch with one cable per host, each host with a network of its own; and a second, hidden one by which we watch. */
export interface Network {
  readonly places: Places;
  /** Pulls the cable of a host out of the switch; nothing gets out or in, nobody is told. */
  unplug(host: string): Promise<void>;
  plug(host: string): Promise<void>;
  /** The switch itself stands still: cables in, nothing forwarded. */
  switchOff(): Promise<void>;
  switchOn(): Promise<void>;
  /** Packets from one host to another vanish, one way. */
  block(from: string, to: string): Promise<void>;
  /** A share of all packets to and from a host vanishes, each way. */
  lose(host: string, percent: number): Promise<void>;
  /** A firewall forgets all connections between two hosts: their packets vanish, new connections pass. Tells how many. */
  forgetConnections(a: string, b: string): Promise<number>;
  /** Ends all rules of `block`, `lose` and `forgetConnections`. */
  heal(): Promise<void>;
  /** Power off: the cable falls silent first, so that not one FIN or RST gets out, then everything of the host is killed. */
  powerOff(host: string): Promise<void>;
}

/** Lays the networks; they vanish with the namespace that we were started in. */
export async function layNetwork(hosts: readonly string[], env: (host: string) => Readonly<Record<string, string>>): Promise<Network> {
  const ip = async (...words: string[]): Promise<string> => (await run('ip', words)).stdout;
  await mkdir('/run/netns', { recursive: true });
  // Names of namespaces are files: on a file system of our own nobody else sees them, and nothing is left behind.
  await run('mount', ['-t', 'tmpfs', 'understudy-chaos', '/run/netns']);
  for (const bridge of ['switch', 'watch']) {
    await ip('link', 'add', 'name', bridge, 'type', 'bridge');
    await ip('link', 'set', bridge, 'up');
  }
  await ip('addr', 'add', '10.78.0.1/24', 'dev', 'watch');
  const number = (host: string): number => 10 + hosts.indexOf(host);
  const nft = async (host: string, ...words: string[]): Promise<void> => void (await run('nsenter', [`--net=/run/netns/${host}`, 'nft', ...words]));
  for (const host of hosts) {
    await ip('netns', 'add', host);
    await ip('-n', host, 'link', 'set', 'lo', 'up');
    for (const [bridge, device, address] of [['switch', 'eth0', `10.77.0.${number(host)}/24`], ['watch', 'eth1', `10.78.0.${number(host)}/24`]] as const) {
      const cable = `${bridge.slice(0, 1)}-${host}`;
      await ip('link', 'add', 'name', cable, 'type', 'veth', 'peer', 'name', device, 'netns', host);
      await ip('link', 'set', cable, 'master', bridge);
      await ip('link', 'set', cable, 'up');
      await ip('-n', host, 'addr', 'add', address, 'dev', device);
      await ip('-n', host, 'link', 'set', device, 'up');
    }
  }
  const address = (host: string): string => `10.77.0.${number(host)}`;
  const rules = async (host: string): Promise<void> => {
    await nft(host, 'add', 'table', 'inet', 'chaos');
    for (const hook of ['input', 'output']) await nft(host, 'add', 'chain', 'inet', 'chaos', hook, `{ type filter hook ${hook} priority 0; }`);
  };
  const self: Network = {
    places: {
      ownCables: true,
      address,
      ownWay: (host) => `10.78.0.${number(host)}`,
      launch: (host) => ({ before: ['nsenter', `--net=/run/netns/${host}`], env: env(host) }),
    },
    unplug: async (host) => void (await ip('link', 'set', `s-${host}`, 'down')),
    plug: async (host) => void (await ip('link', 'set', `s-${host}`, 'up')),
    switchOff: async () => void (await ip('link', 'set', 'switch', 'down')),
    switchOn: async () => void (await ip('link', 'set', 'switch', 'up')),
    async block(from, to) {
      await rules(to);
      await nft(to, 'add', 'rule', 'inet', 'chaos', 'input', 'ip', 'saddr', address(from), 'drop');
    },
    async lose(host, percent) {
      // Where they arrive: whose packet is refused where it leaves is told so, and sends it again at once.
      for (const at of hosts) {
        const from = at === host ? [] : ['ip', 'saddr', address(host)];
        await rules(at);
        await nft(at, 'add', 'rule', 'inet', 'chaos', 'input', 'iifname', 'eth0', ...from, 'numgen', 'random', 'mod', '100', '<', String(percent), 'drop');
      }
    },
    async forgetConnections(a, b) {
      const { stdout } = await run('nsenter', [`--net=/run/netns/${a}`, 'ss', '-Htn', 'state', 'established', 'dst', address(b)]);
      const pairs = stdout.trim().split('\n').filter((line) => line !== '').map((line) => line.trim().split(/\s+/).slice(2, 4).map((end) => end.split(':').at(-1)!));
      await rules(a);
      for (const [mine, theirs] of pairs) {
        await nft(a, 'add', 'rule', 'inet', 'chaos', 'output', 'tcp', 'sport', mine!, 'tcp', 'dport', theirs!, 'drop');
        await nft(a, 'add', 'rule', 'inet', 'chaos', 'input', 'tcp', 'sport', theirs!, 'tcp', 'dport', mine!, 'drop');
      }
      return pairs.length;
    },
    async heal() {
      for (const host of hosts) {
        await rules(host);
        await nft(host, 'delete', 'table', 'inet', 'chaos');
      }
    },
    async powerOff(host) {
      await self.unplug(host);
      const living = async (): Promise<readonly number[]> => (await ip('netns', 'pids', host)).trim().split('\n').filter((line) => line !== '').map(Number);
      for (let pids = await living(); pids.length > 0; pids = await living()) {
        for (const pid of pids) kill(pid);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
  return self;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
