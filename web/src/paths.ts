/** All addresses of the UI come from here; every state of a screen has one. */
export const paths = {
  overview: '/',
  setup: '/setup/failover',
  footage: '/footage',
  events: '/events',
  backups: '/backups',
  notifications: '/setup/notifications',
  outages: '/outages',
  outage: '/outages/$outage',
} as const;
