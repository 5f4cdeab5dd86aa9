/** What the engine and its worker threads say to each other. */
import type { MessagePort } from 'node:worker_threads';
import type { CameraJob, CameraStatus, FootageBatch } from '../contract.ts';

export type ToWorker =
  | { readonly type: 'store'; readonly storePath: string; readonly port: MessagePort }
  | { readonly type: 'apply'; readonly id: number; readonly jobs: readonly CameraJob[] }
  /** Somebody wants to see what a camera sends, from memory. */
  | { readonly type: 'watch'; readonly id: number; readonly key: string }
  | { readonly type: 'unwatch'; readonly id: number }
  | { readonly type: 'close' };

export type FromWorker =
  | { readonly type: 'applied'; readonly id: number }
  | { readonly type: 'statuses'; readonly all: readonly CameraStatus[]; readonly news: boolean }
  | { readonly type: 'watched'; readonly id: number; readonly batches: readonly FootageBatch[] }
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
