/** What comes in over the links: to the detectors first, then to whom it concerns. */
import { isConcludedFromSilence, nextByTime, silenceOf } from '../core/detector/questions.ts';
import type { DetectorEvent, DetectorSettings, DetectorState } from '../core/detector/types.ts';
import { stateName, words } from '../core/detector/words.ts';
import { takeOverOf } from '../core/role/duties.ts';
import type { KeepAlive } from '../contract/beat.ts';
import type { Progress } from '../contract/link.ts';
import type { ErrorCode } from '../contract/errors.ts';
import type { LinkEvent } from './link/contract.ts';
import { detectorSettings } from './monitor/time-outs.ts';
import { lookAtOutage } from './outages/look.ts';
import { leaveToUs, takeAgain, takeBackGiven } from './recording/singles.ts';
import { giveWayTo } from './recording/watch.ts';
import type { LastProgress, Parts } from './parts.ts';

/** Troubles that a person must solve; the others are part of an outage. */
const needsPerson: readonly ErrorCode[] = ['auth.pin-mismatch', 'link.other-protector', 'link.identity-twice', 'link.version', 'link.protocol'];
/** The vault is reminded of the digest that often: it may have been busy, or not allowed, when it changed. */
const remindDigestMs = 60_000;
const learnRatesMs = 60_000;
/** Nothing is proven by a keep-alive that was under way for longer. The next one comes soon, or the server is silent. */
const mostLateMs = 2_000;

export function hearLink(parts: Parts, event: LinkEvent): void {
  const { serverId } = event;
  if (parts.directory.find(serverId) === undefined) return;
  if (event.type === 'connected') connected(parts, event);
  if (event.type === 'trouble' && needsPerson.includes(event.code)) parts.trail.raise(event.code, serverId, event.text);
  if (event.type === 'life sign' && event.sign.type === 'keep-alive') keptAlive(parts, serverId, event.sign, event.atMs);
  parts.monitor.hear(event);
  if (event.type !== 'life sign') parts.trail.emit({ type: 'server', serverId });
}

function connected(parts: Parts, event: Extract<LinkEvent, { type: 'connected' }>): void {
  const { directory, trail } = parts;
  for (const code of needsPerson) if (code !== 'link.identity-twice') trail.clear(code, event.serverId);
  const server = directory.get(event.serverId);
  if (server.make !== event.make || server.makeVersion !== event.makeVersion) directory.putSoon({ ...server, make: event.make, makeVersion: event.makeVersion });
  resumeSingles(parts, event.serverId);
}

/** After a crash of ours the recorder may still leave cameras to us that allow one session; telling it twice is harmless. */
function resumeSingles({ documents, roles, links, ports }: Parts, serverId: string): void {
  const role = roles.state(serverId);
  if (role === undefined || takeOverOf(role) !== null) return;
  const singles = documents.document(serverId)?.cameras.filter((camera) => camera.enabled).map((camera) => camera.id) ?? [];
  if (singles.length === 0) return;
  links.request(serverId, 'cameras.resume', { cameras: singles }, 5000).catch((error: unknown) => {
    ports.log.info({ server: serverId, error: (error as Error).message }, 'The recorder could not be told to take its cameras again.');
  });
}

function keptAlive(parts: Parts, serverId: string, { progress, settingsProblems, wallMs: sentWallMs }: KeepAlive, atMs: number): void {
  const before = parts.progress.get(serverId);
  const remind = before === undefined || before.progress.settingsDigest !== progress.settingsDigest || atMs - before.remindedMs >= remindDigestMs;
  const learn = before === undefined || atMs - before.learntMs >= learnRatesMs;
  parts.progress.set(serverId, {
    progress, settingsProblems, atMs, sentWallMs, wallMs: parts.ports.clock.wallMs(),
    remindedMs: remind ? atMs : before.remindedMs,
    learntMs: learn ? atMs : before.learntMs,
  });
  if (before?.settingsProblems !== settingsProblems) tellSettings(parts, serverId, settingsProblems ?? []);
  if (remind) parts.backups.noteDigest(serverId, progress.settingsDigest);
  // It beats: whatever trouble another connection had, nothing is left for a person to do, unless a second machine has shown itself lately.
  if (remind) for (const code of needsPerson) if (code !== 'link.identity-twice' || parts.monitor.state(serverId).twiceMs === null) parts.trail.clear(code, serverId);
  if (learn) learnRates(parts, serverId, progress);
}

/** It goes on with its last good ones, or cannot start; who corrects the file may sit here, and the recorder's log does not. */
function tellSettings({ trail, directory }: Parts, serverId: string, problems: NonNullable<KeepAlive['settingsProblems']>): void {
  const known = trail.alarms().find((alarm) => alarm.code === 'recorder settings' && alarm.serverId === serverId);
  const text = problems.map((problem) => problem.text).join(' ');
  if (text === (known?.text ?? '')) return;
  if (text === '') trail.clear('recorder settings', serverId);
  else trail.raise('recorder settings', serverId, text);
  const server = { serverId, serverName: directory.find(serverId)?.name ?? null, kind: 'settings', actor: 'system' } as const;
  trail.note(text === '' ? { ...server, severity: 'info', text: `${server.serverName ?? serverId}: the recorder's settings files fit again` } : { ...server, severity: 'warning', text: `${server.serverName ?? serverId}: the recorder's settings do not fit. ${text}` });
}

/** Beyond what any camera does: such a word is not learnt, or memory and disk would be planned by it from then on. */
const longestGopMs = 600_000;
const mostBits = 2e9;
const upTo = (most: number, value: number | undefined): number | undefined => (value === undefined || value > most ? undefined : value);

