import { createHash, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { link, open, unlink } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { UnderstudyError } from '../contract/errors.ts';
import { readIfThere, syncFolder } from './durable-file.ts';
import { makeFolder } from './make-folder.ts';

/** One process's own key and certificate. The private key never leaves this object but into TLS. */
export interface TlsIdentity {
  readonly keyPem: string;
  readonly certPem: string;
  /** SHA-256 of the public key (SPKI, DER), hex: what the other side pins. */
  readonly fingerprint: string;
}

const fileName = 'link-identity.pem';

/**
 * The identity of a data folder, made at the first call: ECDSA P-256, self-signed, one file, 0600.
 * Never renewed: the other side pins the key, and dates are not looked at (a wrong clock must not
 * cut the link).
 */
export async function loadIdentity(folder: string): Promise<TlsIdentity> {
  return await identityOf(folder, fileName, []);
}

/** The same in a file of another name; `names`: DNS names and IP addresses that a newly made certificate shall stand for. */
export async function identityOf(folder: string, file: string, names: readonly string[]): Promise<TlsIdentity> {
  const path = join(folder, file);
  const there = await readIfThere(path);
  if (there !== null) return parseIdentity(there, path);
  await makeFolder(folder, 0o700);
  await publish(folder, path, await makeIdentityPem(names));
  const made = await readIfThere(path);
  if (made === null) throw new UnderstudyError('store.io', `The key file ${path} vanished right after it was written.`);
  return parseIdentity(made, path);
}

/** SHA-256 of a certificate's public key (SPKI, DER), hex. */
export function spkiFingerprint(certificate: X509Certificate): string {
  return createHash('sha256').update(certificate.publicKey.export({ type: 'spki', format: 'der' })).digest('hex');
}

// `link` instead of `rename`: of two processes that start at once, the first one's key stays.
async function publish(folder: string, path: string, pem: string): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(pem);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(temporary);
  }
  await syncFolder(folder);
}

function parseIdentity(pem: string, path: string): TlsIdentity {
  const key = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----/.exec(pem)?.[0];
  const cert = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(pem)?.[0];
  if (key === undefined || cert === undefined)
    throw new UnderstudyError('input.invalid', `${path} does not hold a private key and a certificate.`, {
      advice: 'Bring the file back from a copy, or delete it and pair again.',
    });
  return { keyPem: key, certPem: cert, fingerprint: spkiFingerprint(new X509Certificate(cert)) };
}

async function makeIdentityPem(names: readonly string[]): Promise<string> {
  // Loaded only at the very first start: both are large and nothing else needs them.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=understudy',
      keys,
      signingAlgorithm: algorithm,
      notBefore: new Date('2000-01-01T00:00:00Z'),
      notAfter: new Date('9999-12-31T23:59:59Z'), // RFC 5280 4.1.2.5: no well-defined end
      ...(names.length === 0 ? {} : { extensions: [new x509.SubjectAlternativeNameExtension(names.map((name) => ({ type: isIP(name) === 0 ? 'dns' : 'ip', value: name })))] }),
    },
    webcrypto as unknown as Parameters<typeof x509.X509CertificateGenerator.createSelfSigned>[1],
  );
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const key = `-----BEGIN PRIVATE KEY-----\n${der.match(/.{1,64}/g)?.join('\n')}\n-----END PRIVATE KEY-----`;
  return `${key}\n${certificate.toString('pem')}\n`;
}
