/** Monitored servers: the middle list, one server's page, and what may be done with it. */
import { z } from 'zod';
import { idRule, nameRule } from '../settings.ts';
import { addressRule, atMs, atUs, bitRate, cameraParams, capability, confirmBody, durationMs, reason, serverParams } from './common.ts';
import { route } from './route.ts';

export { isAstray } from '../../core/clocks.ts';

/** State words of the detector (DESIGN §4). `not paired`: no key is pinned, nothing can be said. */
export const serverStates = ['not paired', 'never seen', 'connected', 'started', 'alive', 'suspect', 'normal shutdown', 'abnormal shutdown', 'failed'] as const;
export const serverState = z.enum(serverStates);
export type ServerStateWord = z.infer<typeof serverState>;

/** Why a button cannot be pressed, or what its confirmation is about. */
export const capabilityReasons = {
  'taken over already': 'The server is already taken over.',
  'being stopped': 'Recording for this server is just being stopped.',
  'no usable backup': 'There is no usable settings backup:',
  'not offline': 'The server is not offline. Type its name to take it over anyway.',
  'restoring already': 'The server is already being restored.',
  'not taken over': 'The server is not taken over.',
  offline: 'The server is offline; nobody would record its cameras.',
  'nobody records': 'Nobody records its cameras afterwards unless the server is back.',
  'removal stops recording': 'The server is taken over; removing it stops the recording of its cameras.',
  'no change while taken over': 'Cameras cannot be changed while the server is taken over.',
  'no backup while taken over': 'A server is not backed up while it is taken over.',
  'not authorized': 'The server is not authorized.',
  'restore first': 'It is taken over; restore it first.',
  'not paired': 'It is not paired.',
  'not reachable': 'It is offline.',
} as const;
export type CapabilityReason = keyof typeof capabilityReasons;

export const roleWords = ['standby', 'held', 'queued', 'taking over', 'active', 'restoring', 'stopping'] as const;

/** A camera that is not recorded though its server is alive (`gray`), newest frame first lost. */
export const grayCamera = z.strictObject({ cameraId: z.string(), name: z.string(), newestUs: atUs.nullable(), reason });

/** Why a server is not protected; all reasons, worst first. Codes: see check.ts. */
export const protection = z.strictObject({
  protected: z.boolean(),
  reasons: z.array(reason),
  /** When this was last found out by contacting the cameras; null: not yet. */
  checkedMs: atMs.nullable(),
});
export type Protection = z.infer<typeof protection>;

export const backupState = z.strictObject({
  lastGood: z.strictObject({ version: z.int(), atMs, cameras: z.int().nonnegative(), verifiedMs: atMs.nullable() }).nullable(),
  lastAttempt: z.strictObject({ atMs, ok: z.boolean(), trigger: z.enum(['daily', 'caught up', 'on demand', 'settings changed', 'paired']) }).nullable(),
  /** Why the last attempt failed (`failed backup`); null if it was good. */
  error: reason.nullable(),
  /** A backup that waits for a person: empty, or more than 30 % of the cameras lost. */
  held: z.strictObject({ version: z.int(), atMs, reason }).nullable(),
});
export type BackupState = z.infer<typeof backupState>;

export const serverRole = z.strictObject({
  state: z.enum(roleWords),
  sinceMs: atMs.nullable(),
  /** Why it was taken over, or waits. */
  reason: reason.nullable(),
  /** By whom: `automatic` or a person's name. */
  by: z.string().nullable(),
  /** A take-over by hand stays until *Reset restored server* or the end of the maintenance it was made for. */
  pinned: z.boolean(),
  cameras: z.int().nonnegative(),
  camerasRecording: z.int().nonnegative(),
  queuePosition: z.int().positive().nullable(),
  /** Cameras that the recorder did not bring back: they stay with the failover server. */
  camerasKept: z.int().nonnegative(),
});
export type ServerRole = z.infer<typeof serverRole>;

/** What will happen by itself, and when; a person may hold it. */
export const nextAction = z.strictObject({
  id: z.string(),
  action: z.enum(['take over', 'restore', 'fail', 'release', 'end maintenance']),
  /** Null: waits for something else than time, told in `text`. */
  atMs: atMs.nullable(),
  text: z.string(),
  /** The sentence of `text` as a code with its parts. */
  because: reason,
  held: z.boolean(),
  canHold: z.boolean(),
});

export const standbyMode = z.enum(['cold', 'hot']);

