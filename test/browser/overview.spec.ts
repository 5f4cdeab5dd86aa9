import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, until } from './site.ts';

test('what happens next counts down, can be held, and goes on when it is let go', async ({ ann, site }) => {
  const recorder = site.recorders[1]!;
  await ann.goto(`${site.failover.ready.url}/`);
  const row = ann.locator(`[data-server="${recorder.serverId}"]`);
  await expect(row.getByText('Alive', { exact: true })).toBeVisible();
  await recorder.agent.end();
  await expect(row.getByText(/it is taken over at this time/)).toBeVisible({ timeout: 15_000 });
  await expect(row.getByText(/^in \d+ s$/)).toBeVisible();
  await row.getByRole('button', { name: 'Hold' }).click();
  await expect(row.getByRole('button', { name: 'Go on' })).toBeVisible();
  await until('the server counts as failed', 25_000, async () => (await site.server(recorder)).state === 'failed');
  expect((await site.server(recorder)).role.state, 'held: not taken over').toBe('standby');
  await row.getByRole('button', { name: 'Go on' }).click();
  await until('it is taken over', 20_000, async () => (await site.server(recorder)).role.state === 'active');
  await expect(row.getByText('Recording 2 of 2 cameras')).toBeVisible({ timeout: 15_000 });

  await site.restartAgent(recorder);
  await until('the role is back', 60_000, async () => (await site.server(recorder)).role.state === 'standby');
  await expect(row.getByText('Alive', { exact: true })).toBeVisible({ timeout: 15_000 });
});

test('Settings backups: the difference stands there in plain words, without the password', async ({ ann, site }) => {
  const recorder = site.recorders[1]!;
  const file = join(recorder.folder, 'settings.json');
  const before = await readFile(file, 'utf8');
  const document = JSON.parse(before) as { cameras: { id: string; name: string; url: string; password?: string; username?: string }[] };
  const [third, fourth] = document.cameras;
  await writeFile(file, JSON.stringify({ ...document, cameras: [{ ...third!, name: 'Gate', username: 'guard', password: 'very-secret-word' }, fourth, { ...fourth!, id: 'cam-9', name: 'Yard' }] }));
  try {
    const version = await until('the change is backed up', 40_000, async () => {
      const [newest] = await site.api.call('backups.list', { params: { server: recorder.serverId } });
      return newest?.cameras === 3 && newest.version;
    });
    await ann.goto(`${site.failover.ready.url}/backups?server=${recorder.serverId}&version=${version}`);
    const changed = ann.getByRole('region', { name: `What changed in version ${version}` });
    await expect(changed.getByText('Camera "Yard" added', { exact: false })).toBeVisible();
    await expect(changed.getByText(/name changed from Camera 3 to Gate/)).toBeVisible();
    await expect(changed.getByText(/password/i)).toBeVisible();
    await expect(ann.getByRole('rowheader', { name: 'Yard' })).toBeVisible();
    expect(await ann.content()).not.toContain('very-secret-word');
  } finally {
    await writeFile(file, before);
  }
  // A third of the cameras is gone: the backup waits for a person, and is not used before.
  const held = await until('the old settings are backed up, and held', 40_000, async () => {
    const [newest] = await site.api.call('backups.list', { params: { server: recorder.serverId } });
    return newest?.cameras === 2 && newest.state === 'held' && newest.version;
  });
  await ann.goto(`${site.failover.ready.url}/backups?server=${recorder.serverId}`);
  await expect(ann.getByText('Waits for confirmation')).toBeVisible();
  await ann.getByRole('button', { name: `Accept (version ${held})` }).click();
  const dialog = ann.getByRole('dialog');
  await dialog.getByLabel(/Type .Recorder 2. to confirm/).fill('Recorder 2');
  await dialog.getByRole('button', { name: 'Accept' }).click();
  await expect.poll(async () => (await site.server(recorder)).backup.lastGood?.version).toBe(held);
});
