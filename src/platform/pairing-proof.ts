import { createHmac, timingSafeEqual } from 'node:crypto';
import { UnderstudyError } from '../contract/errors.ts';

/** Crockford's base 32: no letter that a person could take for another. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const secretBytes = 16;
const secretLetters = 26; // ceil(128 / 5)

/** A one-time pairing secret, 128 bit, for people: `7K2M-…`. */
export function formatSecret(bytes: Uint8Array): string {
  let bits = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) << 2n;
  let letters = '';
  for (let index = 0; index < secretLetters; index++) {
    letters = alphabet[Number(bits & 31n)] + letters;
    bits >>= 5n;
  }
  return letters.match(/.{1,4}/g)?.join('-') ?? letters;
}

/** What a person typed: case, spaces and dashes do not matter; O, I, L are read as 0, 1, 1. Throws `auth.pairing-wrong`. */
export function parseSecret(text: string): Uint8Array {
  const letters = text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  const wrong = letters.length !== secretLetters || Array.from(letters).some((letter) => !alphabet.includes(letter));
  if (wrong)
    throw new UnderstudyError('auth.pairing-wrong', `A pairing secret has ${secretLetters} letters and digits, in groups of four.`, {
      advice: 'Copy it from the agent: its log at the first start shows it.',
    });
  let bits = Array.from(letters).reduce((sum, letter) => (sum << 5n) | BigInt(alphabet.indexOf(letter)), 0n) >> 2n;
  const bytes = new Uint8Array(secretBytes);
  for (let index = secretBytes - 1; index >= 0; index--) {
    bytes[index] = Number(bits & 255n);
    bits >>= 8n;
  }
  return bytes;
}

/**
 * Proof that `role` knows the secret, bound to the keys that both sides see on this very connection:
 * somebody in the middle shows other keys, and 128 random bits cannot be tried out from the proof.
 */
export function pairingProof(secret: Uint8Array, role: 'dialler' | 'agent', keys: { readonly dialler: string; readonly agent: string }): string {
  return createHmac('sha256', secret).update(`understudy pairing 1\n${role}\n${keys.dialler}\n${keys.agent}`).digest('hex');
}

export function sameProof(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
