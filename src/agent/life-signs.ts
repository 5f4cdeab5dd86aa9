import type { LifeSign, Progress, RecorderPhase } from '../contract/link.ts';
import type { Clock } from '../platform/clock.ts';
import type { Connection } from '../platform/transport.ts';
import type { Recorder } from '../recorders/contract.ts';

/** Who speaks in every life sign. */
export interface Identity {
  readonly server: string;
  readonly instance: string;
  readonly agentBoot: string;
}

type Omitted = keyof Identity | 'boot' | 'seq' | 'wallMs';
type WithoutIdentity<T> = T extends unknown ? Omit<T, Omitted> : never;
/** A life sign without what `send` adds. */
export type Saying = WithoutIdentity<LifeSign>;

export interface LifeSigns {
  /** To all connections at once, with one `seq`: the receiver takes whichever comes first. */
  send(saying: Saying, boot: string): void;
  beat(): void;
  readonly seq: () => number;
  /** From now on keep-alives tell this phase, whatever the recorder still says. */
  announce(phase: RecorderPhase): void;
  phase(): { readonly phase: RecorderPhase; readonly boot: string };
}

/** More than a hundred unread keep-alives: a half-open connection whose other end is gone. */
const deadBytes = 512 * 1024;
const freshMs = 5000;

export function makeLifeSigns(identity: Identity, recorder: Recorder, clock: Clock, connections: ReadonlySet<Connection>): LifeSigns {
  let seq = 0;
  let announced: RecorderPhase | null = null;
  let run = { boot: '', sinceMs: 0 };
  let known: { readonly boot: string; readonly atMs: number; readonly progress: Progress } | null = null;

  const phase = (): { readonly phase: RecorderPhase; readonly boot: string } => {
    const now = recorder.phase();
    return announced === null ? now : { phase: announced, boot: now.boot };
  };
  // The newest progress of this run, with its age: a recorder that hangs must not look like one that is new.
  const newest = (boot: string): { readonly progress: Progress; readonly progressAgeMs?: number } => {
    const nowMs = clock.monotonicMs();
    if (run.boot !== boot) run = { boot, sinceMs: nowMs };
    const fresh = recorder.progress();
    if (fresh !== null) known = { boot, atMs: nowMs, progress: fresh };
    if (known !== null && known.boot === boot) {
      const ageMs = nowMs - known.atMs;
      return fresh === null ? { progress: known.progress, progressAgeMs: ageMs + freshMs } : { progress: fresh };
    }
    return { progress: { ...noProgress, settingsDigest: known?.progress.settingsDigest ?? '' }, progressAgeMs: nowMs - run.sinceMs };
  };
  const send = (saying: Saying, boot: string): void => {
    seq++;
    const text = JSON.stringify({ ...identity, boot, seq, wallMs: clock.wallMs(), ...saying });
    for (const connection of connections) {
      if (connection.waiting() > deadBytes) connection.close('the failover server does not read');
      else connection.send(text);
    }
  };
  return {
    send,
    beat() {
      if (connections.size === 0) return;
      const now = phase();
      send({ type: 'keep-alive', phase: now.phase, ...newest(now.boot) }, now.boot);
    },
    seq: () => seq,
    announce: (next) => void (announced = next),
    phase,
  };
}

const noProgress: Progress = { cameras: [], bytesWritten: 0, disk: { state: 'unknown', freeBytes: 0, text: '' }, settingsDigest: '' };
