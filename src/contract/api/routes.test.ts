import { expect, test } from 'vitest';
import { z } from 'zod';
import { errors } from '../errors.ts';
import { defaultTimeouts, timeouts } from './timeouts.ts';
import { addressRule } from './common.ts';
import { routeNames, routePath, routes } from './routes.ts';
import { httpStatus } from './status.ts';

test('every parameter of a path has a rule, and every rule a parameter', () => {
  for (const name of routeNames) {
    const { path, params } = routes[name];
    const inPath = [...path.matchAll(/:([a-z]+)/g)].map((match) => match[1]).toSorted();
    expect(Object.keys(params.shape).toSorted(), name).toEqual(inPath);
  }
});

test('that shorter time-outs must be allowed first is said only where it would help', () => {
  const said = (keepAliveMs: number, allowShorter = false): string | undefined => timeouts.safeParse({ ...defaultTimeouts, allowShorter, keepAliveMs }).error?.issues[0]?.message;
  expect(said(10_000)).toBe('Keep alive: between 30 s and 5 min (shorter ones must be allowed first).');
  expect(said(301_000)).toBe('Keep alive: between 30 s and 5 min.');
  expect(said(1_000)).toBe('Keep alive: between 30 s and 5 min.');
  expect(said(1_000, true)).toBe('Keep alive: between 3 s and 5 min.');
});

test('no two routes share method and path', () => {
  const lines = routeNames.map((name) => `${routes[name].method} ${routes[name].path.replace(/:[a-z]+/g, ':')}`);
  expect(new Set(lines).size).toBe(lines.length);
});

test('whatever changes something needs a token', () => {
  const open = routeNames.filter((name) => routes[name].method !== 'GET' && routes[name].access !== 'change');
  expect(open).toEqual(['session.create', 'session.remove', 'standby.calculate']);
});

test('every JSON answer can be written as JSON schema', () => {
  for (const name of routeNames) {
    if (routes[name].answer !== 'json') continue;
    expect(z.toJSONSchema(routes[name].response, { io: 'output' }), name).toHaveProperty('$schema');
  }
});

test('a path is filled in, escaped, and may go through another failover server', () => {
  expect(routePath('servers.get', { server: 'a/b' })).toBe('/api/servers/a%2Fb');
  expect(routePath('servers.get', { server: 'north' }, 'second')).toBe('/api/at/second/servers/north');
});

test('every error code has a status of its family', () => {
  for (const code of Object.keys(errors) as (keyof typeof errors)[]) expect(httpStatus(code), code).toBeGreaterThanOrEqual(400);
  expect(httpStatus('process.defect')).toBe(500);
});

test('time-outs outside their range are refused by name (O04)', () => {
  expect(timeouts.safeParse(defaultTimeouts).success).toBe(true);
  const short = { ...defaultTimeouts, keepAliveMs: 3_000 };
  const refused = timeouts.safeParse(short);
  expect(refused.error?.issues[0]).toMatchObject({ path: ['keepAliveMs'], message: 'Keep alive: between 30 s and 5 min (shorter ones must be allowed first).' });
  expect(timeouts.safeParse({ ...short, allowShorter: true }).success).toBe(true);
  expect(timeouts.safeParse({ ...short, allowShorter: true, keepAliveMs: 2_999 }).success).toBe(false);
  expect(timeouts.safeParse({ ...defaultTimeouts, connectedMs: 3_600_001 }).success).toBe(false);
});

test('addresses: names, IPv4, IPv6, ports; nothing else', () => {
  for (const good of ['recorder-1', '192.0.2.7:15410', '[2001:db8::7]:80', 'a.example']) expect(addressRule.safeParse(good).success, good).toBe(true);
  for (const bad of ['', 'a b', 'http://a', 'a:0', 'a:70000', '<script>', 'a/b', '-a', '2001:db8::7', '999.1.1.1', '192.0.2', '192.0.2.7.8:80', '12345']) expect(addressRule.safeParse(bad).success, bad).toBe(false);
});
