/**
 * The apps of the shared server. Test files run at the same time against it, so every test uses channels and users of its own; an app whose
 * state is shared by all of its connections (`quota`) belongs to one test file.
 */
export const apps = {
  /** Nothing but defaults. A numeric id, as `Pusher.forURL` needs it. */
  plain: { id: '1001', key: 'plain-key', secret: 'plain-secret' },
  /** A second tenant, to show that nothing leaks between apps. A text id. */
  other: { id: 'other-app', key: 'other-key', secret: 'other-secret' },
  counted: { id: 'counted', key: 'counted-key', secret: 'counted-secret', subscriptionCount: true },
  watched: { id: 'watched', key: 'watched-key', secret: 'watched-secret', watchlist: true },
  guarded: { id: 'guarded', key: 'guarded-key', secret: 'guarded-secret', userAuthentication: { required: true, timeoutSeconds: 1 } },
  quota: { id: 'quota', key: 'quota-key', secret: 'quota-secret', maxConnections: 2 },
  disabled: { id: 'disabled', key: 'disabled-key', secret: 'disabled-secret', enabled: false },
  muted: { id: 'muted', key: 'muted-key', secret: 'muted-secret', clientEvents: false },
  impatient: {
    id: 'impatient',
    key: 'impatient-key',
    secret: 'impatient-secret',
    limits: { activityTimeoutSeconds: 1, pongTimeoutSeconds: 1 },
  },
  small: {
    id: 'small',
    key: 'small-key',
    secret: 'small-secret',
    watchlist: true,
    limits: { presenceMembers: 2, channelsPerConnection: 3, clientEventsPerSecond: 2, cacheTtlSeconds: 1, watchlistUsers: 2 },
  },
  /** Secrets in rotation: `key` is the active one. */
  rotated: {
    id: 'rotated',
    key: 'rotated-key',
    secret: 'rotated-secret',
    keys: [
      { key: 'rotated-key', secret: 'rotated-secret', status: 'active' },
      { key: 'rotated-old-key', secret: 'rotated-old-secret', status: 'verify-only' },
      { key: 'rotated-revoked-key', secret: 'rotated-revoked-secret', status: 'revoked' },
    ],
  },
} as const;

export type AppName = keyof typeof apps;

/** The configuration file of the shared server. */
export function sharedConfiguration(): object {
  return { apps: Object.values(apps).map(configured), log: { level: 'info', pretty: false } };
}

/** An app with a list of keys has no single one beside it. */
function configured(app: (typeof apps)[AppName]): object {
  if (!('keys' in app)) return app;
  const { key: _key, secret: _secret, ...rest } = app;
  return rest;
}
