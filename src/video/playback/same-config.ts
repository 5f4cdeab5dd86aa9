import type { StreamConfig } from '../contract.ts';
import { packConfig } from '../mp4/packed-config.ts';

/** Equal content; version numbers of different recording sessions mean nothing to each other. */
export function sameConfig(a: StreamConfig, b: StreamConfig): boolean {
  return a === b || Buffer.compare(packConfig({ ...a, version: 0 }), packConfig({ ...b, version: 0 })) === 0;
}
