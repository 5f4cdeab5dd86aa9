import { UnderstudyError } from '../../contract/errors.ts';
import type { Welcome } from '../../contract/link.ts';
import type { Timers } from '../../platform/clock.ts';
import { openLink } from '../../platform/link-dial.ts';
import { pairingProof, parseSecret, sameProof } from '../../platform/pairing-proof.ts';
import type { Transport } from '../../platform/transport.ts';

export interface Pairing {
  readonly transport: Transport;
  readonly timers: Timers;
  readonly self: { readonly id: string; readonly name: string; readonly footageAddress?: string };
  readonly host: string;
  readonly port: number;
  /** As a person typed it. */
  readonly secret: string;
  /** Take the server over from another failover server that protects it now. */
  readonly move: boolean;
}

/** What to store: who answered, and the key to pin from now on. */
export interface Paired {
  readonly welcome: Welcome;
  readonly pin: string;
}

/**
 * Pairs with an agent. Both sides prove that they know the one-time secret, bound to the keys they
 * see; both then pin. Rejects with `auth.pairing-wrong`, `link.other-protector` (a `Refusal` with
 * `holder`), `link.unreachable`, `link.version`, or `auth.pin-mismatch` if the agent cannot prove it.
 */
export async function pairServer(pairing: Pairing): Promise<Paired> {
  const { transport, self } = pairing;
  const secret = parseSecret(pairing.secret);
  const target = { host: pairing.host, port: pairing.port, pin: null, timeoutMs: 10_000 };
  const { connection, welcome } = await openLink(transport, pairing.timers, target, (to) => ({
    purpose: 'pair',
    from: self.id,
    name: self.name,
    moveProtection: pairing.move,
    proof: pairingProof(secret, 'dialler', { dialler: transport.fingerprint, agent: to.peerFingerprint }),
    ...(self.footageAddress === undefined ? {} : { footageAddress: self.footageAddress }),
  }));
  connection.close('paired');
  const pin = connection.peerFingerprint;
  const expected = pairingProof(secret, 'agent', { dialler: transport.fingerprint, agent: pin });
  if (!sameProof(expected, welcome.proof ?? ''))
    throw new UnderstudyError('auth.pin-mismatch', `${pairing.host} does not know the pairing secret: it is not the agent that showed it.`, {
      advice: 'Check the address. If it is right, somebody may be between the two machines.',
    });
  return { welcome, pin };
}
