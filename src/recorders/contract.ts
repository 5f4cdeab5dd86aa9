/**
 * The Recorder port: all that the agent knows of a make. Adapters: builtin/ first. Nothing outside
 * this room may know which make is behind it.
 */
import type { SettingsDocument } from '../contract/settings.ts';
import type { Progress, RecorderPhase, SettingsFile, SettingsProblem } from '../contract/link.ts';
import type { EvidenceLock, FootageReader } from '../video/contract.ts';
import type { CameraKey, Span } from '../core/units.ts';

export type RecorderEvent =
  /** A new run of the recorder; `boot` is its id. */
  | { readonly type: 'starting'; readonly boot: string }
  /** Settings loaded, cameras being opened: the startup message. */
  | { readonly type: 'started'; readonly boot: string }
  | { readonly type: 'exited'; readonly boot: string; readonly kind: 'normal'; readonly reason: string }
  | {
      readonly type: 'exited';
      readonly boot: string;
      readonly kind: 'abnormal';
      readonly code: number | null;
      readonly signal: string | null;
      readonly restartInMs: number | null;
    }
  | { readonly type: 'settings changed' };

export interface Recorder {
  readonly make: string;
  readonly makeVersion: string;
  phase(): { readonly phase: RecorderPhase; readonly boot: string };
  onEvent(listener: (event: RecorderEvent) => void): void;
  /** Starts and supervises the recorder, or adopts one that already runs (R20). */
  start(): Promise<void>;
  /** Stops the recorder on purpose (normal shutdown). */
  stop(reason: string): Promise<void>;
  /** Stops supervising and leaves the recorder running. */
  detach(): Promise<void>;
  /** Newest progress the recorder itself gave; null if it gave none for 5 s. */
  progress(): Progress | null;
  /** What of the settings files was found not to fit and is not in force; empty: all does. */
  settingsProblems(): readonly SettingsProblem[];
  /** Those in force: a broken file is never handed out, or a take-over would go by it. */
  settings(): Promise<{
    readonly digest: string;
    readonly document: SettingsDocument;
    readonly files: readonly SettingsFile[];
    /** Bodies in the order of `files`. */
    open(path: string): AsyncIterable<Uint8Array>;
  }>;
  /** Replaces the settings atomically; the recorder goes on with the new ones. */
  putSettings(files: readonly { readonly file: SettingsFile; readonly body: Uint8Array }[]): Promise<{ readonly digest: string }>;
  /** The recorder's own footage; works while the recorder is dead. Null: the make gives none. */
  footage(): FootageReader | null;
  lock(locks: readonly EvidenceLock[]): Promise<readonly EvidenceLock[]>;
  unlock(id: string): Promise<void>;
  pointer(failoverAddress: string, monitoredAddress: string): Promise<{ readonly written: boolean; readonly file: string | null; readonly line: string }>;
  releaseCameras(ids: readonly string[]): Promise<boolean>;
  resumeCameras(ids: readonly string[]): Promise<boolean>;
  /** Stores footage fetched from the failover server as its own. Null: not supported. */
  copyBack(camera: CameraKey, span: Span, bytesPerSecond: number): Promise<{ readonly state: 'running' | 'done' | 'unsupported'; readonly copied: readonly Span[]; readonly text: string }>;
}
