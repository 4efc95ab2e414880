import type { App } from '../core/app.ts';
import type { Engine } from '../core/engine.ts';
import { BrokerUnavailable } from '../core/ports.ts';
import { Hmac } from '../protocol/hmac.ts';
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
  readonly isDraining: () => boolean;
}

/** What every request needs. */
interface Api {
  readonly engine: Engine;
  readonly health: Health;
  readonly prefix: string;
  readonly hmac: Hmac;
}

/** The HTTP API as one function. */
export function createRouter({ engine, prefix, isDraining }: RouterOptions): HandleRequest {
  const api: Api = { engine, prefix, health: { broker: engine.broker, isDraining }, hmac: new Hmac() };
  return async (request) => {
    let response: HttpResponse;
    try {
      response = await route(api, request);
    } catch (fault) {
      response = answerFault(api, request, fault);
    }
    if (response.status >= 400)
      engine.events.emit({ type: 'request_refused', path: request.path, status: response.status, reason: reasonOf(response) });
    return response;
  };
}

/** Where errors end: a broker that is away is the caller's to retry; anything else that was thrown is a bug. */
function answerFault({ engine }: Api, { method, path }: HttpRequest, fault: unknown): HttpResponse {
  if (fault instanceof BrokerUnavailable) return failure(503, 'The broker did not confirm the events; the same idempotency_key makes a retry safe');
  engine.log.error({ err: fault, method, path }, 'a request failed');
  return failure(500, 'Internal server error');
}

function route(api: Api, request: HttpRequest): HttpResponse | Promise<HttpResponse> {
  const { health, prefix } = api;
  const path = prefix !== '' && request.path.startsWith(`${prefix}/`) ? request.path.slice(prefix.length) : request.path;
  const getHealth = healthRoutes.get(path);
  if (getHealth !== undefined) return request.method === 'GET' || request.method === 'HEAD' ? getHealth(health) : wrongVerb('GET');
  const match = findRoute(request.method, path);
  if (match === undefined) return failure(404, 'Unknown path');
  if ('allow' in match) return wrongVerb(match.allow);
  return call(api, match, request, signedPaths(prefix, path));
}

async function call({ engine, hmac }: Api, match: Match, request: HttpRequest, paths: readonly string[]): Promise<HttpResponse> {
  const query = parseQuery(request.query);
  const app = await findApp(engine, match, query);
  if (app === undefined) return match.appId === undefined ? failure(401, 'Unknown auth_key') : failure(404, 'Unknown application');
  const { method, body } = request;
  const fault = authenticate(app, { method, body, query, paths }, engine.clock.now(), hmac);
  if (fault !== undefined) return failure(fault.status, fault.error);
  if (!app.enabled) return failure(403, 'Application disabled');
  const limited = method === 'GET' ? overRate({ engine, app }, 'reads', 1) : undefined;
  return limited ?? match.endpoint({ engine, app, request, query, parameters: match.parameters });
}

function findApp({ apps }: Pick<Engine, 'apps'>, { appId }: Match, { parameters }: Query): Promise<App | undefined> {
  return appId === undefined ? apps.byKey(parameters.get('auth_key') ?? '') : apps.byId(appId);
}

/** SDKs sign the path with or without the prefix, as it is sent or before they encode it (protocol clause 5.1). */
function signedPaths(prefix: string, path: string): readonly string[] {
  const forms = path.includes('%') ? [path, decodePart(path)] : [path];
  return prefix === '' ? forms : [...forms, ...forms.map((form) => prefix + form)];
}

/** The start of the error's text: what follows the colon may quote a signature, which no log shall keep. */
function reasonOf({ body }: HttpResponse): string {
  const { error } = JSON.parse(body) as { error: string };
  return error.split(':', 1)[0] ?? '';
}

function wrongVerb(allow: string): HttpResponse {
  return failure(405, `This path takes ${allow}`, { Allow: allow });
}
