import { expect, test } from 'vitest';
import type { ServerView } from '../server-types.ts';
import { answersAtOnce, canBeAsked } from './sources.ts';

const view = (connected: boolean, state: ServerView['detector']['state'], code: ServerView['detector']['code'] = null) => {
  const link: ServerView['link'] = { connected, authorized: true, lastLifeSignMs: 0, roundTripMs: 1, clockOffsetMs: 0, error: null };
  const detector: ServerView['detector'] = { state, sinceMs: 0, reason: null, with: null, code, deadlineMs: null, deadlineFor: null };
  return { link, detector };
};

test('a host that fell silent is not asked for footage, though its connection still stands (no power: nobody ends it)', () => {
  expect(canBeAsked(view(true, 'failed', 'silent'))).toBe(false);
  expect(canBeAsked(view(true, 'failed', 'not back from normal shutdown'))).toBe(false);
  expect(canBeAsked(view(false, 'alive'))).toBe(false);
});

test('a host whose recorder alone failed is asked: its agent hands out what the recorder left', () => {
  expect(canBeAsked(view(true, 'failed', 'recorder silent'))).toBe(true);
  expect(canBeAsked(view(true, 'abnormal shutdown'))).toBe(true);
});

test('no picture waits for a suspect', () => {
  expect(answersAtOnce(view(true, 'alive'))).toBe(true);
  expect(answersAtOnce(view(true, 'suspect'))).toBe(false);
  expect(canBeAsked(view(true, 'suspect'))).toBe(true);
});
