/** The five time-outs of the Advanced dialog and the hold-down: defaults and limits (the seed's table; DESIGN §4). */
import { z } from 'zod';

export interface TimeoutLimit {
  readonly key: TimeoutKey;
  /** The seed's label. */
  readonly label: string;
  /** The seed's description. */
  readonly description: string;
  readonly defaultMs: number;
  readonly minMs: number;
  /** Minimum with *Allow shorter time-outs*. */
  readonly shortestMs: number;
  readonly maxMs: number;
}

export type TimeoutKey = 'connectedMs' | 'startedMs' | 'keepAliveMs' | 'normalShutdownMs' | 'abnormalShutdownMs' | 'holdDownMs';

const minute = 60_000;

export const timeoutLimits: readonly TimeoutLimit[] = [
  {
    key: 'connectedMs',
    label: 'Connected',
    description: 'A network connection has been made, but the first startup message has not been received',
    defaultMs: 5 * minute,
    minMs: 5 * minute,
    shortestMs: 10_000,
    maxMs: 60 * minute,
  },
  {
    key: 'startedMs',
    label: 'Started',
    description: 'The startup message has been received, but the first keep-alive message has not been received',
    defaultMs: 5 * minute,
    minMs: 5 * minute,
    shortestMs: 10_000,
    maxMs: 60 * minute,
  },
  {
    key: 'keepAliveMs',
    label: 'Keep alive',
    description: 'No new keep-alive message is received',
    defaultMs: 30_000,
    minMs: 30_000,
    shortestMs: 3_000,
    maxMs: 300_000,
  },
  {
    key: 'normalShutdownMs',
    label: 'Normal shutdown',
    description: 'The server has been shutdown normally, but has not restarted yet',
    defaultMs: 15 * minute,
    minMs: 5 * minute,
    shortestMs: 10_000,
    maxMs: 60 * minute,
  },
  {
    key: 'abnormalShutdownMs',
    label: 'Abnormal shutdown',
    description: 'The server has exited with an error and has not restarted yet',
    defaultMs: 5 * minute,
    minMs: 5 * minute,
    shortestMs: 10_000,
    maxMs: 60 * minute,
  },
  {
    key: 'holdDownMs',
    label: 'Hold-down',
    description: 'How long a server must have been alive before it is restored',
    defaultMs: 60_000,
    minMs: 10_000,
    shortestMs: 2_000,
    maxMs: 60 * minute,
  },
];

const seconds = (ms: number): string => (ms % minute === 0 ? `${ms / minute} min` : `${ms / 1000} s`);

export const timeouts = z
  .strictObject({
    allowShorter: z.boolean(),
    connectedMs: z.int(),
    startedMs: z.int(),
    keepAliveMs: z.int(),
    normalShutdownMs: z.int(),
    abnormalShutdownMs: z.int(),
    holdDownMs: z.int(),
  })
  .superRefine((value, context) => {
    for (const limit of timeoutLimits) {
      const min = value.allowShorter ? limit.shortestMs : limit.minMs;
      const given = value[limit.key];
      if (given >= min && given <= limit.maxMs) continue;
      context.addIssue({
        code: 'custom',
        path: [limit.key],
        message: `${limit.label}: between ${seconds(min)} and ${seconds(limit.maxMs)}${value.allowShorter ? '' : ' (shorter ones must be allowed first)'}.`,
      });
    }
  });
export type Timeouts = z.infer<typeof timeouts>;

export const defaultTimeouts: Timeouts = {
  allowShorter: false,
  connectedMs: 5 * minute,
  startedMs: 5 * minute,
  keepAliveMs: 30_000,
  normalShutdownMs: 15 * minute,
  abnormalShutdownMs: 5 * minute,
  holdDownMs: minute,
};
