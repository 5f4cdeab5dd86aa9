import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Need } from './scenario.ts';

/** The namespaces that every scenario is run in where the machine allows them; all of them end with their first process. */
export const ownNamespaces = ['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child=SIGKILL', '--mount-proc'] as const;

const works = (program: string, words: readonly string[]): boolean => spawnSync(program, [...words], { stdio: 'ignore', timeout: 10_000 }).status === 0;
const inside = (script: string): boolean => works(ownNamespaces[0], [...ownNamespaces.slice(1), 'sh', '-ec', script]);

export const faketimeLibrary = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib'].map((folder) => `${folder}/faketime/libfaketimeMT.so.1`).find((path) => existsSync(path));

const asked: Readonly<Record<Need, { readonly has: () => boolean; readonly advice: string }>> = {
  namespaces: {
    has: () => inside('mkdir -p /run/netns; mount -t tmpfs none /run/netns; ip link add name bridge0 type bridge; ip netns add host0; ip link add name veth0 type veth peer name eth0 netns host0'),
    advice: 'network, mount and process namespaces are not allowed here (root is needed, and iproute2)',
  },
  'packet filter': { has: () => inside('nft add table inet x'), advice: 'packets cannot be dropped here (nftables is needed)' },
  faketime: { has: () => faketimeLibrary !== undefined, advice: 'libfaketime is not installed' },
  'loop device': { has: () => inside('f=$(mktemp); d=$(mktemp -d); truncate -s 8M $f; mkfs.ext4 -q $f; mount -o loop $f $d; umount $d; rm -r $f $d'), advice: 'no disk image can be mounted here (root, a loop device and e2fsprogs are needed)' },
};

const known = new Map<Need, boolean>();

/** Why a scenario cannot be run on this machine; null if it can. */
export function missing(needs: readonly Need[]): string | null {
  for (const need of needs) {
    const has = known.get(need) ?? asked[need].has();
    known.set(need, has);
    if (!has) return asked[need].advice;
  }
  return null;
}