/** Measured rates and key-frame distances, for pre-roll and capacity; small changes are not worth a write. */
function learnRates({ directory }: Parts, serverId: string, progress: Progress): void {
  const reports = new Map(progress.cameras.map((camera) => [camera.id, camera]));
  const changed = directory.cameras(serverId).flatMap((camera) => {
    const report = reports.get(camera.id);
    if (report === undefined) return [];
    const next = {
      ...camera,
      gopMs: upTo(longestGopMs, report.gopMs) ?? camera.gopMs,
      bitsPerSecond: upTo(mostBits, report.bitsPerSecond) ?? camera.bitsPerSecond,
      peakBitsPerSecond: Math.max(upTo(mostBits, report.peakBitsPerSecond) ?? 0, camera.peakBitsPerSecond ?? 0) || null,
    };
    return differs(next.gopMs, camera.gopMs) || differs(next.peakBitsPerSecond, camera.peakBitsPerSecond) ? [next] : [];
  });
  if (changed.length > 0) directory.putCamerasSoon(serverId, changed);
}

const differs = (a: number | null, b: number | null): boolean => a !== b && (a === null || b === null || Math.abs(a - b) > b * 0.2);

/** A detector made a step. */
export function stepped(parts: Parts, serverId: string, before: DetectorState, now: DetectorState, event: DetectorEvent): void {
  const changed = stateName(before) !== stateName(now);
  if (changed || (before.outage === null) !== (now.outage === null) || before.gray !== now.gray) {
    lookAtOutage(parts, serverId);
    if (changed) parts.outages.step(serverId, stateName(before), stateName(now), words(now));
    // A backup that rotted is found before it is needed (B01).
    if (changed && now.kind !== 'alive') void parts.documents.refresh(serverId);
    watchSilent(parts, serverId, now);
    parts.roles.step(serverId, { type: 'look' });
    // The desk looks at all servers. Of a cold one that is not taken over it wants nothing whatever it does: thousands that
    // connect one after the other, or fall silent together, would be looked at thousands of times.
    if (mayHoldSessions(parts, serverId)) parts.desk.soon();
    parts.trail.emit({ type: 'server', serverId });
  }
  if (event.type === 'keep-alive' && event.progressAgeMs === undefined) provenBy(parts, serverId, now);
}

/** Its cameras must have answered for 10 s by the end of a time-out (F9), and the first answers take their time. */
const beforeTimeOutMs = 15_000;

/** From the suspicion on, and before any other time-out ends: does our own network reach its cameras? */
export function watchSilent({ cameraWatch, roles, directory, ports }: Parts, serverId: string, detector: DetectorState): void {
  const role = roles.state(serverId);
  const asked = detector.kind !== 'alive' && role !== undefined && takeOverOf(role) === null;
  // A connection that is lost makes it suspect before it is silent: the sooner they are asked, the less a short time-out waits.
  cameraWatch.look(serverId, asked && (detector.kind === 'suspect' || isSilentOrDue(detector, ports.clock.monotonicMs(), detectorSettings(directory.settings.settings, ports.policyClock ?? 1))));
}

function isSilentOrDue(detector: DetectorState, nowMs: number, settings: DetectorSettings): boolean {
  if (detector.kind === 'failed' && isConcludedFromSilence(detector.reason)) return true;
  const silence = silenceOf(detector, nowMs, settings);
  if (silence !== null && silence.silentSinceMs !== null) return true;
  const next = nextByTime(detector, settings);
  return next?.what === 'failed' && next.atMs - nowMs < beforeTimeOutMs;
}

/** We may hold sessions of its cameras though it is well. */
const isHot = ({ directory }: Parts, serverId: string): boolean => directory.find(serverId)?.standby === 'hot' || directory.cameras(serverId).some(({ standby }) => standby === 'hot');

function mayHoldSessions(parts: Parts, serverId: string): boolean {
  const role = parts.roles.state(serverId);
  return isHot(parts, serverId) || (role !== undefined && takeOverOf(role) !== null);
}

/**
 * For how long at least it was under way. A network that was cut delivers afterwards what was sent before, perhaps by a
 * machine that has stopped since: what that tells of recording was so then. 0 while the other clock is not known.
 */
function lateMs({ links }: Parts, serverId: string, { wallMs, sentWallMs }: LastProgress): number {
  const clock = links.status(serverId)?.clockOffset ?? null;
  return clock === null ? 0 : wallMs + clock.offsetMs - sentWallMs - clock.plusMinusMs;
}

/** By the keep-alive that was just heard; its cameras are drawn up only if somebody waits for their proof. */
function provenBy(parts: Parts, serverId: string, now: DetectorState): void {
  const last = parts.progress.get(serverId);
  if (last === undefined) return;
  const { progress } = last;
  const role = parts.roles.state(serverId);
  const isTakenOver = role !== undefined && takeOverOf(role) !== null;
  const hot = now.kind === 'alive' && isHot(parts, serverId);
  if ((isTakenOver || hot) && lateMs(parts, serverId, last) > mostLateMs) return;
  if (isTakenOver) {
    leaveToUs(parts, role, progress.cameras);
    takeBackGiven(parts, role, progress.cameras);
    parts.roles.step(serverId, { type: 'progress', cameras: progress.cameras });
  }
  if (now.kind === 'alive' && !isTakenOver) takeAgain(parts, serverId, progress);
  if (hot && !isTakenOver) giveWayTo(parts, serverId, progress.cameras);
  if (hot && parts.standby.missed(parts.directory.get(serverId), parts.directory.cameras(serverId), progress.cameras)) parts.desk.soon();
  if (parts.standby.proven(serverId, progress, now, (cameraId) => parts.desk.begins(serverId, cameraId))) {
    lookAtOutage(parts, serverId);
    parts.desk.soon();
  }
}
