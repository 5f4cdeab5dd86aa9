import { expect, test } from 'vitest';
import { silentLog } from '../../platform/log.ts';
import { Notifier } from './notifier.ts';
import type { Message } from './senders.ts';

/** Everything is told to the webhook; time is virtual. */
function told(): { notifier: Notifier; sent: Message[]; pass: (ms: number) => void } {
  let nowMs = 0;
  let due: { atMs: number; run: () => void }[] = [];
  const sent: Message[] = [];
  const settings = { kinds: ['failed', 'taken over'], smtp: { enabled: false }, webhook: { enabled: true }, syslog: { enabled: false } };
  const notifier = new Notifier({
    store: { settings: () => settings, secrets: () => ({}) } as never,
    senders: { webhook: async (message: Message) => void sent.push(message) } as never,
    clock: { monotonicMs: () => nowMs, wallMs: () => nowMs, uptimeMs: () => nowMs },
    timers: {
      after: (ms, run) => {
        const one = { atMs: nowMs + ms, run };
        due.push(one);
        return () => void (due = due.filter((each) => each !== one));
      },
      every: () => () => undefined,
    },
    log: silentLog,
    failoverName: () => 'Failover 1',
  });
  const pass = (ms: number): void => {
    nowMs += ms;
    for (const one of due.filter(({ atMs }) => atMs <= nowMs)) {
      due = due.filter((each) => each !== one);
      one.run();
    }
  };
  return { notifier, sent, pass };
}

const failed = (notifier: Notifier, text: string, serverId = 's1'): void => notifier.alarm({ id: `${serverId}/failed`, code: 'failed', serverId, text, sinceMs: 0 }, serverId);

test('the first is sent at once; what follows within a minute is held, and the newest of it sent then, with the number of the others', () => {
  const { notifier, sent, pass } = told();
  failed(notifier, 'failed (silent)');
  expect(sent).toHaveLength(1);
  for (const to of ['failed (silent)', 'failed (crash loop)', 'failed (not started)']) {
    pass(10_000);
    failed(notifier, to);
  }
  expect(sent).toHaveLength(1);
  pass(30_000);
  expect(sent).toHaveLength(2);
  expect(sent[1]?.text).toContain('2 more of this kind');
  // The minute counts from what was sent last.
  pass(59_000);
  failed(notifier, 'failed (silent)');
  expect(sent).toHaveLength(2);
  pass(1000);
  expect(sent).toHaveLength(3);
  expect(sent[2]?.text).not.toContain('more of this kind');
});

test('another server is told of at once, and what is held is sent before the end', () => {
  const { notifier, sent } = told();
  failed(notifier, 'failed (silent)');
  failed(notifier, 'failed (silent)', 's2');
  expect(sent).toHaveLength(2);
  failed(notifier, 'failed (crash loop)');
  notifier.stop();
  expect(sent).toHaveLength(3);
});