export const monitoredServer = z.strictObject({
  id: z.string(),
  name: z.string(),
  address: z.string(),
  /** 1 = first to be taken over. */
  priority: z.int(),
  version: z.int().describe('For changes: the version of name, address, priority, standby, copy back.'),
  state: serverState,
  reason: reason.nullable(),
  sinceMs: atMs.nullable(),
  lastKeepAliveMs: atMs.nullable(),
  link: z.strictObject({ state: z.enum(['connected', 'connecting', 'refused', 'not paired']), reason: reason.nullable() }),
  authorized: z.boolean(),
  make: z.string().nullable(),
  backup: backupState,
  /** Name of the failover server that records for it. */
  takenOverBy: z.string().nullable(),
  protection,
  role: serverRole,
  recordedBy: z.enum(['monitored server', 'failover server', 'both', 'nobody', 'unknown']),
  /** Last proof of recording: newest frame of the worst camera. */
  worstCamera: z.strictObject({ cameraId: z.string(), name: z.string(), newestUs: atUs.nullable() }).nullable(),
  notRecording: z.enum(['no', 'some cameras', 'server']),
  gray: z.array(grayCamera),
  cameras: z.int().nonnegative(),
  next: nextAction.nullable(),
  standby: z.strictObject({
    mode: standbyMode,
    /** Cameras that differ from the mode, and why (chosen, refused a second session, memory ceiling). */
    exceptions: z.array(z.strictObject({ cameraId: z.string(), mode: standbyMode, reason })),
    prerollMs: durationMs,
  }),
  copyBack: z.strictObject({ enabled: z.boolean(), bitsPerSecond: bitRate }),
  maintenance: z.strictObject({ untilMs: atMs, by: z.string(), note: z.string() }).nullable(),
  /** Their clock minus ours; null: not measured. */
  clockOffsetMs: z.number().nullable(),
  openOutageId: z.string().nullable(),
  /** Buttons: allowed, or why not. */
  can: z.strictObject({
    takeOver: capability,
    reset: capability,
    stopRecording: capability,
    backup: capability,
    rollBack: capability,
    edit: capability,
    remove: capability,
    maintenance: capability,
  }),
});
export type MonitoredServer = z.infer<typeof monitoredServer>;

/** One camera of a server's page: what the recorder says and what this failover server does. Never credentials. */
export const serverCamera = z.strictObject({
  cameraId: z.string(),
  name: z.string(),
  address: z.string().describe('host:port of the camera.'),
  priority: z.int(),
  enabled: z.boolean(),
  recorder: z
    .strictObject({
      state: z.string(),
      sinceMs: atMs.nullable().describe('Since when it is in this state, on the clock of the recorder; null: it does not tell.'),
      newestUs: atUs.nullable(),
      reason: reason.nullable(),
      clockOffsetMs: z.number().nullable().describe("The camera's clock (RTCP) minus the recorder's; null: not told."),
    })
    .nullable()
    .describe('What the recorder says of it; null: nothing yet, or it cannot be heard now.'),
  here: z
    .strictObject({
      mode: z.enum(['standby', 'record']),
      state: z.enum(['connecting', 'streaming', 'stalled', 'retrying', 'paused']),
      sinceMs: atMs,
      newestUs: atUs.nullable(),
      reason: reason.nullable(),
      bitsPerSecond: bitRate.nullable(),
      codec: z.string().nullable(),
      clockOffsetMs: z.number().nullable().describe("The camera's clock (RTCP) minus this failover server's; null: not told."),
    })
    .nullable(),
  peakBitsPerSecond: bitRate.nullable(),
  standby: standbyMode,
  /** What was chosen for this camera alone; null: as its server. */
  standbyChoice: standbyMode.nullable(),
  maxSessions: z.int().nullable(),
});
export type ServerCamera = z.infer<typeof serverCamera>;

export const serverDetail = monitoredServer.extend({ cameraList: z.array(serverCamera) });
export type ServerDetail = z.infer<typeof serverDetail>;

const pairing = {
  address: addressRule.describe('Agent address, host or host:port (15410).'),
  pairingSecret: z.string().trim().min(4, 'This is no pairing secret. Type the one that the agent printed: understudy agent pair shows it.').max(200),
};

/** Why a server is in maintenance. */
export const noteRule = z.string().max(500);

const standbyChange = z.strictObject({
  mode: standbyMode.optional().describe('Of the server; missing: as it is.'),
  cameras: z.record(idRule, standbyMode.nullable()).default({}).describe('Choices for single cameras; null: as its server again. Cameras that are not named keep theirs.'),
});

export const serverChange = z.strictObject({
  version: z.int(),
  name: nameRule.optional(),
  address: addressRule.optional(),
  priority: z.int().min(1).max(1000).optional(),
  standby: standbyChange.optional(),
  copyBack: z.strictObject({ enabled: z.boolean(), bitsPerSecond: z.int().min(100_000, 'At least 0.1 Mbit/s.') }).optional(),
});
export type ServerChange = z.infer<typeof serverChange>;

export const maintenanceBody = z.strictObject({
  untilMs: atMs.describe('Mandatory end; at most 30 days from now.'),
  note: noteRule.default(''),
  takeOver: z.boolean().default(false).describe('Take the server over now, without a gap, and restore it at the end.'),
  confirm: z.string().max(200).optional(),
});

const tag = 'Monitored servers';
const params = serverParams;
const missing = ['input.not-found'] as const;

