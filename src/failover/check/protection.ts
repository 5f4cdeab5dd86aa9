/** Pure: protected, or not protected because of …. Always all reasons, never a bare boolean. */
import { protectionReasons, type CheckedCamera, type ProtectionReason } from '../../contract/api/check.ts';
import type { BackupState } from '../../contract/api/servers.ts';
import type { Reason, SayWith } from '../../contract/api/common.ts';

export interface ProtectionFacts {
  readonly nowMs: number;
  readonly authorized: boolean;
  readonly neverSeen: boolean;
  readonly automaticTakeOver: boolean;
  readonly maintenanceUntilMs: number | null;
  readonly takenOver: boolean;
  readonly backup: BackupState;
  readonly store: { readonly state: 'ok' | 'full' | 'missing' | 'read-only' | 'silent' | 'unknown'; readonly freeBytes: number; readonly text: string };
  /** Result of the last check; null: never checked. */
  readonly cameras: readonly CheckedCamera[] | null;
  readonly needs: Needs;
  /** What is left for this server if nothing else fails, and if the largest other one failed too. */
  readonly room: { readonly cameras: number; readonly bitsPerSecond: number };
  readonly roomAtSecondFailure: { readonly cameras: number; readonly bitsPerSecond: number };
}

export interface Needs {
  readonly cameras: number;
  readonly bitsPerSecond: number;
}

export interface ProtectionJudgement {
  readonly protected: boolean;
  readonly reasons: readonly Reason[];
  readonly warnings: readonly Reason[];
}

const dayMs = 86_400_000;
/** Daily, with room for one missed run. */
const oldBackupMs = 2.5 * dayMs;

/** `taken over` servers are judged by what would be true after the restore: their own reasons stay visible. */
export function judgeProtection(facts: ProtectionFacts): ProtectionJudgement {
  const found = [...authorization(facts), ...backups(facts), ...store(facts), ...cameras(facts), ...room(facts)];
  const order = Object.keys(protectionReasons);
  const sorted = found.toSorted((a, b) => order.indexOf(a.code) - order.indexOf(b.code));
  const blocks = (code: string): boolean => protectionReasons[code as ProtectionReason].blocks;
  const reasons = sorted.filter((reason) => blocks(reason.code));
  return { protected: reasons.length === 0, reasons, warnings: sorted.filter((reason) => !blocks(reason.code)) };
}

/** @param parts what the sentence is made of, beside its code: missing where the sentence is always the same */
const say = (code: ProtectionReason, text: string = protectionReasons[code].text, parts?: SayWith): Reason => ({ code, text, ...(parts === undefined ? {} : { with: parts }) });
/** A reason within a reason. */
const inner = ({ code, text }: Reason): SayWith => ({ code, text });

function authorization(facts: ProtectionFacts): Reason[] {
  const found: Reason[] = [];
  if (!facts.authorized) found.push(say('not-authorized'));
  else if (facts.neverSeen) found.push(say('never-seen'));
  if (!facts.automaticTakeOver) found.push(say('automatic-off'));
  if (facts.maintenanceUntilMs !== null)
    found.push(say('maintenance', `Maintenance until ${new Date(facts.maintenanceUntilMs).toISOString().slice(0, 16).replace('T', ' ')} UTC: no automatic take-over.`, { untilMs: facts.maintenanceUntilMs }));
  return found;
}

function backups({ backup, nowMs, takenOver }: ProtectionFacts): Reason[] {
  const found: Reason[] = [];
  if (backup.held !== null) found.push(say('backup-held', `${protectionReasons['backup-held'].text} ${backup.held.reason.text}`, inner(backup.held.reason)));
  if (backup.lastGood === null) {
    const newer = backup.error?.code === 'input.schema-newer';
    found.push(say(newer ? 'backup-newer-schema' : 'no-backup', newer ? undefined : `There is no verified settings backup.${backup.error === null ? '' : ` ${backup.error.text}`}`, newer ? undefined : backup.error === null ? {} : inner(backup.error)));
    return found;
  }
  if (backup.lastGood.cameras === 0) found.push(say('no-cameras'));
  // A newer schema is told before the failure: the settings in force could not be read at a take-over.
  if (backup.error?.code === 'input.schema-newer') found.push(say('backup-newer-schema'));
  else if (backup.error !== null) found.push(say('backup-failed', `The last settings backup failed: ${backup.error.text}`, inner(backup.error)));
  // No backup is made while the server is taken over, so its age says nothing then.
  const ageMs = nowMs - Math.max(backup.lastGood.atMs, backup.lastGood.verifiedMs ?? 0);
  if (!takenOver && ageMs > oldBackupMs) found.push(say('backup-old', `The settings backup is ${Math.floor(ageMs / dayMs)} days old.`, { days: Math.floor(ageMs / dayMs) }));
  return found;
}

