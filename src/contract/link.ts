/**
 * The link between a failover server and an agent. The failover server dials; TLS with pinned keys
 * on both sides. Text frames are one JSON message each, binary frames are the body of a bulk answer.
 *
 * Unknown keys are ignored (objects are not strict) and one version back is spoken; everything else
 * is refused with `link.protocol` and changes nothing.
 *
 * Life signs carry who and when: `instance` (this installation of the agent, persisted), `agentBoot`
 * (this run of the agent process), `boot` (this run of the recorder), `seq` (rises with every life
 * sign of one agentBoot, over all its connections). The newest hello wins; boots are not ordered. A
 * life sign of another `agentBoot` than the newest welcome's, or with a `seq` not above the last
 * seen, is ignored.
 */
import { z } from 'zod';
import { idRule } from './settings.ts';

/** 2: `beat` came. Version 1 is still spoken. */
export const linkVersion = 2;
export const oldestLinkVersion = 1;
/** Failover server → agent. */
export const agentPort = 15410;
/** Agent or recorder → failover server: reading failover recordings, raising alarms. */
export const failoverPort = 15411;

const id = z.string().min(1).max(100);
/** Shown to people and written to logs: no control characters. */
const name = z.string().max(200).regex(/^[^\p{Cc}]*$/u);
const timeUs = z.number().int();
/** What a clock can show: the range of `Date`. */
const clockMs = z.number().min(-8.64e15).max(8.64e15);
const span = z.object({ fromUs: timeUs, toUs: timeUs });

/** Progress: proof of recording, camera by camera. Times are on the recorder's host clock. */
export const cameraProgress = z.object({
  id,
  /** Newest frame written to disk; null: none yet in this boot. */
  newestUs: timeUs.nullable(),
  /** First frame of the unbroken run of writing that still goes on; null while not writing. */
  sinceUs: timeUs.nullable(),
  /** Everything up to here survives a power-off. */
  durableUs: timeUs.nullable(),
  state: z.string().max(40),
  /** Since when it is in this state; missing: it does not tell. Dialling and waiting for the next try count as one. */
  stateSinceUs: timeUs.optional(),
  /** The camera's own clock (RTCP) minus the recorder's, to a tenth of a second; missing: it does not tell. Shown, never obeyed. */
  clockOffsetMs: z.int().optional(),
  reason: z.string().max(500).optional(),
  /** Of the reason, one of errors.ts. */
  code: z.string().max(60).optional(),
  gopMs: z.number().nonnegative().optional(),
  bitsPerSecond: z.number().nonnegative().optional(),
  peakBitsPerSecond: z.number().nonnegative().optional(),
  /** Packets of it that never came, since the recorder's start; missing: it does not tell. A rise says that pictures are missing in a run that goes on. */
  packetsLost: z.int().nonnegative().optional(),
});
export type CameraProgress = z.infer<typeof cameraProgress>;

export const progress = z.object({
  cameras: z.array(cameraProgress).max(10_000),
  bytesWritten: z.number().nonnegative(),
  disk: z.object({
    state: z.enum(['ok', 'full', 'missing', 'read-only', 'unknown']),
    freeBytes: z.number().nonnegative(),
    text: z.string().max(500).default(''),
  }),
  /** Digest of the settings in force; a change makes the failover server fetch a backup. */
  settingsDigest: z.string().max(128),
});
export type Progress = z.infer<typeof progress>;

/** What the agent knows of the recorder's life, so that a new connection starts from the truth. */
export const recorderPhase = z.enum(['starting', 'running', 'stopped normally', 'stopped by error', 'unknown']);
export type RecorderPhase = z.infer<typeof recorderPhase>;

/** Why one of the recorder's settings files is not what is in force: field, rule and what follows, never a value. */
export const settingsProblem = z.object({ code: z.string().max(60), text: z.string().max(1000) });
export type SettingsProblem = z.infer<typeof settingsProblem>;

const lifeSign = z.object({
  server: id,
  instance: id,
  agentBoot: id,
  boot: id,
  seq: z.int().positive(),
  /** Agent's wall clock when sent, ms; the link measures the offset, nothing decides by it. */
  wallMs: z.number(),
});

