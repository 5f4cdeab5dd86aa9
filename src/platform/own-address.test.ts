import { expect, test } from 'vitest';
import { ownAddressTowards } from './own-address.ts';

test('our own address in a network that we reach', async () => {
  expect(await ownAddressTowards('127.0.0.1')).toBe('127.0.0.1');
  expect(await ownAddressTowards('localhost')).toBe('127.0.0.1');
});

test('a name without an address, and a network without a way to it, give none: 0.0.0.0 is nobody’s', async () => {
  expect(await ownAddressTowards('nobody.invalid')).toBeNull();
  expect(await ownAddressTowards('255.255.255.255')).toBeNull();
});
