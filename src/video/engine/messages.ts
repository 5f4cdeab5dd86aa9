/** What the engine and its worker threads say to each other. */
import type { MessagePort } from 'node:worker_threads';
import type { CameraJob, CameraStatus } from '../contract.ts';

export type ToWorker =
  | { readonly type: 'store'; readonly storePath: string; readonly port: MessagePort }
  | { readonly type: 'apply'; readonly id: number; readonly jobs: readonly CameraJob[] }
  | { readonly type: 'close' };

export type FromWorker =
  | { readonly type: 'applied'; readonly id: number }
  | { readonly type: 'statuses'; readonly all: readonly CameraStatus[]; readonly news: boolean }
  | { readonly type: 'log'; readonly level: 'info' | 'warn'; readonly text: string; readonly serverId: string; readonly cameraId: string }
  | { readonly type: 'closed' };

/** One line for the log of the process; never holds credentials. */
export interface EngineLog {
  readonly level: 'info' | 'warn' | 'error';
  readonly text: string;
  readonly serverId?: string;
  readonly cameraId?: string;
}

/** What a recording thread is told when it starts. */
export interface ShardData {
  readonly userAgent: string;
}