function store({ store: disk, needs }: ProtectionFacts): Reason[] {
  if (disk.state === 'missing') return [say('store-missing', disk.text === '' ? undefined : disk.text)];
  if (disk.state === 'read-only') return [say('store-read-only', disk.text === '' ? undefined : disk.text)];
  if (disk.state === 'silent') return [say('store-silent', disk.text === '' ? undefined : disk.text)];
  if (disk.state === 'full') return [say('store-full', disk.text === '' ? undefined : disk.text)];
  const hours = needs.bitsPerSecond === 0 ? Infinity : (disk.freeBytes * 8) / needs.bitsPerSecond / 3600;
  return hours >= 24 || disk.state === 'unknown' ? [] : [say('disk-short', `The free disk lasts ${hours < 1 ? 'less than an hour' : `about ${Math.floor(hours)} h`} of this server's footage.`, { hours: Math.floor(hours) })];
}

const cameraCodes: Readonly<Record<string, ProtectionReason>> = {
  'camera.unauthorized': 'camera-unauthorized',
  'camera.codec': 'camera-codec',
  'camera.not-found': 'camera-unreachable',
};

function cameras({ cameras: checked, backup }: ProtectionFacts): Reason[] {
  if (checked === null) return backup.lastGood === null ? [] : [say('not-checked')];
  const byReason = new Map<ProtectionReason, CheckedCamera[]>();
  for (const camera of checked) {
    // All sessions in use is what a healthy single-session camera says while its recorder records it.
    if (camera.ok || camera.reason?.code === 'camera.refused') continue;
    const code = cameraCodes[camera.reason?.code ?? ''] ?? 'camera-unreachable';
    byReason.set(code, [...(byReason.get(code) ?? []), camera]);
  }
  return [...byReason].map(([code, failing]) => say(code, failingText(code, failing, checked.length), { names: failing.slice(0, namedCameras).map(({ name }) => name), failing: failing.length, all: checked.length }));
}

const namedCameras = 3;

function failingText(code: ProtectionReason, failing: readonly CheckedCamera[], all: number): string {
  const names = failing.slice(0, namedCameras).map((camera) => `"${camera.name}"`).join(', ');
  const more = failing.length > namedCameras ? ` and ${failing.length - namedCameras} more` : '';
  const what = { 'camera-unauthorized': 'refused the user name or password', 'camera-codec': `${failing.length === 1 ? 'has' : 'have'} no video that can be recorded` }[code as string] ?? 'could not be reached from this failover server';
  return `${names}${more} ${what} (${failing.length} of ${all} cameras).`;
}

const fits = (needs: Needs, there: Needs): boolean => needs.cameras <= there.cameras && needs.bitsPerSecond <= there.bitsPerSecond;

function room({ needs, room: there, roomAtSecondFailure }: ProtectionFacts): Reason[] {
  const mbit = (bits: number): string => `${Math.ceil(bits / 1e6)} Mbit/s`;
  if (!fits(needs, there))
    return [say('no-capacity', `It needs room for ${needs.cameras === 1 ? '1 camera' : `${needs.cameras} cameras`} and ${mbit(needs.bitsPerSecond)}; there is room for ${Math.max(0, there.cameras)} and ${mbit(Math.max(0, there.bitsPerSecond))}.`, {
      cameras: needs.cameras, bitsPerSecond: needs.bitsPerSecond, roomCameras: Math.max(0, there.cameras), roomBitsPerSecond: Math.max(0, there.bitsPerSecond),
    })];
  return fits(needs, roomAtSecondFailure) ? [] : [say('second-failure')];
}
