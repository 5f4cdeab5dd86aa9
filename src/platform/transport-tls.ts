import { createSecureContext } from 'node:tls';
import { type AddressMemory, type Lookup, makeAddresses } from './transport-addresses.ts';
import { dialTls } from './transport-dial.ts';
import { listenTls, type ListenLimits } from './transport-listen.ts';
import type { TlsIdentity } from './tls-identity.ts';
import type { Transport } from './transport.ts';

/** The real transport: WebSocket over TLS 1.3, a key shown on both sides, pins instead of authorities. */
export function tlsTransport(
  identity: TlsIdentity,
  more: { readonly lookup?: Lookup; readonly memory?: AddressMemory; readonly limits?: ListenLimits } = {},
): Transport {
  const addresses = makeAddresses(more.lookup, more.memory);
  // One for all dials: reading key and certificate anew costs as much as the handshake itself.
  const context = createSecureContext({ key: identity.keyPem, cert: identity.certPem, minVersion: 'TLSv1.3' });
  return {
    fingerprint: identity.fingerprint,
    dial: async (target) => await dialTls(context, addresses, target),
    listen: async (at, accept) => await listenTls(identity, at, accept, more.limits),
  };
}
