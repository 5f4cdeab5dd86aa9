import { createHash } from 'node:crypto';
import type { Progress, RecorderPhase, SettingsFile, SettingsProblem } from '../../src/contract/link.ts';
import type { Recorder, RecorderEvent } from '../../src/recorders/contract.ts';
import type { EvidenceLock } from '../../src/video/contract.ts';

/** A recorder without cameras, moved by the test, to try the agent alone. */
export interface FakeRecorder extends Recorder {
  emit(event: RecorderEvent): void;
  set(now: { readonly phase?: RecorderPhase; readonly boot?: string; readonly progress?: Progress | null; readonly problems?: readonly SettingsProblem[] }): void;
  readonly calls: string[];
  /** Body of the one settings file. */
  body: () => AsyncIterable<Uint8Array>;
  bodyBytes: number;
}

export const someProgress = (digest = 'd1'): Progress => ({
  cameras: [{ id: 'c1', newestUs: 1, sinceUs: 1, durableUs: 1, state: 'streaming' }],
  bytesWritten: 10,
  disk: { state: 'ok', freeBytes: 1000, text: '' },
  settingsDigest: digest,
});

export function fakeRecorder(): FakeRecorder {
  const listeners: ((event: RecorderEvent) => void)[] = [];
  let phase: RecorderPhase = 'running';
  let boot = 'boot-1';
  let progress: Progress | null = someProgress();
  let problems: readonly SettingsProblem[] = [];
  const calls: string[] = [];
  const recorder: FakeRecorder = {
    make: 'fake',
    makeVersion: '0',
    calls,
    bodyBytes: 5,
    async *body() {
      yield new TextEncoder().encode('hello');
    },
    emit: (event) => listeners.forEach((listener) => listener(event)),
    set(now) {
      phase = now.phase ?? phase;
      boot = now.boot ?? boot;
      problems = now.problems ?? problems;
      if (now.progress !== undefined) progress = now.progress;
    },
    phase: () => ({ phase, boot }),
    onEvent: (listener) => void listeners.push(listener),
    start: async () => void calls.push('start'),
    async stop(reason) {
      calls.push(`stop ${reason}`);
      phase = 'stopped normally';
      recorder.emit({ type: 'exited', boot, kind: 'normal', reason });
    },
    detach: async () => void calls.push('detach'),
    progress: () => progress,
    settingsProblems: () => problems,
    async settings() {
      const file: SettingsFile = { path: 'settings.json', bytes: recorder.bodyBytes, sha256: createHash('sha256').update('hello').digest('hex') };
      return {
        digest: 'd1',
        document: { schema: 1, name: 'Fake', storePath: '/x', retention: { days: 7, maxBytes: null }, cameras: [] },
        files: [file],
        open: () => recorder.body(),
      };
    },
    async putSettings(files) {
      for (const { file, body } of files) calls.push(`put ${file.path} ${Buffer.from(body).toString()}`);
      return { digest: 'd2' };
    },
    footage: () => null,
    lock: async (locks: readonly EvidenceLock[]) => locks,
    unlock: async (id) => void calls.push(`unlock ${id}`),
    pointer: async (failover, monitored) => ({ written: false, file: null, line: `Value=<${failover}><${monitored}>` }),
    releaseCameras: async () => true,
    resumeCameras: async () => true,
    copyBack: async () => ({ state: 'unsupported', copied: [], text: '' }),
  };
  return recorder;
}
