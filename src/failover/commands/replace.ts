import { agentPort } from '../../contract/link.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import type { Parts } from '../parts.ts';
import type { ServerView, Who } from '../server-types.ts';
import { pair, type Paired } from './pairing.ts';
import { accept } from './servers.ts';

export interface Hardware {
  readonly host: string;
  readonly port?: number;
  readonly pairingSecret: string;
}

const connectMs = 15_000;
const equipMs = 120_000;
const lookMs = 200;

/**
 * New hardware takes identity, settings and failover recordings of a server that will not come back:
 * pairs with it, gives it the old server's id, then the newest verified settings. If the server is
 * taken over it is restored like any other: camera by camera, each after its proof.
 */
export async function replaceServer(parts: Parts, serverId: string, hardware: Hardware, by: Who): Promise<ServerView> {
  const { directory, monitor, documents, ports } = parts;
  const before = directory.get(serverId);
  const backup = documents.fact(serverId);
  if (!backup.usable) throw new UnderstudyError('role.no-backup', `${before.name} has no usable settings backup: ${backup.why}`);
  if (monitor.state(serverId).kind === 'alive')
    throw new UnderstudyError('role.server-alive', `${before.name} is alive; only a server that is gone can be replaced.`);
  const host = hardware.host;
  const port = hardware.port ?? agentPort;
  const paired = await pair(parts, { host, port, secret: hardware.pairingSecret, moveProtection: false });
  if (paired.serverId !== serverId) await giveIdentity(parts, paired, { host, port, serverId });
  const view = accept(parts, { ...before, host, port }, paired, `${by.who} replaced the hardware of ${before.name} (now ${host}:${port})`, by, 'replaced');
  monitor.send(serverId, { type: 'identity accepted', atMs: ports.clock.monotonicMs() });
  void equip(parts, serverId, by);
  return view;
}

/** Over a link of its own under the id that the new installation made for itself. */
async function giveIdentity(parts: Parts, paired: Paired, to: { readonly host: string; readonly port: number; readonly serverId: string }): Promise<void> {
  const { links, directory } = parts;
  if (directory.find(paired.serverId) !== undefined)
    throw new UnderstudyError('input.conflict', `The machine at ${to.host}:${to.port} is in the list already, as ${directory.get(paired.serverId).name}.`);
  links.set({ serverId: paired.serverId, host: to.host, port: to.port, pin: paired.pin, instance: paired.instance });
  try {
    await connected(parts, paired.serverId, connectMs);
    await links.request(paired.serverId, 'identity.adopt', { server: to.serverId });
  } finally {
    links.remove(paired.serverId);
  }
}

/** The settings follow as soon as it is there under its new id; what fails is said and can be repeated (roll back). */
async function equip(parts: Parts, serverId: string, by: Who): Promise<void> {
  const { backups, trail, directory, ports } = parts;
  const name = directory.get(serverId).name;
  try {
    await connected(parts, serverId, equipMs);
    await backups.equip(serverId, by.who);
    trail.note({ severity: 'info', kind: 'settings', serverId, serverName: name, actor: by.who, text: `${name}: the new hardware has the settings of the old one` });
  } catch (error) {
    ports.log.error({ server: serverId, error: (error as Error).message }, 'The new hardware did not get its settings.');
    trail.note({
      severity: 'alarm', kind: 'settings', serverId, serverName: name, actor: 'system',
      text: `${name}: the new hardware did not get its settings (${(error as Error).message}); roll them back from a settings backup`,
    });
  }
}

function connected({ links, ports }: Parts, serverId: string, withinMs: number): Promise<void> {
  const endMs = ports.clock.monotonicMs() + withinMs;
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const status = links.status(serverId);
      if ((status?.connections ?? 0) > 0) resolve();
      else if (ports.clock.monotonicMs() >= endMs) reject(new UnderstudyError('link.unreachable', status?.trouble?.text ?? 'The new hardware does not answer.'));
      else ports.timers.after(lookMs, look);
    };
    look();
  });
}
