import { inject, type TestContext } from 'vitest';
import { type AppName, apps } from './apps.ts';

/** What a client has to know of an app. */
export interface Credentials {
  readonly id: string;
  readonly key: string;
  readonly secret: string;
}

/** The query of a connection URL. `undefined` leaves a parameter out. */
export type Query = Readonly<Record<string, string | undefined>>;

/** One app on one server: everything a client needs to reach it. */
export interface Target extends Credentials {
  /** Without a slash at the end; a path prefix is included. */
  readonly httpUrl: string;
  wsUrl(query?: Query): string;
}

/** What the global setup hands to the test files, which run in processes of their own. */
export interface SharedServer {
  readonly httpUrl: string;
  /** Process id of the server that the setup started; absent when TARGET_URL names a foreign one. */
  readonly pid?: number;
  /** The only app of a foreign server. */
  readonly foreignApp?: Credentials;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly server: SharedServer;
  }
}

/** What pusher-js sends, in its order (clause 1.1). */
export const pusherJsQuery: Query = { protocol: '7', client: 'js', version: '8.6.0', flash: 'false' };

/** Joins an app's credentials with the address of a server. */
export function targetAt(httpUrl: string, { id, key, secret }: Credentials): Target {
  return { id, key, secret, httpUrl, wsUrl: (query) => connectionUrl(httpUrl, key, query) };
}

/** The URL of a WebSocket connection, by default exactly as pusher-js writes it. */
export function connectionUrl(httpUrl: string, key: string, query: Query = pusherJsQuery): string {
  const url = new URL(`${httpUrl.replace(/^http/, 'ws')}/app/${key}`);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

/** An app of the shared server (`apps.ts`). A foreign server has `plain` only. */
export function sharedApp(name: AppName): Target {
  const { httpUrl, foreignApp } = inject('server');
  return targetAt(httpUrl, foreignApp ?? apps[name]);
}

/** A hook that skips tests of a foreign server, whose configuration is not ours: `beforeEach(needsOwnServer('an app with watchlists'))`. */
export function needsOwnServer(configuration: string): (context: TestContext) => void {
  return ({ skip }) => skip(inject('server').foreignApp !== undefined, `TARGET_URL is set, and this needs ${configuration}`);
}

/** Reads TARGET_URL: `http(s)://KEY:SECRET@HOST:PORT[/PREFIX]?appId=ID`. */
export function foreignServer(targetUrl: string): SharedServer {
  const url = new URL(targetUrl);
  const id = url.searchParams.get('appId');
  if (id === null || url.username === '' || url.password === '') {
    throw new Error('TARGET_URL must look like http://KEY:SECRET@HOST:PORT/?appId=ID');
  }
  const httpUrl = `${url.protocol}//${url.host}${url.pathname.replace(/\/$/, '')}`;
  return { httpUrl, foreignApp: { id, key: decodeURIComponent(url.username), secret: decodeURIComponent(url.password) } };
}
