/** Between `openStore`'s thread and the index thread. */
import type { MessagePort } from 'node:worker_threads';
import type { ErrorCode } from '../../contract/errors.ts';
import type { FootageStore, StoreEvent } from '../contract.ts';
import type { Keeper } from './keeper.ts';

export interface IndexThreadData {
  readonly storePath: string;
  readonly create: boolean;
  readonly id: string;
  readonly processName: string;
  readonly reserveBytes: number | null;
  readonly migrations: string;
}

/** Methods of the keeper that the facade may call. */
export const methods = [
  'keys',
  'cameras',
  'coverage',
  'pieces',
  'grown',
  'setRetention',
  'lock',
  'unlock',
  'locks',
  'drop',
  'markDouble',
  'rebuild',
] as const;
export type Method = (typeof methods)[number];
export type Arguments<M extends Method> = Parameters<Keeper[M]>;
export type Answer<M extends Method> = Awaited<ReturnType<Keeper[M]>>;

export type ToIndexThread =
  | { readonly type: 'call'; readonly id: number; readonly method: Method; readonly args: readonly unknown[] }
  | { readonly type: 'port'; readonly port: MessagePort }
  | { readonly type: 'close' };

export type Health = ReturnType<FootageStore['health']>;

export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly advice?: string | undefined;
}

export type FromIndexThread =
  | { readonly type: 'ready'; readonly health: Health }
  | { readonly type: 'failed'; readonly error: WireError }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: WireError }
  | { readonly type: 'health'; readonly health: Health }
  | { readonly type: 'event'; readonly event: StoreEvent };
