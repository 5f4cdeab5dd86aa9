import { expect, test } from 'vitest';
import { digestResponse, Doorkeeper, type AuthRules } from './auth.ts';

const rules: AuthRules = {
  schemes: ['digest'], user: 'user', password: 'se:cret', realm: 'Simulated camera', qop: false, nonceMs: 1000,
};

// The worked example of RFC 7616 3.9.1.
const example = new Map([
  ['nonce', '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v'],
  ['uri', '/dir/index.html'],
  ['nc', '00000001'],
  ['cnonce', 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ'],
  ['qop', 'auth'],
]);
const mufasa = { user: 'Mufasa', realm: 'http-auth@example.org', password: 'Circle of Life' };

test('digest responses are those of RFC 7616', () => {
  expect(digestResponse('digest', mufasa, 'GET', example)).toBe('8ca523f5e9506fed4657c9700eebdbec');
  expect(digestResponse('digest-sha256', mufasa, 'GET', example)).toBe(
    '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
  );
});

function login(keeper: Doorkeeper, given: AuthRules, nowMs: number): string {
  const nonce = /nonce="([^"]+)"/.exec(keeper.challenges(given, nowMs, false)[0]!)![1]!;
  const fields = new Map([['nonce', nonce], ['uri', 'rtsp://h/cam/1']]);
  const response = digestResponse('digest', given, 'DESCRIBE', fields);
  return `Digest username="${given.user}", realm="${given.realm}", nonce="${nonce}", uri="rtsp://h/cam/1", response="${response}"`;
}

test('a right digest is let in, an old nonce is stale, a wrong method or password is unknown', () => {
  const keeper = new Doorkeeper();
  const header = login(keeper, rules, 0);
  expect(keeper.judge(rules, 'DESCRIBE', header, 1000)).toBe('in');
  expect(keeper.judge(rules, 'DESCRIBE', header, 1001)).toBe('stale');
  expect(keeper.judge(rules, 'SETUP', header, 0)).toBe('unknown');
  expect(keeper.judge({ ...rules, password: 'new' }, 'DESCRIBE', header, 0)).toBe('unknown');
  expect(keeper.judge(rules, 'DESCRIBE', undefined, 0)).toBe('unknown');
});

test('a nonce of somebody else is stale, never in', () => {
  const header = login(new Doorkeeper(), rules, 0);
  expect(new Doorkeeper().judge(rules, 'DESCRIBE', header, 0)).toBe('stale');
});

test('basic is only accepted where it is offered; colons in the password count', () => {
  const header = `Basic ${Buffer.from('user:se:cret').toString('base64')}`;
  const keeper = new Doorkeeper();
  expect(keeper.judge(rules, 'DESCRIBE', header, 0)).toBe('unknown');
  expect(keeper.judge({ ...rules, schemes: ['digest', 'basic'] }, 'DESCRIBE', header, 0)).toBe('in');
});

test('challenges name what the rules offer, in that order', () => {
  const lines = new Doorkeeper().challenges({ ...rules, schemes: ['digest-sha256', 'digest', 'basic'], qop: true }, 0, true);
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatch(/^Digest realm="Simulated camera", nonce="[0-9a-f]{32}", qop="auth", algorithm=SHA-256, stale=true$/);
  expect(lines[1]).toMatch(/algorithm=MD5/);
  expect(lines[2]).toBe('Basic realm="Simulated camera"');
});
