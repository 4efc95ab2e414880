import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import type { Transport } from '../core/admit.ts';
import type { Credentials } from '../core/credentials.ts';
import type { TokenSource } from '../core/jwt-settings.ts';
import type { Remote, TrustedProxies } from '../core/remote-address.ts';
import type { Caller } from '../http/message.ts';

/** Who stands behind a handshake: the peer, or the client that a trusted proxy names. */
export function readRemote(res: HttpResponse, req: HttpRequest, proxies: TrustedProxies): Remote {
  const peer = textOf(res.getRemoteAddressAsText());
  if (proxies.isEmpty) return proxies.remoteOf({ peer, proxied: '', forwardedFor: '' });
  const proxied = textOf(res.getProxiedRemoteAddressAsText());
  return proxies.remoteOf({ peer, proxied, forwardedFor: allOf(req, 'x-forwarded-for') });
}

/** Whether the client has TLS, as far as that can be known. */
export function readTransport(req: HttpRequest, isNative: boolean, { isProxied }: Remote): Transport {
  if (isNative) return 'tls';
  const scheme = req.getHeader('x-forwarded-proto').split(',').at(-1)?.trim().toLowerCase();
  if (scheme !== 'https' && scheme !== 'wss') return 'plain';
  return isProxied ? 'tls' : 'claimed';
}

/** Who calls an endpoint for browsers. */
export function readCaller(res: HttpResponse, req: HttpRequest, proxies: TrustedProxies, isNative: boolean): Caller {
  const remote = readRemote(res, req, proxies);
  return {
    remote,
    transport: readTransport(req, isNative, remote),
    authorization: req.getHeader('authorization'),
    cookie: req.getHeader('cookie'),
    origin: req.getHeader('origin'),
    contentType: req.getHeader('content-type'),
    csrfToken: req.getHeader('x-csrf-token'),
  };
}

/** What of a handshake may hold a token, as far as it can be one of the sources. `ticket` comes from the path. */
export function readCredentials(req: HttpRequest, sources: ReadonlySet<TokenSource>, ticket: string): Credentials {
  return {
    authorization: sources.has('header') ? req.getHeader('authorization') : '',
    cookie: sources.has('cookie') ? req.getHeader('cookie') : '',
    protocols: sources.has('protocol') ? req.getHeader('sec-websocket-protocol') : '',
    query: sources.has('query') ? (req.getQuery('token') ?? '') : '',
    ticket,
  };
}

/** Every header of the name: the first alone would be the client's own where a proxy adds a second one. */
function allOf(req: HttpRequest, wanted: string): string {
  if (req.getHeader(wanted) === '') return '';
  const values: string[] = [];
  req.forEach((name, value) => {
    if (name === wanted) values.push(value);
  });
  return values.join(',');
}

function textOf(bytes: ArrayBuffer): string {
  return Buffer.from(bytes).toString();
}
