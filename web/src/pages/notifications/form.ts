import type { AlarmKind, NotificationChange, NotificationSettings } from '../../../../src/contract/api/events.ts';
import { numberOf } from '../../components/typed-number.ts';

/** What stands in the fields: all of it text, secrets empty unless typed anew. */
export interface NotificationForm {
  readonly kinds: readonly AlarmKind[];
  readonly smtp: { readonly enabled: boolean; readonly host: string; readonly port: string; readonly secure: boolean; readonly user: string; readonly from: string; readonly to: string; readonly password: string };
  readonly webhook: { readonly enabled: boolean; readonly url: string; readonly secret: string };
  readonly syslog: { readonly enabled: boolean; readonly host: string; readonly port: string };
}

export function formOf({ kinds, smtp, webhook, syslog }: NotificationSettings): NotificationForm {
  const { passwordSet: _passwordSet, ...mail } = smtp;
  return {
    kinds,
    smtp: { ...mail, port: String(smtp.port), to: smtp.to.join(', '), password: '' },
    webhook: { enabled: webhook.enabled, url: webhook.url, secret: '' },
    syslog: { ...syslog, port: String(syslog.port) },
  };
}

/** Secrets left empty are left out: the failover server then keeps the ones it has. */
export function changeOf({ kinds, smtp, webhook, syslog }: NotificationForm, version: number): NotificationChange {
  const { password, ...mail } = smtp;
  const to = smtp.to.split(',').map((each) => each.trim()).filter((each) => each !== '');
  return {
    version,
    kinds: [...kinds],
    smtp: { ...mail, port: numberOf(smtp.port), to, ...(password === '' ? {} : { password }) },
    webhook: { enabled: webhook.enabled, url: webhook.url, ...(webhook.secret === '' ? {} : { secret: webhook.secret }) },
    syslog: { ...syslog, port: numberOf(syslog.port) },
  };
}
