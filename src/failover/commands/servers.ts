import { agentPort } from '../../contract/link.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import { idRule, nameRule } from '../../contract/settings.ts';
import { takeOverOf } from '../../core/role/duties.ts';
import type { CameraRecord } from '../db/cameras.ts';
import { parseRow } from '../db/rows.ts';
import type { ServerRecord } from '../db/servers.ts';
import type { Parts } from '../parts.ts';
import type { NewServer, ServerPatch, ServerView, Who } from '../server-types.ts';
import { serverView } from '../views.ts';
import { endPairing } from './let-go.ts';
import { pair, type Paired } from './pairing.ts';

const copyBackBits = 50_000_000;

/** Dials, proves the pairing secret, pins the key, becomes the protector; the first backup follows at once. */
export async function addServer(parts: Parts, wish: NewServer, by: Who): Promise<ServerView> {
  const { directory, ports } = parts;
  const name = wish.name === undefined ? null : parseRow(nameRule, wish.name, 'The name');
  const port = wish.port ?? agentPort;
  const paired = await pair(parts, { host: wish.host, port, secret: wish.pairingSecret, moveProtection: wish.moveProtection ?? false });
  const serverId = parseRow(idRule, paired.serverId, 'The server id of the agent');
  if (isSecond(parts, serverId, paired)) throw twice(parts, serverId, wish.host, port);
  if (directory.find(serverId) !== undefined)
    throw new UnderstudyError('input.conflict', `This server is in the list already, as ${directory.get(serverId).name}.`, { advice: 'Authorize that one anew instead.' });
  const server: ServerRecord = {
    id: serverId, name: name ?? nameRule.safeParse(paired.name).data ?? serverId, host: wish.host, port, pin: paired.pin, instance: paired.instance,
    priority: wish.priority ?? 100, standby: wish.standby ?? 'cold', copyBack: { enabled: false, bitsPerSecond: copyBackBits },
    maintenance: null, seenAlive: false, make: paired.make, makeVersion: paired.makeVersion, retention: null, version: 1, addedMs: ports.clock.wallMs(),
  };
  directory.put(server, [
    { severity: 'info', kind: 'settings', serverId, serverName: server.name, actor: by.who, text: `${by.who} added the monitored server ${server.name} (${server.host}:${server.port})` },
  ]);
  parts.monitor.add(serverId, { seenAlive: false, instance: paired.instance });
  parts.roles.add(serverId);
  watch(parts, server);
  await parts.documents.refresh(serverId);
  backUpSoon(parts, serverId, 'paired');
  return serverView(parts, directory.get(serverId));
}

/** Two agents that run at the same time with one identity: a cloned disk. The same agent by another address is none. */
function isSecond({ links, monitor, directory }: Parts, serverId: string, paired: Paired): boolean {
  if (directory.find(serverId) === undefined || (links.status(serverId)?.connections ?? 0) === 0) return false;
  const { agentBoot } = monitor.state(serverId);
  return agentBoot !== null && agentBoot !== paired.agentBoot;
}

function twice({ directory, trail }: Parts, serverId: string, host: string, port: number): UnderstudyError {
  const { name } = directory.get(serverId);
  const text = `The machine at ${host}:${port} has the identity of ${name}, which is connected from another machine: a copy of its disk?`;
  trail.note({ severity: 'alarm', kind: 'settings', serverId, serverName: name, actor: 'system', reason: { code: 'link.identity-twice', text }, text: `A second machine with the identity of ${name} was refused (${host}:${port})` });
  return new UnderstudyError('link.identity-twice', text, { field: 'address', advice: 'Give the copy a settings folder without identity.json, agent.json and link-identity.pem; it is a server of its own then.' });
}

/** Pairs anew: new keys, same identity. */
export async function authorize(parts: Parts, serverId: string, secret: string, by: Who & { readonly moveProtection?: boolean }): Promise<ServerView> {
  const before = parts.directory.get(serverId);
  const paired = await pair(parts, { host: before.host, port: before.port, secret, moveProtection: by.moveProtection ?? false });
  if (paired.serverId !== serverId)
    throw new UnderstudyError('link.identity-twice', `The agent at ${before.host}:${before.port} is another server (${paired.name}).`, { advice: 'If the hardware was replaced, use "replace".' });
  return accept(parts, before, paired, `${by.who} authorized ${before.name} anew`, by);
}

