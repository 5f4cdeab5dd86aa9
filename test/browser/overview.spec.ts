import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, settingsOf, test, until } from './site.ts';

test('what happens next counts down, can be held, goes on when it is let go; meanwhile its backup fails, and the switch off keeps it', async ({ ann, site }) => {
  const recorder = site.recorders[1]!;
  await ann.goto(`${site.failover.ready.url}/`);
  const row = ann.locator(`[data-server="${recorder.serverId}"]`);
  await expect(row.getByText('Alive', { exact: true })).toBeVisible();
  await recorder.agent.end();
  await expect(row.getByText(/it is taken over at this time/)).toBeVisible({ timeout: 15_000 });
  await expect(row.getByText(/^in \d+ s$/)).toBeVisible();
  await row.getByRole('button', { name: 'Hold' }).click();
  await expect(row.getByRole('button', { name: 'Go on' })).toBeVisible();
  // An hour at most, and how much of it is left.
  await expect(row.getByText(/^in 59 min \d+ s$/)).toBeVisible();
  await until('the server counts as failed', 25_000, async () => (await site.server(recorder)).state === 'failed');
  expect((await site.server(recorder)).role.state, 'held: not taken over').toBe('standby');
  await expect(row.getByText('Not taken over', { exact: true })).toBeVisible();

  // Its settings cannot be fetched now: `failed backup` with the reason, at once and for this server alone.
  await ann.goto(`${site.failover.ready.url}/setup/failover?server=${recorder.serverId}`);
  await ann.getByRole('button', { name: 'Backup all servers' }).click();
  const job = ann.getByRole('dialog', { name: 'Backup all servers' });
  await expect(job.getByRole('listitem').filter({ hasText: 'Recorder 2' })).toContainText(/Failed: /);
  await expect(job.getByRole('listitem').filter({ hasText: 'Recorder 1' })).toContainText('Done');
  await job.getByRole('button', { name: 'Close' }).click();
  const { error, lastGood } = (await site.server(recorder)).backup;
  expect(error?.code).toBe('backup.unreachable');
  expect(lastGood, 'the last good one stays').not.toBeNull();
  const listed = ann.getByRole('row', { name: /Recorder 2/ });
  await expect(listed.getByText('failed backup')).toBeVisible();
  await expect(listed).toContainText(error!.text);

  // Let go on with the switch off, it waits for a person, and nothing says that it is being taken over.
  const toggle = ann.getByRole('switch', { name: 'Automatically take over server', exact: true });
  await toggle.click();
  await expect.poll(async () => (await settingsOf(site)).automaticTakeOver).toBe(false);
  try {
    await ann.goto(`${site.failover.ready.url}/`);
    await expect(row.getByText('failed backup')).toBeVisible();
    await row.getByRole('button', { name: 'Go on' }).click();
    await expect(row.getByRole('button', { name: /Hold|Go on/ })).toHaveCount(0);
    await until('the switch keeps it', 10_000, async () => (await site.server(recorder)).role.reason?.text.startsWith('Automatically take over server is off'));
    await expect(row.getByText('Not taken over', { exact: true })).toBeVisible();
    await expect(row).not.toContainText('Taking over');
    await ann.goto(`${site.failover.ready.url}/setup/failover?server=${recorder.serverId}`);
    await expect(ann.getByText('Not taken over', { exact: true })).toBeVisible();
  } finally {
    const seen = await site.api.call('settings.get');
    await site.api.call('settings.put', { body: { version: seen.version, settings: { ...seen.settings, automaticTakeOver: true } } });
  }
  await until('it is taken over', 20_000, async () => (await site.server(recorder)).role.state === 'active');
  await ann.goto(`${site.failover.ready.url}/`);
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
