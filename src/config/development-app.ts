/** The app that is served when none is configured, so that a first try needs no configuration. Never in production. */
export const developmentApp = { id: 'app-id', key: 'app-key', secret: 'app-secret' } as const;
