import type { ErrorCode } from '../contract/errors.ts';
import type { Hello } from '../contract/link.ts';
import { chooseVersion } from '../contract/link-parse.ts';
import { pairingProof, sameProof } from '../platform/pairing-proof.ts';
import type { AgentMemory, Protector } from './memory.ts';

/** Everything that decides whether a hello is welcome. */
export interface Caller {
  readonly hello: Hello;
  /** Key that the caller proved in TLS. */
  readonly fingerprint: string;
  readonly ownFingerprint: string;
  readonly memory: AgentMemory;
  readonly openSecret: Uint8Array | null;
  /** Wrong pairing attempts make the next ones wait; ms left, 0: none. */
  readonly blockedMs: number;
  readonly wallMs: number;
}

export type Admission =
  | { readonly kind: 'link' | 'bulk'; readonly version: number; readonly rename: AgentMemory | null }
  /** `memory` must be durable before the caller hears of it. */
  | { readonly kind: 'paired'; readonly version: number; readonly memory: AgentMemory; readonly proof: string; readonly news: boolean }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly text: string; readonly holder?: string; readonly wrongSecret?: true };

/** Exactly one protector: the paired key, and nobody else, until it is moved with a new pairing secret. */
export function admit(caller: Caller): Admission {
  const { hello } = caller;
  const version = chooseVersion(hello);
  if (version === null) return refuse('link.version', `This agent does not speak version ${hello.version} of the link. Update the older of the two.`);
  if (hello.purpose === 'pair') return pair(caller, version);
  if (hello.purpose === 'footage') return refuse('link.protocol', 'An agent is not asked for failover recordings; a failover server is.');
  return known(caller, hello.purpose, version);
}

function known({ hello, fingerprint, memory }: Caller, kind: 'link' | 'bulk', version: number): Admission {
  const { protector } = memory;
  if (protector === null) return refuse('link.not-authorized', 'This server is not paired with any failover server.');
  if (protector.fingerprint === fingerprint) return { kind, version, rename: renamed(memory, protector, hello.name) };
  if (protector.id === hello.from)
    return refuse('auth.pin-mismatch', `${hello.name} shows another key than it was paired with. Pair it again if it was installed anew.`);
  return otherProtector(protector);
}

function renamed(memory: AgentMemory, protector: Protector, name: string): AgentMemory | null {
  return protector.name === name ? null : { ...memory, protector: { ...protector, name } };
}

function pair(caller: Caller, version: number): Admission {
  const { hello, fingerprint, memory, openSecret } = caller;
  const { protector } = memory;
  if (caller.blockedMs > 0)
    return refuse('auth.pairing-wrong', `Too many wrong pairing secrets. Try again in ${Math.ceil(caller.blockedMs / 1000)} s.`);
  const keys = { dialler: fingerprint, agent: caller.ownFingerprint };
  const repeated = protector !== null && protector.fingerprint === fingerprint ? Buffer.from(protector.usedSecret, 'hex') : null;
  // A crash between writing the memory and voiding the secret leaves it open: used is used.
  const open = openSecret !== null && hex(openSecret) !== protector?.usedSecret ? openSecret : null;
  const secret = [open, repeated].find((one) => one !== null && sameProof(pairingProof(one, 'dialler', keys), hello.proof ?? ''));
  if (secret === undefined || secret === null)
    return { ...refuse('auth.pairing-wrong', 'The pairing secret is wrong or was used already. A new one is made on the monitored server by: understudy agent pair --new'), wrongSecret: true };
  if (protector !== null && protector.fingerprint !== fingerprint && hello.moveProtection !== true) return otherProtector(protector);
  const next: Protector = { id: hello.from, name: hello.name, fingerprint, pairedAtMs: caller.wallMs, usedSecret: hex(secret) };
  return { kind: 'paired', version, memory: { ...memory, protector: next }, proof: pairingProof(secret, 'agent', keys), news: secret === open };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const refuse = (code: ErrorCode, text: string): Extract<Admission, { kind: 'refused' }> => ({ kind: 'refused', code, text });

const otherProtector = (protector: Protector): Admission => ({
  ...refuse('link.other-protector', `${protector.name} protects this server. Moving it needs a new pairing secret and the word to move.`),
  holder: protector.name,
});