export const serverRoutes = {
  'servers.list': route('GET /servers', { tag, summary: 'Monitored servers with their state', response: z.array(monitoredServer) }),
  'servers.get': route('GET /servers/:server', { tag, summary: 'One monitored server with its cameras', params, response: serverDetail, errors: missing }),
  'servers.add': route('POST /servers', {
    tag,
    summary: 'Add a monitored server and pair with its agent',
    body: z.strictObject({
      ...pairing,
      name: nameRule.optional().describe('Else what the recorder calls itself.'),
      priority: z.int().min(1).max(1000).default(100),
      moveProtection: z.boolean().default(false).describe('Take it from the failover server that protects it now.'),
    }),
    response: monitoredServer,
    status: 201,
    errors: ['link.unreachable', 'auth.pairing-wrong', 'link.other-protector', 'link.identity-twice', 'link.version', 'input.conflict'],
  }),
  'servers.change': route('PATCH /servers/:server', {
    tag,
    summary: 'Change name, address, priority, standby, copy back',
    params,
    body: serverChange,
    response: monitoredServer,
    errors: [...missing, 'input.conflict', 'role.taken-over'],
  }),
  'servers.remove': route('DELETE /servers/:server', {
    tag,
    summary: 'Remove a monitored server: recording stops in order, footage is kept until its retention ends, backups go unless kept',
    params,
    query: z.strictObject({ confirm: z.string().max(200).optional(), keepBackups: z.enum(['true', 'false']).default('true') }),
    errors: [...missing, 'role.confirm'],
  }),
  'servers.authorize': route('POST /servers/:server/authorize', {
    tag,
    summary: 'Pair anew with the agent of this server (new keys, same identity)',
    params,
    body: z.strictObject({ pairingSecret: pairing.pairingSecret, moveProtection: z.boolean().default(false) }),
    response: monitoredServer,
    errors: [...missing, 'link.unreachable', 'auth.pairing-wrong', 'link.other-protector', 'link.identity-twice'],
  }),
  'servers.deauthorize': route('DELETE /servers/:server/authorize', {
    tag,
    summary: 'End the pairing; the server is then not protected',
    params,
    query: z.strictObject({ confirm: z.string().max(200).optional() }),
    response: monitoredServer,
    errors: [...missing, 'role.taken-over', 'role.confirm'],
  }),
  'servers.replace': route('POST /servers/:server/replace', {
    tag,
    summary: 'New hardware takes the identity, settings and failover recordings of this server',
    params,
    body: z.strictObject({ ...pairing, confirm: z.string().max(200).optional() }),
    response: monitoredServer,
    errors: [...missing, 'link.unreachable', 'auth.pairing-wrong', 'role.no-backup', 'role.confirm'],
  }),
};

const command = { tag: 'Commands', params, response: monitoredServer, status: 202 } as const;

export const commandRoutes = {
  'servers.takeOver': route('POST /servers/:server/take-over', {
    ...command,
    summary: 'Take over server; needs the typed name while the server is not offline',
    body: confirmBody,
    errors: [...missing, 'role.already-running', 'role.server-alive', 'role.confirm', 'role.no-backup', 'role.no-capacity'],
  }),
  'servers.reset': route('POST /servers/:server/reset', {
    ...command,
    summary: 'Reset restored server: give the cameras back, one by one, as the recorder proves that it records them',
    body: confirmBody,
    errors: [...missing, 'role.not-taken-over', 'role.server-offline', 'role.already-running'],
  }),
  'servers.stop': route('POST /servers/:server/stop-recording', {
    ...command,
    summary: 'Stop recording for this server, whether or not the recorder is back; needs the typed name',
    body: confirmBody,
    errors: [...missing, 'role.not-taken-over', 'role.confirm'],
  }),
  'servers.maintenance': route('PUT /servers/:server/maintenance', {
    ...command,
    summary: 'Maintenance with a mandatory end: no automatic take-over until then',
    body: maintenanceBody,
    errors: [...missing, 'role.confirm', 'role.no-backup'],
  }),
  'servers.endMaintenance': route('DELETE /servers/:server/maintenance', { ...command, summary: 'End the maintenance now', errors: missing }),
  'servers.hold': route('PUT /servers/:server/next', {
    ...command,
    summary: 'Hold the next automatic action, or let it go on',
    body: z.strictObject({ action: z.string().max(100).describe('`id` of the next action.'), held: z.boolean() }),
    errors: [...missing, 'input.conflict'],
  }),
  'servers.retryCamera': route('POST /servers/:server/cameras/:camera/retry', {
    ...command,
    params: cameraParams,
    summary: 'Ask a paused or refused camera again now',
    errors: missing,
  }),
  'servers.copyBack': route('POST /servers/:server/copy-back', {
    ...command,
    summary: 'The recorder fetches the failover recordings that it misses',
    body: z.strictObject({ bitsPerSecond: z.int().min(100_000).optional() }),
    errors: [...missing, 'role.server-offline', 'link.not-authorized'],
  }),
};
