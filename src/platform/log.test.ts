import { expect, test } from 'vitest';
import { systemLog } from './log.ts';

test('an error is written with its words, under both names, and no address with its credentials', () => {
  const lines: string[] = [];
  const log = systemLog('test', 'info', { write: (line) => void lines.push(line) });
  const error = new TypeError('It did not work: rtsp://viewer:hunter2@192.0.2.1/live');
  log.error({ error }, 'a request failed');
  log.error({ err: new Error('outer', { cause: error }) }, 'a request failed');
  log.error({ error: 'only words', password: 'hunter2' }, 'a request failed');
  expect(lines[0]).toContain('It did not work: rtsp://192.0.2.1/live');
  expect(lines[0]).toContain('log.test.ts');
  expect(lines[1]).toContain('outer');
  expect(lines[2]).toContain('only words');
  expect(lines.join('')).not.toContain('hunter2');
});
