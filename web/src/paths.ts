/** All addresses of the UI come from here; every state of a screen has one. */
export const paths = {
  overview: '/',
  login: '/login',
  setup: '/setup/failover',
  notifications: '/setup/notifications',
  footage: '/footage',
  events: '/events',
  outages: '/outages',
  outage: '/outages/$outage',
  backups: '/backups',
  check: '/check',
  server: '/servers/$server',
} as const;
