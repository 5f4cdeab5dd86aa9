import { z } from 'zod';
import { alarmKinds, notificationSettings, type NotificationChange, type NotificationSettings } from '../../contract/api/events.ts';
import { UnderstudyError } from '../../contract/errors.ts';
import type { Random } from '../../platform/random.ts';
import type { Sql } from '../../platform/sqlite.ts';
import { sealBytes, unsealBytes, type VaultKey } from '../vault/seal.ts';

const secretsRule = z.object({ smtpPassword: z.string().nullable(), webhookSecret: z.string().nullable() });
export type NotificationSecrets = z.infer<typeof secretsRule>;
const noSecrets: NotificationSecrets = { smtpPassword: null, webhookSecret: null };

const nothing: NotificationSettings = {
  version: 0,
  kinds: [...alarmKinds],
  smtp: { enabled: false, host: '', port: 587, secure: false, user: '', from: '', to: [], passwordSet: false },
  webhook: { enabled: false, url: '', secretSet: false },
  syslog: { enabled: false, host: '', port: 514 },
};

/** The path of a webhook often is its secret: whoever shows no token sees only where it goes. */
export function withoutPath(url: string): string {
  if (!URL.canParse(url)) return '';
  const { origin, pathname, search, hash } = new URL(url);
  return pathname === '/' && search === '' && hash === '' ? url : `${origin}/…`;
}

/** Who is told of what. Secrets lie sealed and are never read back. */
export class NotificationStore {
  readonly #sql: Sql;
  readonly #key: VaultKey;
  readonly #random: Random;
  #settings: NotificationSettings = nothing;
  #secrets: NotificationSecrets = noSecrets;

  private constructor(sql: Sql, key: VaultKey, random: Random) {
    this.#sql = sql;
    this.#key = key;
    this.#random = random;
  }

  static async open(sql: Sql, key: VaultKey, random: Random): Promise<NotificationStore> {
    const store = new NotificationStore(sql, key, random);
    const row = sql.prepare('SELECT settings, secrets FROM notification_settings').get();
    if (row === undefined) return store;
    store.#settings = notificationSettings.parse(JSON.parse(String(row['settings'])));
    const sealed = row['secrets'];
    if (sealed instanceof Uint8Array) store.#secrets = secretsRule.parse(JSON.parse(Buffer.from(await unsealBytes(key, sealed)).toString()));
    return store;
  }

  settings(): NotificationSettings {
    return this.#settings;
  }

  secrets(): NotificationSecrets {
    return this.#secrets;
  }

  async change(change: NotificationChange): Promise<NotificationSettings> {
    if (change.version !== this.#settings.version) throw new UnderstudyError('input.conflict', 'Somebody changed the notifications meanwhile.', { advice: 'Read them again and repeat the change.' });
    const { password, ...smtp } = change.smtp;
    const { secret, url, ...rest } = change.webhook;
    // A form that was read without a log-in gives back what it was shown.
    const webhook = { ...rest, url: url !== '' && url === withoutPath(this.#settings.webhook.url) ? this.#settings.webhook.url : url };
    complete(change);
    const secrets = {
      smtpPassword: password === undefined ? this.#secrets.smtpPassword : password,
      webhookSecret: secret === undefined ? this.#secrets.webhookSecret : secret,
    };
    const settings: NotificationSettings = {
      version: change.version + 1,
      kinds: change.kinds,
      smtp: { ...smtp, passwordSet: secrets.smtpPassword !== null },
      webhook: { ...webhook, secretSet: secrets.webhookSecret !== null },
      syslog: change.syslog,
    };
    // Saved as it was: nothing happened.
    if (same({ ...settings, version: 0 }, { ...this.#settings, version: 0 }) && same(secrets, this.#secrets)) return this.#settings;
    const sealed = await sealBytes(this.#key, this.#random, Buffer.from(JSON.stringify(secrets)));
    this.#sql.prepare('INSERT OR REPLACE INTO notification_settings (one, version, settings, secrets) VALUES (1, ?, ?, ?)').run(settings.version, JSON.stringify(settings), sealed);
    [this.#settings, this.#secrets] = [settings, secrets];
    return settings;
  }
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A channel that is switched on must know where to. */
function complete({ smtp, webhook, syslog }: NotificationChange): void {
  const need = (given: boolean, field: string, text: string): void => {
    if (!given) throw new UnderstudyError('input.invalid', `${field}: ${text}`, { field });
  };
  if (smtp.enabled) {
    need(smtp.host !== '', 'smtp.host', 'The mail server is missing.');
    need(smtp.from !== '', 'smtp.from', 'The sender is missing.');
    need(smtp.to.length > 0, 'smtp.to', 'A receiver is missing.');
  }
  if (webhook.enabled) need(webhook.url !== '', 'webhook.url', 'The address is missing.');
  if (syslog.enabled) need(syslog.host !== '', 'syslog.host', 'The syslog server is missing.');
}
