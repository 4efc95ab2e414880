export type { Config } from './config/config.ts';
export { ConfigError } from './config/fault.ts';
export { type LoadedConfig, type LoadOptions, loadConfig } from './config/load.ts';
export type { App, AppKey, WebhookEndpoint } from './core/app.ts';
export type { Counters, LimitReason } from './core/counters.ts';
export type { Events, ServerEvent } from './core/events.ts';
export type * from './core/ports.ts';
export { createServer, type Server, type ServerOptions } from './server.ts';
