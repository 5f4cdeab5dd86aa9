import { expect, test } from 'vitest';
import { silentLog } from './log.ts';
import { sparingLog } from './sparing-log.ts';

test('sixty lines a minute, and how many were left out', () => {
  const lines: string[] = [];
  let nowMs = 0;
  const log = sparingLog({ ...silentLog, warn: (fields, text) => void lines.push(`${JSON.stringify(fields)} ${text}`) }, { monotonicMs: () => nowMs });
  for (let at = 0; at < 1000; at++) log.warn({}, 'Refused a stranger');
  expect(lines).toHaveLength(60);
  nowMs = 60_000;
  log.warn({}, 'Refused a stranger');
  expect(lines.slice(60)).toEqual(['{"leftOut":940} Further lines like these were left out.', '{} Refused a stranger']);
});
