import type { Notifier } from '../../notify/notifier.ts';
import type { Metrics } from '../../notify/metrics.ts';
import { type NotificationStore, withoutPath } from '../../notify/settings-store.ts';
import type { SomeHandlers } from '../handlers.ts';

export interface NotificationRouteNeeds {
  readonly store: NotificationStore;
  readonly notifier: Notifier;
  readonly metrics: Metrics;
  readonly audit: (who: string, action: string, why: string) => void;
}

export function notificationHandlers({ store, notifier, metrics, audit }: NotificationRouteNeeds): SomeHandlers<'notifications.get' | 'notifications.put' | 'notifications.test' | 'metrics' | 'health'> {
  return {
    'notifications.get': ({ caller }) => {
      const settings = store.settings();
      return caller.authenticated ? settings : { ...settings, webhook: { ...settings.webhook, url: withoutPath(settings.webhook.url) } };
    },
    'notifications.put': async ({ body, caller }) => {
      const { version: before } = store.settings();
      const settings = await store.change(body);
      if (settings.version === before) return settings;
      const on = (['smtp', 'webhook', 'syslog'] as const).filter((channel) => settings[channel].enabled);
      audit(caller.who, 'notifications changed', `Switched on: ${on.length === 0 ? 'none' : on.join(', ')}.`);
      return settings;
    },
    'notifications.test': ({ params }) => notifier.test(params.channel),
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4; charset=utf-8', body: await metrics.text() }),
    health: () => ({ ok: true }),
  };
}
