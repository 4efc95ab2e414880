import { type App, usableKey } from '../core/app.ts';
import type { Engine } from '../core/engine.ts';
import type { JwtSettings } from '../core/jwt-settings.ts';
import { type Caller, failure, type HandleRequest, type HttpRequest, type HttpResponse } from '../http/message.ts';
import type { AuthEndpoint } from './auth-call.ts';
import { postChannel } from './channel.ts';
import { answerPreflight, corsHeaders, mayAsk } from './cors.ts';
import { identified, identifiedWithoutProof } from './identify.ts';
import { overRate } from './rate.ts';
import { deleteSession, postSession } from './session.ts';
import { takesCookies } from './session-cookie.ts';
import { postTicket } from './ticket.ts';
import { postUser } from './user.ts';

export interface AuthRouterOptions {
  readonly engine: Engine;
  /** In front of `/auth`; requests that a proxy has stripped of it are served too. */
  readonly prefix: string;
}

interface Route {
  readonly methods: ReadonlyMap<string, AuthEndpoint>;
  readonly isOffered: (jwt: JwtSettings) => boolean;
}

/** What follows `/auth/KEY/`. */
export const authRoutes: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['channel', { methods: new Map([['POST', identified(postChannel)]]), isOffered: () => true }],
  ['user', { methods: new Map([['POST', identified(postUser)]]), isOffered: () => true }],
  [
    'ticket',
    { methods: new Map([['POST', identified(postTicket)]]), isOffered: ({ mode, sources }) => mode !== 'off' && sources.includes('ticket') },
  ],
  [
    'session',
    {
      methods: new Map<string, AuthEndpoint>([
        ['POST', identifiedWithoutProof(postSession)],
        ['DELETE', deleteSession],
      ]),
      isOffered: takesCookies,
    },
  ],
]);

/** What is on every answer: it is for one caller and one moment. */
const ownHeaders = { 'Cache-Control': 'no-store', Vary: 'Origin' };

/** The hosted endpoints as one function: what an application's own auth endpoint would answer, decided by the caller's token. */
export function createAuthRouter(options: AuthRouterOptions): HandleRequest {
  return async (request) => {
    const response = await answer(options, request);
    return { ...response, headers: { ...ownHeaders, ...response.headers } };
  };
}

/** Where errors end: whatever is thrown below is a bug. */
async function answer(options: AuthRouterOptions, request: HttpRequest): Promise<HttpResponse> {
  try {
    return await route(options, request);
  } catch (fault) {
    options.engine.log.error({ err: fault, method: request.method, path: request.path }, 'a request failed');
    return failure(500, 'Internal server error');
  }
}

async function route(options: AuthRouterOptions, request: HttpRequest): Promise<HttpResponse> {
  const { engine, prefix } = options;
  const { caller } = request;
  const path = prefix !== '' && request.path.startsWith(`${prefix}/`) ? request.path.slice(prefix.length) : request.path;
  const [, , keyName = '', name = '', ...rest] = path.split('/');
  const found = authRoutes.get(name);
  if (caller === undefined || found === undefined || rest.length > 0) return failure(404, 'Unknown path');
  request.route = `/auth/*/${name}`;
  const app = await engine.apps.byKey(keyName);
  if (app === undefined || usableKey(app, keyName) === undefined) return overAddressRate(engine, caller) ?? failure(404, 'Unknown application');
  if (!mayAsk(app, caller.origin)) {
    engine.counters.origin += 1;
    return overAddressRate(engine, caller) ?? failure(403, 'Origin not allowed');
  }
  const response = overAddressRate(engine, caller) ?? (await call(options, found, app, request, caller));
  return { ...response, headers: { ...response.headers, ...corsHeaders(app, caller.origin) } };
}

function call(
  { engine, prefix }: AuthRouterOptions,
  found: Route,
  app: App,
  request: HttpRequest,
  caller: Caller,
): HttpResponse | Promise<HttpResponse> {
  const { jwt } = app;
  const key = app.keys.find(({ status }) => status === 'active');
  if (jwt === undefined || key === undefined || !found.isOffered(jwt)) return failure(404, 'This application does not offer it: see apps[].jwt');
  if (!app.enabled) return failure(403, 'Application disabled');
  if (app.tlsOnly && caller.transport !== 'tls') return failure(403, 'This application takes requests with TLS only');
  const methods = [...found.methods.keys(), 'OPTIONS'].join(', ');
  if (request.method === 'OPTIONS') return answerPreflight(methods);
  const endpoint = found.methods.get(request.method);
  if (endpoint === undefined) return failure(405, `This path takes ${methods}`, { Allow: methods });
  return endpoint({ engine, app, jwt, key, request, caller, prefix });
}

/** Whoever has no address that limits could apply to has none of these either: there may be a proxy with all users behind it. */
function overAddressRate(engine: Engine, { remote: { limitedAs } }: Caller): HttpResponse | undefined {
  if (limitedAs === undefined) return undefined;
  return overRate(engine, 'addressAuthRequests', `auth/${limitedAs}`, engine.limits.authRequestsPerSecondPerIp);
}
