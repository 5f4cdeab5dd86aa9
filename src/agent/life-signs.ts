import { beatOf, type KeepAlive, wholeEveryMs } from '../contract/beat.ts';
import type { Beat, LifeSign, Progress, RecorderPhase } from '../contract/link.ts';
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
  /** A keep-alive to all connections: in short if each of them has the whole one that it builds on. */
  beat(): void;
  /** This connection speaks that version of the link. */
  joined(connection: Connection, version: number): void;
  readonly seq: () => number;
  /** From now on keep-alives tell this phase, whatever the recorder still says. */
  announce(phase: RecorderPhase): void;
  phase(): { readonly phase: RecorderPhase; readonly boot: string };
}

/** More than a hundred unread keep-alives: a half-open connection whose other end is gone. */
const deadBytes = 512 * 1024;
const freshMs = 5000;
/** Since this version of the link there are beats. */
const beatVersion = 2;

export function makeLifeSigns(identity: Identity, recorder: Recorder, clock: Clock, connections: ReadonlySet<Connection>): LifeSigns {
  let seq = 0;
  const speaksBeats = new WeakSet<Connection>();
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
  const problems = (): Pick<KeepAlive, 'settingsProblems'> => {
    const known = recorder.settingsProblems();
    return known.length === 0 ? {} : { settingsProblems: known.slice(0, 10).map(({ code, text }) => ({ code, text: text.slice(0, 1000) })) };
  };
  const sendText = (text: string): void => {
    for (const connection of connections) {
      if (connection.waiting() > deadBytes) connection.close('the failover server does not read');
      else connection.send(text);
    }
  };
  const send = (saying: Saying, boot: string): void => {
    seq++;
    sendText(JSON.stringify({ ...identity, boot, seq, wallMs: clock.wallMs(), ...saying }));
  };
  /** The newest whole keep-alive, and who has it; beats build on it. */
  let base: { readonly sign: KeepAlive; readonly atMs: number; readonly told: ReadonlySet<Connection> } | null = null;
  const briefly = (sign: KeepAlive, nowMs: number): Beat | null => {
    if (base === null || nowMs - base.atMs >= wholeEveryMs) return null;
    for (const connection of connections) if (!base.told.has(connection)) return null;
    return beatOf(base.sign, sign);
  };
  return {
    send,
    beat() {
      if (connections.size === 0) return;
      const now = phase();
      seq++;
      const sign: KeepAlive = { type: 'keep-alive', ...identity, boot: now.boot, seq, wallMs: clock.wallMs(), phase: now.phase, ...newest(now.boot), ...problems() };
      const nowMs = clock.monotonicMs();
      const brief = briefly(sign, nowMs);
      if (brief === null) base = { sign, atMs: nowMs, told: new Set([...connections].filter((connection) => speaksBeats.has(connection))) };
      sendText(JSON.stringify(brief ?? sign));
    },
    joined: (connection, version) => void (version >= beatVersion && speaksBeats.add(connection)),
    seq: () => seq,
    announce: (next) => void (announced = next),
    phase,
  };
}

const noProgress: Progress = { cameras: [], bytesWritten: 0, disk: { state: 'unknown', freeBytes: 0, text: '' }, settingsDigest: '' };
