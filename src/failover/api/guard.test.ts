import { expect, test } from 'vitest';
import { bearer, checkHost, checkOrigin, isLoopback, needsOrigin, type Asking } from './guard.ts';

const asking = (headers: Record<string, string> = {}, remoteAddress = '127.0.0.1', method = 'GET'): Asking => ({ headers, remoteAddress, method });

test('loopback is loopback, unless a proxy passed the request on', () => {
  for (const address of ['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1']) expect(isLoopback(asking({}, address)), address).toBe(true);
  for (const address of ['192.0.2.1', '::ffff:10.0.0.1', 'fe80::1', '']) expect(isLoopback(asking({}, address)), address).toBe(false);
  expect(isLoopback(asking({ 'x-forwarded-for': '127.0.0.1' }))).toBe(false);
});

test('a foreign name in Host is refused: DNS rebinding', () => {
  for (const host of ['127.0.0.1:15480', '[::1]:15480', 'localhost:15480', '192.0.2.7', 'Standby-1:80'])
    expect(() => checkHost(asking({ host }), ['standby-1']), host).not.toThrow();
  for (const host of ['evil.example', 'evil.example:15480', 'localhost.evil.example', '127.0.0.1.evil.example'])
    expect(() => checkHost(asking({ host }), ['standby-1']), host).toThrow(/not one of this/);
  expect(() => checkHost(asking(), [])).toThrow();
});

test('another page is refused by its Origin, and without one by the browser’s word', () => {
  const host = '127.0.0.1:15480';
  expect(() => checkOrigin(asking({ host, origin: 'http://127.0.0.1:15480' }))).not.toThrow();
  expect(() => checkOrigin(asking({ host }))).not.toThrow();
  expect(() => checkOrigin(asking({ host, 'sec-fetch-site': 'same-origin' }))).not.toThrow();
  for (const origin of ['http://evil.example', 'http://127.0.0.1:1', 'null', 'not an origin'])
    expect(() => checkOrigin(asking({ host, origin })), origin).toThrow(/another web page/);
  expect(() => checkOrigin(asking({ host, 'sec-fetch-site': 'cross-site' }))).toThrow();
});

test('a change without Origin is told apart', () => {
  expect(needsOrigin(asking({}, '::1', 'POST'))).toBe(true);
  expect(needsOrigin(asking({ origin: 'http://a' }, '::1', 'POST'))).toBe(false);
  expect(needsOrigin(asking())).toBe(false);
});

test('bearer tokens are read, rubbish is not', () => {
  expect(bearer(asking({ authorization: 'Bearer abc' }))).toBe('abc');
  for (const authorization of ['Basic abc', 'Bearer', 'Bearer a b', `Bearer ${'x'.repeat(201)}`]) expect(bearer(asking({ authorization }))).toBeNull();
});
