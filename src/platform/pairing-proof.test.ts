import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatSecret, pairingProof, parseSecret, sameProof } from './pairing-proof.ts';

const secrets = fc.uint8Array({ minLength: 16, maxLength: 16 });

describe('pairing secret', () => {
  test('is read back as it was shown, also typed carelessly', () => {
    fc.assert(
      fc.property(secrets, (bytes) => {
        const shown = formatSecret(bytes);
        expect(shown).toMatch(/^([0-9A-Z]{4}-){6}[0-9A-Z]{2}$/);
        expect(parseSecret(shown)).toEqual(bytes);
        expect(parseSecret(` ${shown.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')} `)).toEqual(bytes);
      }),
    );
  });

  test('of another length or with other letters is refused', () => {
    const shown = formatSecret(new Uint8Array(16).fill(7));
    for (const wrong of ['', shown.slice(1), `${shown}A`, shown.replace(/.$/, 'U')]) expect(() => parseSecret(wrong)).toThrow(/26 letters/);
  });
});

describe('pairing proof', () => {
  const keys = { dialler: 'a'.repeat(64), agent: 'b'.repeat(64) };

  test('differs by secret, role and each key', () => {
    const secret = new Uint8Array(16).fill(1);
    const proofs = [
      pairingProof(secret, 'dialler', keys),
      pairingProof(secret, 'agent', keys),
      pairingProof(new Uint8Array(16).fill(2), 'dialler', keys),
      pairingProof(secret, 'dialler', { ...keys, agent: 'c'.repeat(64) }),
      pairingProof(secret, 'dialler', { ...keys, dialler: 'c'.repeat(64) }),
      pairingProof(secret, 'dialler', { dialler: keys.agent, agent: keys.dialler }),
    ];
    expect(new Set(proofs).size).toBe(proofs.length);
    for (const proof of proofs) expect(sameProof(proof, proofs[0] ?? '')).toBe(proof === proofs[0]);
    expect(sameProof('', proofs[0] ?? '')).toBe(false);
  });
});
