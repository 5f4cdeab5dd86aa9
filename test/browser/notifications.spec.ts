import { createSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { expect, test } from './site.ts';

/** Takes any letter, as a mail server of a site does; no TLS, no log-in. */
async function mailSink(): Promise<{ readonly port: number; readonly letters: readonly string[]; close(): void }> {
  const letters: string[] = [];
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    let letter: string | null = null;
    let rest = '';
    socket.write('220 sink\r\n');
    socket.on('data', (bytes) => {
      rest += bytes.toString();
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (letter !== null && line !== '.') letter += `${line}\n`;
        else if (letter !== null) {
          letters.push(letter);
          letter = null;
          socket.write('250 taken\r\n');
        } else if (/^DATA/i.test(line)) {
          letter = '';
          socket.write('354 go on\r\n');
        } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
        else socket.write('250 ok\r\n');
      }
    });
    socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as { port: number }).port,
    letters,
    close: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

test('e-mail, syslog and metrics: each is saved, tested by its button, and arrives', async ({ ann, site }) => {
  const mail = await mailSink();
  const told: string[] = [];
  const syslog = createSocket('udp4').on('message', (bytes) => told.push(bytes.toString()));
  await new Promise<void>((resolve) => syslog.bind(0, '127.0.0.1', resolve));
  try {
    await ann.goto(`${site.failover.ready.url}/setup/notifications`);
    const byMail = ann.getByRole('region', { name: 'E-mail' });
    await expect(byMail.getByRole('button', { name: 'Send a test message' })).toHaveAccessibleDescription('Switched off: switch it on and save first.');
    // A browser must not put the person's own password where the mail server's belongs.
    await expect(byMail.getByLabel('Password')).toHaveAttribute('autocomplete', 'new-password');
    await byMail.getByRole('switch', { name: 'On' }).click();
    await byMail.getByLabel('Host').fill('127.0.0.1');
    await byMail.getByLabel('Port').fill('99999');
    await expect(byMail.getByRole('alert').first()).toBeVisible();
    await byMail.getByLabel('Port').fill('');
    await expect(byMail.getByLabel('Port')).toHaveAccessibleDescription('A number is needed.');
    await byMail.getByLabel('Port').fill(String(mail.port));
    await byMail.getByLabel('Sender').fill('understudy@example.org');
    await byMail.getByLabel('Receivers').fill('guard@example.org, boss@example.org');
    const bySyslog = ann.getByRole('region', { name: 'Syslog' });
    await bySyslog.getByRole('switch', { name: 'On' }).click();
    await bySyslog.getByLabel('Host').fill('127.0.0.1');
    await bySyslog.getByLabel('Port').fill(String(syslog.address().port));
    await expect(byMail.getByRole('button', { name: 'Send a test message' })).toHaveAccessibleDescription('Save first: the test uses the saved settings.');
    await ann.getByRole('button', { name: 'Save' }).click();

    await byMail.getByRole('button', { name: 'Send a test message' }).click();
    await expect(byMail.getByText(/^Sent after/)).toBeVisible({ timeout: 15_000 });
    expect(mail.letters[0]).toMatch(/guard@example\.org, boss@example\.org/);
    await bySyslog.getByRole('button', { name: 'Send a test message' }).click();
    await expect(bySyslog.getByText(/^Sent after/)).toBeVisible({ timeout: 15_000 });
    await expect.poll(() => told[0] ?? '').toMatch(/^<\d+>1 \S+ \S+ understudy - /);

    const metrics = ann.getByRole('region', { name: 'Prometheus' });
    await metrics.getByRole('button', { name: 'Fetch them once' }).click();
    await expect(metrics.getByText(/^[1-9]\d* values after/)).toBeVisible();

    // A receiver that is not there is said in words.
    mail.close();
    await byMail.getByRole('button', { name: 'Send a test message' }).click();
    await expect(byMail.getByText(/^Failed after/)).toBeVisible({ timeout: 25_000 });
    for (const region of [byMail, bySyslog]) await region.getByRole('switch', { name: 'On' }).click();
    await ann.getByRole('button', { name: 'Save' }).click();
    await expect.poll(async () => (await site.api.call('notifications.get')).smtp.enabled).toBe(false);
  } finally {
    mail.close();
    syslog.close();
  }
});
