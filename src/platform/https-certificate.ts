import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { UnderstudyError } from '../contract/errors.ts';
import { identityOf } from './tls-identity.ts';

/** PEM, as Node takes it. */
export interface HttpsIdentity {
  readonly key: string;
  readonly cert: string;
}

/** The certificate alone, for whoever shall trust it: `curl --cacert`, `understudy --ca`. */
export const certificateFile = 'https-cert.pem';

/**
 * A self-made certificate of this data folder, made at the first call and kept, since clients trust
 * exactly it. It stands for this machine's names and addresses of that day; ours ask for no more than the key.
 */
export async function selfMadeHttps(folder: string, names: readonly string[]): Promise<HttpsIdentity> {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address.replace(/%.*$/, '')));
  const all = [...new Set(['localhost', hostname(), ...names, '127.0.0.1', '::1', ...addresses])];
  const { keyPem, certPem } = await identityOf(folder, 'https.pem', all);
  await writeFile(join(folder, certificateFile), `${certPem}\n`);
  return { key: keyPem, cert: certPem };
}

/** Given files; refused in words if they are no pair. */
export async function givenHttps(certPath: string, keyPath: string): Promise<HttpsIdentity> {
  const [cert, key] = [await readFile(certPath, 'utf8'), await readFile(keyPath, 'utf8')];
  const certificate = parsed(() => new X509Certificate(cert), certPath, 'a certificate in PEM form', '--tls-cert');
  const privateKey = parsed(() => createPrivateKey(key), keyPath, 'a private key in PEM form without a passphrase', '--tls-key');
  if (!certificate.checkPrivateKey(privateKey))
    throw new UnderstudyError('input.invalid', `The key in ${keyPath} does not belong to the certificate in ${certPath}.`, { field: '--tls-key', advice: 'Name the key that the certificate was made for.' });
  return { key, cert };
}

function parsed<T>(parse: () => T, path: string, what: string, field: string): T {
  try {
    return parse();
  } catch (error) {
    throw new UnderstudyError('input.invalid', `${path} does not hold ${what}.`, { field, cause: error });
  }
}
