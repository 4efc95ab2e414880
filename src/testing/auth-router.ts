import { createAuthRouter } from '../auth/router.ts';
import type { App } from '../core/app.ts';
import type { JwtSettings } from '../core/jwt-settings.ts';
import { parseOriginPattern } from '../core/origin.ts';
import type { Caller, HttpResponse } from '../http/message.ts';
import { identity, jwtSettings } from './fake-tokens.ts';
import { testApp } from './test-app.ts';
import { createTestEngine } from './test-engine.ts';

interface AuthRouterOptions {
  readonly app?: Parameters<typeof testApp>[0];
  readonly jwt?: Partial<JwtSettings>;
  /** As in the configuration; `https://page.test` alone by default. */
  readonly origins?: readonly string[];
  readonly prefix?: string;
}

interface Asking extends Partial<Caller> {
  readonly method?: string;
  readonly body?: string | Buffer;
}

/** An app whose own page is `https://page.test`. */
export const pageOrigin = 'https://page.test';

/** A token that the router of a test knows, shaped as a real one. */
export const annsToken = 'head.ann.signature';

/** The hosted endpoints of an app on a test engine. The token `annsToken` is that of `ann`, who may do everything. */
export function createTestAuthRouter({ app = {}, jwt = {}, origins = [pageOrigin], prefix = '' }: AuthRouterOptions = {}) {
  const allowedOrigins = { patterns: origins.flatMap((text) => parseOriginPattern(text) ?? []), allowsMissing: true };
  const served: App = testApp({ allowedOrigins, jwt: jwtSettings(jwt), ...app });
  const engine = createTestEngine({ apps: [served] });
  const { tokens } = engine;
  tokens.known.set(annsToken, identity('ann'));
  const handle = createAuthRouter({ engine, prefix });
  /** Asks as a page of the app would, with its token in the header. */
  const ask = async (path: string, { method = 'POST', body = '', ...caller }: Asking = {}): Promise<HttpResponse> =>
    handle({ method, path, query: '', idempotencyKey: '', body: Buffer.from(body), caller: { ...pageOfAnn, ...caller } });
  return { app: served, engine, handle, tokens, ask };
}

const pageOfAnn: Caller = {
  remote: { address: '203.0.113.7', isProxied: false, limitedAs: '203.0.113.7' },
  transport: 'tls',
  authorization: `Bearer ${annsToken}`,
  cookie: '',
  origin: pageOrigin,
  contentType: 'application/x-www-form-urlencoded',
  csrfToken: '',
};

/** The headers of a page that has a session instead of a token, as the answer to `POST …/session` made it. */
export function sessionHeaders({ cookies = [], body }: HttpResponse): Partial<Caller> {
  const { csrf_token: csrfToken } = JSON.parse(body) as { csrf_token: string };
  return { authorization: '', cookie: cookies.map((cookie) => cookie.split(';', 1)[0]).join('; '), csrfToken };
}
