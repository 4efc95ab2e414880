import type { App } from '../core/app.ts';
import type { Awaitable } from '../core/awaitable.ts';
import type { Engine } from '../core/engine.ts';
import type { LiveFeed } from '../core/live-feed.ts';
import type { RequestFault } from '../protocol/trigger.ts';
import { failure, type HttpRequest, type HttpResponse } from './message.ts';
import type { Query } from './query.ts';

/** A signed request for an app that may make it. */
export interface ApiCall {
  readonly engine: Engine;
  /** Absent where it is switched off. */
  readonly feed: LiveFeed | undefined;
  readonly app: App;
  readonly request: HttpRequest;
  readonly query: Query;
  /** The decoded variable parts of the path, without the app's id. */
  readonly parameters: readonly string[];
}

/** One endpoint of the API. May throw BrokerUnavailable. */
export type Endpoint = (call: ApiCall) => Awaitable<HttpResponse>;

const authParameters = new Set(['auth_key', 'auth_timestamp', 'auth_version', 'auth_signature', 'body_md5']);

/** The parameters that are not part of the signature. */
export function ownParameters({ parameters }: Query): readonly (readonly [string, string])[] {
  return [...parameters].filter(([name]) => !authParameters.has(name));
}

export function refuse({ status, error }: RequestFault): HttpResponse {
  return failure(status, error);
}
