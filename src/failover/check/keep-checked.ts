import type { Clock, Timers } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { BackupState } from '../../contract/api/servers.ts';
import type { Checker, CheckSubject } from './checker.ts';
import { checkDue } from './due.ts';
import { isServed } from './needs.ts';

const lookMs = 5_000;

export interface KeepChecked {
  readonly subject: CheckSubject;
  readonly checker: Checker;
  readonly backupState: (serverId: string) => BackupState;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
}

/** Contacts the cameras of one due server at a time, whether or not the daily backup is on. */
export function keepChecked({ subject, checker, backupState, clock, timers, log }: KeepChecked): () => void {
  let busy = false;
  const look = async (): Promise<void> => {
    if (busy) return;
    const nowMs = clock.wallMs();
    // While a server is taken over its cameras are seen anyway.
    const all = subject.servers().filter((server) => !isServed(server) && checkDue(checker.result(server.id), backupState(server.id).lastGood?.version ?? null, nowMs));
    // Whose check is longest ago: one that is due again and again, or takes an hour, has the others' turns between its own.
    const checkedMs = (serverId: string): number => checker.result(serverId)?.atMs ?? 0;
    const due = all.toSorted((a, b) => checkedMs(a.id) - checkedMs(b.id))[0];
    if (due === undefined) return;
    busy = true;
    try {
      await checker.check(due.id);
    } catch (error) {
      log.warn({ error: String(error), server: due.id }, 'a check of the cameras failed');
    } finally {
      busy = false;
    }
  };
  return timers.every(lookMs, () => void look().catch((error: unknown) => log.warn({ error: String(error) }, 'it could not be found out whose cameras are due for a check')));
}
