import { expect, test } from 'vitest';
import { notificationChange, notificationSettings } from './events.ts';

const settings = (host: string) => ({
  version: 1,
  kinds: [],
  smtp: { enabled: true, host, port: 587, secure: false, user: '', from: '', to: [] },
  webhook: { enabled: false, url: '' },
  syslog: { enabled: false, host, port: 514 },
});
const refused = (host: string): readonly string[] => notificationChange.safeParse(settings(host)).error?.issues.map(({ path }) => path.join('.')) ?? [];

test('a port behind a host is refused where the port has a field of its own; an IPv6 address is a host', () => {
  for (const host of ['', 'mail', 'mail.example.org', '192.0.2.7', '::1', '2001:db8::7', '::ffff:192.0.2.7']) expect(refused(host), host).toEqual([]);
  for (const host of ['mail.example.org:587', '192.0.2.7:25', 'mail:']) expect(refused(host), host).toEqual(['smtp.host', 'syslog.host']);
});

test('what was stored before that rule is still read', () => {
  const { smtp, webhook, ...rest } = settings('mail.example.org:587');
  expect(notificationSettings.safeParse({ ...rest, smtp: { ...smtp, passwordSet: false }, webhook: { ...webhook, secretSet: false } }).success).toBe(true);
});
