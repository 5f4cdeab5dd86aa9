/** The time-outs of the Advanced dialog as they cross the API: the names end in the unit; rules and defaults are core's. */
import { z } from 'zod';
import { minimumOf, type TimeoutName, timeoutNames, timeoutRules } from '../../core/timeouts.ts';

export type TimeoutKey = `${TimeoutName}Ms`;

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

export const timeoutLimits: readonly TimeoutLimit[] = timeoutNames.map((name) => {
  const { label, runsWhile, defaultMs, minMs, shorterMinMs, maxMs } = timeoutRules[name];
  return { key: `${name}Ms`, label, description: runsWhile, defaultMs, minMs, shortestMs: shorterMinMs, maxMs };
});

const minute = 60_000;
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
    for (const name of timeoutNames) {
      const limit = { key: `${name}Ms`, ...timeoutRules[name] } as const;
      const min = minimumOf(name, value.allowShorter);
      const given = value[limit.key];
      if (given >= min && given <= limit.maxMs) continue;
      context.addIssue({
        code: 'custom',
        path: [limit.key],
        message: `${limit.label}: between ${seconds(min)} and ${seconds(limit.maxMs)}${!value.allowShorter && given < min && given >= limit.shorterMinMs ? ' (shorter ones must be allowed first)' : ''}.`,
      });
    }
  });
export type Timeouts = z.infer<typeof timeouts>;

const defaultOf = (name: TimeoutName): number => timeoutRules[name].defaultMs;

export const defaultTimeouts: Timeouts = {
  allowShorter: false,
  connectedMs: defaultOf('connected'),
  startedMs: defaultOf('started'),
  keepAliveMs: defaultOf('keepAlive'),
  normalShutdownMs: defaultOf('normalShutdown'),
  abnormalShutdownMs: defaultOf('abnormalShutdown'),
  holdDownMs: defaultOf('holdDown'),
};
