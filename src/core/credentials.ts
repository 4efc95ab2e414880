import { readCookie } from '../protocol/cookie.ts';
import type { App } from './app.ts';
import type { TokenFault } from './identity.ts';
import type { JwtSettings, TokenSource } from './jwt-settings.ts';
import { openTicket } from './ticket.ts';

/** What of a handshake may hold a token, as it came; empty when absent. */
export interface Credentials {
  /** The `Authorization` header. */
  readonly authorization: string;
  /** The `Cookie` header. */
  readonly cookie: string;
  /** The `Sec-WebSocket-Protocol` header. */
  readonly protocols: string;
  /** The `token` parameter. */
  readonly query: string;
  /** What stands in front of `/app/KEY`. */
  readonly ticket: string;
}

export interface FoundToken {
  readonly source: TokenSource;
  readonly token: string;
}

/** Names the token among the subprotocols that a client offers, and is the one that it is answered with. */
export const bearerProtocol = 'bearer';

const bearerScheme = /^bearer +(\S+)\s*$/i;

const readers: { readonly [Source in TokenSource]: (credentials: Credentials, settings: JwtSettings) => string | undefined } = {
  header: ({ authorization }) => bearerScheme.exec(authorization)?.[1],
  cookie: ({ cookie }, settings) => readCookie(cookie, settings.cookie.name),
  protocol: ({ protocols }) => protocolToken(protocols),
  query: ({ query }) => query,
  ticket: ({ ticket }) => ticket,
  message: () => undefined,
};

/** The token in the first of the app's sources that has one: one that is not valid is not made up for by another. `now` as for tickets. */
export function findToken(app: App, settings: JwtSettings, credentials: Credentials, now: number): FoundToken | TokenFault | undefined {
  for (const source of settings.sources) {
    const found = readers[source](credentials, settings);
    if (found === undefined || found === '') continue;
    const token = source === 'ticket' ? openTicket(app, found, now) : found;
    return typeof token === 'string' ? { source, token } : token;
  }
  return undefined;
}

/** Where the handshakes of these apps may carry tokens: what is in none of their lists need not be read. */
export function handshakeSources(apps: readonly App[]): ReadonlySet<TokenSource> {
  return new Set(apps.flatMap(({ jwt }) => (jwt === undefined || jwt.mode === 'off' ? [] : jwt.sources)));
}

/** `bearer, TOKEN`, in this order. */
function protocolToken(protocols: string): string | undefined {
  if (protocols === '') return undefined;
  const offered = protocols.split(',').map((protocol) => protocol.trim());
  const index = offered.indexOf(bearerProtocol);
  return index < 0 ? undefined : offered[index + 1];
}