export const lifeSignMessage = z.discriminatedUnion('type', [
  /** The recorder of `boot` has loaded its settings and starts to record. */
  lifeSign.extend({ type: z.literal('startup') }),
  /**
   * With `phase` *running* it is the recorder's keep-alive. With any other phase the agent speaks for
   * itself alone: the host lives, the recorder does not (yet), and no state moves on by it.
   */
  lifeSign.extend({
    type: z.literal('keep-alive'),
    phase: recorderPhase,
    progress,
    /** How old `progress` is; missing: fresh. A recorder that hangs shows by this and by its cameras' `newestUs`. */
    progressAgeMs: z.number().nonnegative().optional(),
    /** Missing: all of them fit, or the agent does not tell. */
    settingsProblems: z.array(settingsProblem).max(10).optional(),
  }),
  /** Shut down on purpose: by a person, an update, the host going down. */
  lifeSign.extend({ type: z.literal('normal shutdown'), reason: z.string().max(500) }),
  /** The recorder's process ended with an error; the agent and the host live. */
  lifeSign.extend({
    type: z.literal('abnormal shutdown'),
    code: z.int().nullable(),
    signal: z.string().max(20).nullable(),
    /** When the agent will start it again; null: it gave up. */
    restartInMs: z.number().nonnegative().nullable(),
  }),
  /** The agent itself ends on purpose; `recorderGoesOn` tells the recorder's exit and the agent's apart. */
  lifeSign.extend({ type: z.literal('agent exit'), recorderGoesOn: z.boolean() }),
]);
export type LifeSign = z.infer<typeof lifeSignMessage>;

/**
 * From version 2 on: a keep-alive in short. It says again what the newest whole `keep-alive` of the
 * same connection said (`base`: its `seq`), with these numbers instead. Only `running` recorders with
 * fresh progress are told of so, and only while nothing else changed but bit rates and clocks; a whole one comes
 * at least every 15 s, and first on every new connection.
 */
export const beat = z.object({
  type: z.literal('beat'),
  base: z.int().positive(),
  seq: z.int().positive(),
  /** Agent's wall clock when sent, ms. */
  wallMs: z.number(),
  /** µs to add to the base's `newestUs`, for its cameras in its order; 0 where that is null. */
  newestUs: z.array(timeUs).max(10_000),
  /** The same for `durableUs`. */
  durableUs: z.array(timeUs).max(10_000),
  bytesWritten: z.number().nonnegative(),
  freeBytes: z.number().nonnegative(),
});
export type Beat = z.infer<typeof beat>;

/** First message on every connection, from the side that dials. */
export const hello = z.object({
  type: z.literal('hello'),
  version: z.int(),
  oldestVersion: z.int(),
  /**
   * `link`: life signs and small requests. `bulk`: one request with a streamed answer.
   * `pair`: not pinned yet, proves the pairing secret. `footage`: agent or recorder asks a failover server.
   */
  purpose: z.enum(['link', 'bulk', 'pair', 'footage']),
  /** Who dials: failover server id, or server id for `footage`. */
  from: id,
  name,
  /** How often keep-alives shall come (told by the failover server). */
  keepAliveMs: z.int().min(50).max(60_000).optional(),
  /** After this silence of the failover server the agent raises an alarm of its own. */
  keepAliveTimeoutMs: z.int().min(100).max(3_600_000).optional(),
  /** Explicit move of the server to this protector. */
  moveProtection: z.boolean().optional(),
  /** `pair`: see `platform/pairing-proof`: HMAC-SHA-256 by the pairing secret over role and both key fingerprints, hex. */
  proof: z.string().max(128).optional(),
  /** Where the dialler's own footage port listens, for the pointer in the recorder's ini. */
  footageAddress: z.string().max(300).optional(),
});
export type Hello = z.infer<typeof hello>;

export const welcome = z.object({
  type: z.literal('welcome'),
  version: z.int(),
  /** Becomes a folder name at the failover server. */
  server: idRule,
  instance: id,
  agentBoot: id,
  boot: id,
  phase: recorderPhase,
  name,
  make: z.string().max(100),
  makeVersion: z.string().max(100),
  wallMs: clockMs,
  /** Next `seq` will be above this. */
  seq: z.int().nonnegative(),
  proof: z.string().max(128).optional(),
});
export type Welcome = z.infer<typeof welcome>;

/** The refusal names the rule; for `link.other-protector` `holder` is the protector's name. */
export const refused = z.object({
  type: z.literal('refused'),
  code: z.string().max(60),
  text: z.string().max(1000),
  holder: z.string().max(200).optional(),
});

/** One settings file of the recorder's make, relative path with "/"; the body follows as binary frames. */
export const settingsFile = z.object({
  path: z
    .string()
    .min(1)
    .max(500)
    .refine((path) => !path.startsWith('/') && !path.includes('\\') && !path.split('/').includes('..'), 'A relative path inside the folder.'),
  bytes: z.int().nonnegative(),
  sha256: z.string().length(64),
});
export type SettingsFile = z.infer<typeof settingsFile>;

