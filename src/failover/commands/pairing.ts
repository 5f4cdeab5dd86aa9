import type { Directory } from '../directory.ts';
import { pairServer } from '../link/pair.ts';
import type { Parts } from '../parts.ts';

/** What a first, unpinned connection learnt of an agent that proved the pairing secret. */
export interface Paired {
  readonly serverId: string;
  readonly instance: string;
  /** Names this run of the agent. */
  readonly agentBoot: string;
  /** SHA-256 of the agent's key, hex. */
  readonly pin: string;
  readonly name: string;
  readonly make: string;
  readonly makeVersion: string;
}

export interface PairRequest {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  /** Explicit move from the failover server that protects it now. */
  readonly moveProtection: boolean;
}

/** This failover server as agents remember their protector. */
export function linkSelf({ settings }: Directory): { readonly id: string; readonly name: string; readonly footageAddress?: string } {
  const { name, addresses } = settings.settings;
  return { id: settings.id, name, ...(addresses.serverNetwork === '' ? {} : { footageAddress: addresses.serverNetwork }) };
}

export async function pair({ ports, directory }: Parts, request: PairRequest): Promise<Paired> {
  const { welcome, pin } = await pairServer({
    transport: ports.transport, timers: ports.timers, self: linkSelf(directory),
    host: request.host, port: request.port, secret: request.secret, move: request.moveProtection,
  });
  return { serverId: welcome.server, instance: welcome.instance, agentBoot: welcome.agentBoot, pin, name: welcome.name, make: welcome.make, makeVersion: welcome.makeVersion };
}
