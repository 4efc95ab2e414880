export type { Config } from './config/config.ts';
export type { App, AppKey, WebhookEndpoint } from './core/app.ts';
export type { Events, ServerEvent } from './core/events.ts';
export type * from './core/ports.ts';
export { createServer, type Server, type ServerOptions } from './server.ts';