/** All settings files of a server together: what is longer can be neither backed up nor put back. */
export const mostSettingsBytes = 256 * 1024 * 1024;
const settingsFiles = z.array(settingsFile).max(10_000);

/** Folder names: what is not one is refused before it comes near a disk. */
const camera = z.object({ serverId: idRule, cameraId: idRule });

export const evidenceLock = camera.extend({
  id,
  fromUs: timeUs,
  toUs: timeUs,
  reason: z.string().max(500),
  lockedBy: z.string().max(200),
  lockedAtUs: timeUs,
});

const evidenceLocks = z.array(evidenceLock).max(10_000);

/**
 * Requests and their answers. `bulk: true`: on a connection of its own, the JSON answer is followed by
 * binary frames and one `end` message.
 */
export const methods = {
  /** Settings in force: neutral document + the make's files (bodies in the order of `files`). */
  'settings.get': {
    params: z.object({}),
    result: z.object({ digest: z.string(), document: z.unknown(), files: settingsFiles }),
    bulk: true,
  },
  /** Roll back: files are uploaded by the asker as binary frames after the request, then `end`. */
  'settings.put': {
    params: z.object({ files: settingsFiles }),
    result: z.object({ digest: z.string() }),
    bulk: true,
  },
  'footage.coverage': {
    params: camera.extend({ span }),
    result: z.object({ spans: z.array(span).max(50_000), deleted: z.array(span).max(50_000).optional(), exactness: z.enum(['exact', 'approximate']), durableUntilUs: timeUs.nullable() }),
    bulk: false,
  },
  /** Index rows without data, encoded by contract/footage-wire. */
  'footage.rows': { params: camera.extend({ span }), result: z.object({}), bulk: true },
  /** Footage with data, encoded by contract/footage-wire. */
  'footage.read': { params: camera.extend({ span }), result: z.object({}), bulk: true },
  'footage.locks': { params: z.object({ locks: evidenceLocks }), result: z.object({ locks: evidenceLocks }), bulk: false },
  'footage.unlock': { params: z.object({ id }), result: z.object({}), bulk: false },
  /** Write the seed's ini parameter into the recorder's own folder, or say the line to paste. */
  'footage.pointer': {
    params: z.object({ failoverAddress: z.string().max(300), monitoredAddress: z.string().max(300) }),
    result: z.object({ written: z.boolean(), file: z.string().nullable(), line: z.string() }),
    bulk: false,
  },
  /** Fetch what the failover server recorded into the recorder's own store (issue: copy back). */
  'footage.copyBack': {
    params: camera.extend({ span, bytesPerSecond: z.int().positive() }),
    result: z.object({ state: z.enum(['running', 'done', 'unsupported']), copied: z.array(span), text: z.string() }),
    bulk: false,
  },
  /** Single-session cameras: let the recorder leave a camera alone, and take it again. */
  'cameras.release': { params: z.object({ cameras: z.array(id) }), result: z.object({ supported: z.boolean() }), bulk: false },
  'cameras.resume': { params: z.object({ cameras: z.array(id) }), result: z.object({ supported: z.boolean() }), bulk: false },
  /** New hardware takes the identity of a server that will not come back; refused unless it has no cameras of its own. */
  'identity.adopt': { params: z.object({ server: id }), result: z.object({}), bulk: false },
  'protector.release': { params: z.object({}), result: z.object({}), bulk: false },
} as const;
export type Method = keyof typeof methods;
export type Params<M extends Method> = z.infer<(typeof methods)[M]['params']>;
export type Result<M extends Method> = z.infer<(typeof methods)[M]['result']>;

export const request = z.object({ type: z.literal('request'), id: z.int(), method: z.string().max(60), params: z.unknown() });
export const response = z.discriminatedUnion('ok', [
  z.object({ type: z.literal('response'), id: z.int(), ok: z.literal(true), result: z.unknown() }),
  z.object({
    type: z.literal('response'),
    id: z.int(),
    ok: z.literal(false),
    error: z.object({ code: z.string().max(60), text: z.string().max(2000) }),
  }),
]);
/** Failover server → agent, every few seconds: measures the clock offset, and is its own sign of life. */
export const ping = z.object({ type: z.literal('ping'), id: z.int() });
export const pong = z.object({ type: z.literal('pong'), id: z.int(), wallMs: clockMs });

/** Ends the binary frames of a bulk transfer; `bytes` lets the receiver notice a cut one. */
export const end = z.object({ type: z.literal('end'), id: z.int(), bytes: z.number().nonnegative(), error: z.string().max(2000).optional() });
