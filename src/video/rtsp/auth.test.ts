import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Authenticator, chooseChallenge } from './auth.ts';

const answer = (challenges: string[], user: string, password: string, cnonce: string, method: string, uri: string): string => {
  const challenge = chooseChallenge(challenges);
  if (challenge === null) throw new Error('no challenge');
  return new Authenticator({ username: user, password }, challenge, () => cnonce).authorize(method, uri);
};

describe('authentication', () => {
  it('is not kept busy by a challenge that is one long word', () => {
    const before = process.cpuUsage(); // not by the clock: others may be using this machine
    expect(chooseChallenge([`Digest ${'a'.repeat(60_000)}`])).toBeNull();
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(500);
  });

  it('answers the example of RFC 2617 §3.5', () => {
    const header = answer(
      ['Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'],
      'Mufasa', 'Circle Of Life', '0a4f113b', 'GET', '/dir/index.html',
    );
    expect(header).toContain('response="6629fae49393a05397450978507c4ef1"');
    expect(header).toContain('opaque="5ccc069c403ebaf9f0171e9517f40e41"');
    expect(header).toContain('nc=00000001');
  });

  it('answers the SHA-256 example of RFC 7616 §3.9.1, and prefers it to MD5 and Basic', () => {
    const digest = (algorithm: string): string =>
      `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`;
    const header = answer(
      ['Basic realm="x"', digest('MD5'), digest('SHA-256')],
      'Mufasa', 'Circle of Life', 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ', 'GET', '/dir/index.html',
    );
    expect(header).toContain('response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"');
    expect(header).toContain('algorithm=SHA-256');
  });

  it('answers digest without qop (RFC 2069) and Basic', () => {
    const header = answer(['Digest realm="R", nonce="n"'], 'u', 'p', 'c', 'DESCRIBE', 'rtsp://h/1');
    expect(header).not.toContain('nc=');
    expect(header).not.toContain('algorithm');
    expect(answer(['Basic realm="x"'], 'user', 'pä:ss', 'c', 'OPTIONS', '*')).toBe(`Basic ${Buffer.from('user:pä:ss').toString('base64')}`);
  });

  it('reads two challenges in one header, and stale', () => {
    expect(chooseChallenge(['Basic realm="a, b", Digest realm="r", nonce="n", stale=TRUE'])).toMatchObject({ scheme: 'digest', stale: true, nonce: 'n' });
  });

  it('protects the body where the camera wants nothing less (RFC 7616 §3.4.3): it is empty', () => {
    const header = answer(['Digest realm="r", nonce="n", qop="auth-int"'], 'u', 'p', 'c', 'DESCRIBE', 'rtsp://h/1');
    const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
    expect(header).toContain(`response="${md5(`${md5('u:r:p')}:n:00000001:c:auth-int:${md5(`DESCRIBE:rtsp://h/1:${md5('')}`)}`)}"`);
    expect(header).toContain('qop=auth-int, nc=00000001, cnonce="c"');
  });

  it('passes over what it cannot answer', () => {
    expect(chooseChallenge(['Negotiate', 'Digest realm="r", nonce="n", algorithm=SHA-512-256', 'Digest realm="r", nonce="n", qop="auth-conf"'])).toBeNull();
  });
});
