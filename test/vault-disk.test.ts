import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { document, vaultFixture } from './support/vault-fixture.ts';

/** A file system of 2 MB needs root; a child in its own user namespace would not share it with this process. */
const isRoot = process.getuid?.() === 0;

test.runIf(isRoot)('B08: a really full disk: the last good backup is intact, `failed backup`, and room heals it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'understudy-small-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder]);
  onTestFinished(async () => {
    // A file that was read to its end is closed a moment later.
    await vi.waitFor(() => execFileSync('umount', [folder]), { timeout: 10_000 });
    rmdirSync(folder);
  });
  const { vault, north } = vaultFixture({ folder: join(folder, 'backups') });
  await vault.backup('north', 'on demand');
  north.document = document(5);
  north.files = [['settings.json', Buffer.alloc(4_000_000, 1)]];
  await expect(vault.backup('north', 'on demand')).rejects.toMatchObject({ code: 'store.full' });
  expect(vault.status('north').error).toMatchObject({ code: 'store.full' });
  expect(await vault.newestVerified('north')).toMatchObject({ ok: true, backup: { document: { cameras: { length: 4 } } } });
  execFileSync('mount', ['-o', 'remount,size=20m', folder]);
  await vault.backup('north', 'on demand');
  expect(await vault.newestVerified('north')).toMatchObject({ ok: true, backup: { document: { cameras: { length: 5 } } } });
});
