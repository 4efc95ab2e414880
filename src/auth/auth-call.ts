import type { App, AppKey } from '../core/app.ts';
import type { Engine } from '../core/engine.ts';
import type { Identity } from '../core/identity.ts';
import type { JwtSettings } from '../core/jwt-settings.ts';
import type { Caller, HttpRequest, HttpResponse } from '../http/message.ts';

/** A request to a hosted endpoint of an app that takes tokens, from an origin that may ask. */
export interface AuthCall {
  readonly engine: Engine;
  readonly app: App;
  readonly jwt: JwtSettings;
  /** The first active key: what is signed here is signed with it. */
  readonly key: AppKey;
  readonly request: HttpRequest;
  readonly caller: Caller;
  /** In front of `/app`, as clients write it into their `wsPath`. */
  readonly prefix: string;
}

/** What a caller has shown. */
export interface Credentials {
  /** The token; sealed or not, just as it came. */
  readonly token: string;
  /** A cookie comes along by itself, whoever makes the browser call; a header does not. */
  readonly source: 'header' | 'cookie';
}

/** A call by somebody whose token was accepted. */
export interface IdentifiedCall extends AuthCall {
  readonly credentials: Credentials;
  readonly identity: Identity;
}

/** Answers one kind of call. What it throws is a bug. */
export type AuthEndpoint = (call: AuthCall) => HttpResponse | Promise<HttpResponse>;
