import { linkVersion, type Method } from '../../src/contract/link.ts';
import { formatSecret, pairingProof, parseSecret } from '../../src/platform/pairing-proof.ts';
import type { Connection } from '../../src/platform/transport.ts';
import type { Rig } from './rig.ts';

/** What it answers to a request; `body` follows as binary frames. Null: nothing at all, ever. */
export type Lie = { readonly result: unknown; readonly body?: AsyncIterable<Uint8Array> } | null;

export interface HostileAgent {
  readonly port: number;
  readonly secret: string;
  /** Of life signs; a boot of its own may be given. */
  readonly who: { readonly server: string; readonly instance: string; readonly agentBoot: string; readonly boot: string };
  /** Link connections that it welcomed, oldest first. */
  readonly open: readonly Connection[];
  readonly asked: readonly string[];
  lies: { readonly [M in Method]?: (params: never) => Lie };
  say(message: object): void;
}

/** A monitored server in the hands of somebody else: it pairs and welcomes as it should, then says what it likes. */
export async function hostileAgent(rig: Rig, server = 'hostile', name = 'Hostile'): Promise<HostileAgent> {
  const transport = await rig.transport(server);
  const secret = formatSecret(new Uint8Array(16).fill(7));
  const who = { server, instance: 'i', agentBoot: 'a', boot: 'b' };
  const open: Connection[] = [];
  const asked: string[] = [];
  const hello = (connection: Connection, purpose: string): void => {
    const keys = { dialler: connection.peerFingerprint, agent: transport.fingerprint };
    const proof = purpose === 'pair' ? { proof: pairingProof(parseSecret(secret), 'agent', keys) } : {};
    connection.send(JSON.stringify({ type: 'welcome', version: linkVersion, ...who, phase: 'running', name, make: 'm', makeVersion: '1', wallMs: Date.now(), seq: 0, ...proof }));
    if (purpose === 'link') open.push(connection);
  };
  const request = async (connection: Connection, id: number, method: Method, params: never): Promise<void> => {
    asked.push(method);
    const lie = agent.lies[method]?.(params) ?? null;
    if (lie === null) return;
    connection.send(JSON.stringify({ type: 'response', id, ok: true, result: lie.result }));
    let bytes = 0;
    for await (const part of lie.body ?? nothing()) {
      await connection.sendBytes(part);
      bytes += part.length;
    }
    if (lie.body !== undefined) connection.send(JSON.stringify({ type: 'end', id, bytes }));
  };
  const listening = await transport.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
    connection.onClose(() => undefined);
    connection.onMessage((data) => {
      if (typeof data !== 'string') return;
      const message = JSON.parse(data) as { readonly type: string; readonly purpose: string; readonly id: number; readonly method: Method; readonly params: never };
      if (message.type === 'hello') hello(connection, message.purpose);
      if (message.type === 'ping') connection.send(JSON.stringify({ type: 'pong', id: message.id, wallMs: Date.now() }));
      // It was cut off in the middle of its lie: what it deserves.
      if (message.type === 'request') request(connection, message.id, message.method, message.params).catch(() => undefined);
    });
  });
  rig.onEnd(async () => await listening.close());
  const agent: HostileAgent = { port: listening.port, secret, who, open, asked, lies: {}, say: (message) => open.at(-1)?.send(JSON.stringify({ ...who, wallMs: Date.now(), ...message })) };
  return agent;
}

async function* nothing(): AsyncIterable<Uint8Array> {
  // An answer without a body.
}

export const idleProgress = { cameras: [], bytesWritten: 1, disk: { state: 'ok', freeBytes: 1, text: '' }, settingsDigest: 'd' };
