import { expect, test } from 'vitest';
import type { FailoverServer, ServerView } from '../server-types.ts';
import { answersAtOnce, canBeAsked, coverageAround } from './sources.ts';

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

const hourUs = 3_600_000_000;

/** Own footage begins `hours` before the span, or there is none; the monitored server does not answer. */
function askedSpans(hours: number | null) {
  const asked = { own: [] as number[], monitored: 0 };
  const store = {
    coverage: async (_: unknown, span: { fromUs: number; toUs: number }) => {
      asked.own.push((span.toUs - span.fromUs) / hourUs);
      const fromUs = atUs - (hours ?? Infinity) * hourUs;
      return { spans: fromUs + hourUs > span.fromUs && hours !== null ? [{ fromUs, toUs: fromUs + hourUs }] : [], exactness: 'exact' as const, durableUntilUs: null };
    },
  };
  const link = {
    request: async () => {
      asked.monitored++;
      throw new Error('no answer');
    },
  };
  const server = { store, link, servers: () => [{ ...view(true, 'alive'), id: 's', name: 'S' }] } as unknown as FailoverServer;
  return { asked, server };
}
const atUs = 100 * 24 * hourUs;

test('what lies before a span is looked for in steps: a month only where nothing lies nearer, and who is silent is asked once', async () => {
  for (const [hours, steps] of [[1.1, 1], [2, 2], [30, 3], [400, 4], [null, 4]] as const) {
    const { asked, server } = askedSpans(hours);
    const { around } = await coverageAround(server, { serverId: 's', cameraId: 'c' }, { fromUs: atUs, toUs: atUs });
    expect(asked.own.length).toBe(steps);
    expect((around.toUs - around.fromUs) / hourUs).toBe(asked.own.at(-1));
    expect(asked.monitored).toBe(1);
  }
});
