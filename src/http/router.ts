import type { App } from '../core/app.ts';
import { type Awaitable, andThen } from '../core/awaitable.ts';
import type { Engine } from '../core/engine.ts';
import type { LiveFeed } from '../core/live-feed.ts';
import { BrokerUnavailable } from '../core/ports.ts';
import type { ApiCall, Endpoint } from './api-call.ts';
import { authenticate } from './authenticate.ts';
import { type Health, healthRoutes } from './health.ts';
import { failure, type HandleRequest, type HttpRequest, type HttpResponse } from './message.ts';
import { parseQuery, type Query } from './query.ts';
import { overRate } from './rate.ts';
import { decodePart, findRoute, type Match } from './routes.ts';

export interface RouterOptions {
  readonly engine: Engine;
  /** In front of `/apps`, such as `/ws`; empty for none. Requests that a proxy has stripped of it are served too. */
  readonly prefix: string;
  readonly health: Health;
  /** Absent where it is switched off. */
  readonly feed?: LiveFeed;
}

/** What every request needs. */
interface Api {
  readonly engine: Engine;
  readonly feed: LiveFeed | undefined;
  readonly health: Health;
  readonly prefix: string;
}

/** The HTTP API as one function. */
export function createRouter({ engine, prefix, health, feed }: RouterOptions): HandleRequest {
  const api: Api = { engine, feed, prefix, health };
  return (request) => {
    try {
      const response = route(api, request);
      return response instanceof Promise ? response.catch((fault: unknown) => answerFault(api, request, fault)) : response;
    } catch (fault) {
      return answerFault(api, request, fault);
    }
  };
}

/** Where errors end: a broker that is away is the caller's to retry; anything else that was thrown is a bug. */
function answerFault({ engine }: Api, { method, path }: HttpRequest, fault: unknown): HttpResponse {
  if (fault instanceof BrokerUnavailable) return failure(503, 'The broker did not confirm the events; the same idempotency_key makes a retry safe');
  engine.log.error({ err: fault, method, path }, 'a request failed');
  return failure(500, 'Internal server error');
}

function route(api: Api, request: HttpRequest): Awaitable<HttpResponse> {
  const { health, prefix } = api;
  const path = prefix !== '' && request.path.startsWith(`${prefix}/`) ? request.path.slice(prefix.length) : request.path;
  const match = findRoute(request.method, path);
  if (match === undefined) return answerHealth(health, request, path);
  if ('allow' in match) return wrongVerb(match.allow);
  request.route = match.pattern;
  return call(api, match, request, signedPaths(prefix, path));
}

function answerHealth(health: Health, request: HttpRequest, path: string): HttpResponse {
  const getHealth = healthRoutes.get(path);
  if (getHealth === undefined) return failure(404, 'Unknown path');
  request.route = path;
  return request.method === 'GET' || request.method === 'HEAD' ? getHealth(health) : wrongVerb('GET');
}

function call(
  { engine, feed }: Api,
  { appId, endpoint, parameters }: Match,
  request: HttpRequest,
  paths: readonly string[],
): Awaitable<HttpResponse> {
  const query = parseQuery(request.query);
  return andThen(findApp(engine, appId, query), (app) => {
    if (app !== undefined) return callSigned({ engine, feed, app, request, query, parameters }, endpoint, paths);
    return appId === undefined ? failure(401, 'Unknown auth_key') : failure(404, 'Unknown application');
  });
}

function callSigned(call: ApiCall, endpoint: Endpoint, paths: readonly string[]): Awaitable<HttpResponse> {
  const { engine, app, query } = call;
  const { method, body } = call.request;
  const fault = authenticate(app, { method, body, query, paths }, engine.clock.now(), engine.hmac);
  if (fault !== undefined) return failure(fault.status, fault.error);
  const traffic = engine.traffic.of(app.id);
  traffic.requests += 1;
  traffic.requestBytes += body.length;
  if (!app.enabled) return failure(403, 'Application disabled');
  const limited = method === 'GET' ? overRate(call, 'reads', 1) : undefined;
  return andThen(limited ?? endpoint(call), (response) => {
    traffic.responseBytes += Buffer.byteLength(response.body);
    return response;
  });
}

function findApp({ apps }: Pick<Engine, 'apps'>, appId: string | undefined, { parameters }: Query): Awaitable<App | undefined> {
  return appId === undefined ? apps.byKey(parameters.get('auth_key') ?? '') : apps.byId(appId);
}

/** SDKs sign the path with or without the prefix, as it is sent or before they encode it (protocol clause 5.1). */
function signedPaths(prefix: string, path: string): readonly string[] {
  const forms = path.includes('%') ? [path, decodePart(path)] : [path];
  return prefix === '' ? forms : [...forms, ...forms.map((form) => prefix + form)];
}

function wrongVerb(allow: string): HttpResponse {
  return failure(405, `This path takes ${allow}`, { Allow: allow });
}