/** Ends the pairing; the server is then not protected. */
export async function deauthorize(parts: Parts, serverId: string, by: Who & { readonly confirm?: string }): Promise<ServerView> {
  const before = parts.directory.get(serverId);
  refuseTakenOver(parts, serverId);
  if (by.confirm !== before.name) throw new UnderstudyError('role.confirm', `Type ${before.name} to end the pairing.`, { field: 'confirm' });
  try {
    await parts.links.request(serverId, 'protector.release', {}, 5000);
  } catch (error) {
    parts.ports.log.info({ server: serverId, error: (error as Error).message }, 'The agent could not be told that its protection ends.');
  }
  endPairing(parts, serverId, { actor: by.who, text: `${by.who} ended the pairing with ${before.name}; it is not protected` });
  return serverView(parts, parts.directory.get(serverId));
}

/** @param code what the event is looked up by later, if it is */
export function accept(parts: Parts, before: ServerRecord, paired: Paired, text: string, by: Who, code?: 'replaced'): ServerView {
  const server: ServerRecord = {
    ...before, pin: paired.pin, instance: paired.instance, make: paired.make, makeVersion: paired.makeVersion, version: before.version + 1,
  };
  parts.directory.put(server, [{ severity: 'info', kind: 'settings', serverId: server.id, serverName: server.name, actor: by.who, ...(code === undefined ? {} : { reason: { code, text } }), text }]);
  watch(parts, server);
  return serverView(parts, server);
}

export function changeServer(parts: Parts, serverId: string, patch: ServerPatch, by: Who): ServerView {
  const { directory } = parts;
  const before = directory.get(serverId);
  refuseOld(before.version, patch.version);
  const server: ServerRecord = {
    ...before,
    name: patch.name === undefined ? before.name : parseRow(nameRule, patch.name, 'The name'),
    host: patch.host ?? before.host,
    port: patch.port ?? before.port,
    priority: patch.priority ?? before.priority,
    standby: patch.standby ?? before.standby,
    copyBack: patch.copyBack ?? before.copyBack,
    version: before.version + 1,
  };
  const cameras = standbyChanges(parts, serverId, patch.cameraStandby ?? {});
  // Saved as it was: nothing happened that a trail should tell, and nobody else's version is made old.
  if (cameras.length === 0 && JSON.stringify({ ...server, version: before.version }) === JSON.stringify(before)) return serverView(parts, before);
  const what = Object.keys(patch).filter((key) => key !== 'version' && key !== 'cameraStandby');
  directory.put(server, [
    { severity: 'info', kind: 'settings', serverId, serverName: server.name, actor: by.who, text: `${by.who} changed ${server.name}: ${[...what, ...cameras.map(standbyText)].join(', ')}` },
  ]);
  if (cameras.length > 0) directory.putCameras(serverId, cameras);
  if (server.host !== before.host || server.port !== before.port) watch(parts, server);
  parts.desk.soon();
  return serverView(parts, server);
}

/** Cameras for which another standby is chosen than they have. */
function standbyChanges({ directory }: Parts, serverId: string, choice: Readonly<Record<string, 'cold' | 'hot' | null>>): readonly CameraRecord[] {
  const cameras = directory.cameras(serverId);
  const unknown = Object.keys(choice).find((id) => !cameras.some((camera) => camera.id === id));
  if (unknown !== undefined) throw new UnderstudyError('input.not-found', `It has no camera "${unknown}".`, { field: 'standby.cameras', advice: 'Nothing was changed. The cameras of a server are known from its settings backup.' });
  return cameras.flatMap((camera) => {
    const wish = choice[camera.id];
    return wish === undefined || wish === camera.standby ? [] : [{ ...camera, standby: wish }];
  });
}

const standbyText = ({ name, standby }: CameraRecord): string => `standby of ${name}: ${standby ?? 'as the server'}`;

export function watch({ links }: Parts, server: ServerRecord): void {
  if (server.pin !== null) links.set({ serverId: server.id, host: server.host, port: server.port, pin: server.pin, instance: server.instance });
}

function refuseTakenOver({ roles }: Parts, serverId: string): void {
  const role = roles.state(serverId);
  if (role !== undefined && takeOverOf(role) !== null) throw new UnderstudyError('role.taken-over', 'The server is taken over. Restore it first.');
}

/** The first backup may fail without spoiling the pairing: the vault tells of it and tries again. */
function backUpSoon({ backups, ports }: Parts, serverId: string, why: string): void {
  backups.backup(serverId, why).catch((error: unknown) => {
    ports.log.warn({ server: serverId, error: (error as Error).message }, 'The first settings backup failed.');
  });
}

/** A change was made from an older version of what it changes. */
function refuseOld(now: number, from: number | undefined): void {
  if (from !== undefined && from !== now)
    throw new UnderstudyError('input.conflict', 'Somebody changed it meanwhile.', { advice: 'Read it again and repeat the change.', field: 'version' });
}
