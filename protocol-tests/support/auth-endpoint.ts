import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import Pusher from 'pusher';
import type { Target } from './target.ts';

/** The part of an application that signs subscriptions and users, on the `pusher` SDK. */
export interface AuthEndpoint {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** For `channelAuthorization.endpoint`: signs whatever `user` asks for. */
  channelUrl(user?: string): string;
  /** For `userAuthentication.endpoint`. */
  userUrl(user?: string): string;
  /** What was asked so far: `channel private-x`, `user`. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

export interface AuthEndpointOptions {
  /** 32 bytes; needed for `private-encrypted-` channels. */
  readonly encryptionMasterKey?: Uint8Array;
  /** User ids that each user watches. */
  readonly watchlist?: readonly string[];
}

/** The user whom nothing is allowed. */
export const nobody = 'nobody';

const userOf = (url: URL): string => url.searchParams.get('user') ?? 'somebody';

/** A `pusher` SDK that talks to the target. */
export function sdk(target: Target, { encryptionMasterKey }: AuthEndpointOptions = {}): Pusher {
  const { hostname, port, protocol } = new URL(target.httpUrl);
  const secure = protocol === 'https:';
  const encryption = encryptionMasterKey === undefined ? {} : { encryptionMasterKeyBase64: Buffer.from(encryptionMasterKey).toString('base64') };
  return new Pusher({ appId: target.id, key: target.key, secret: target.secret, host: hostname, port, useTLS: secure, ...encryption });
}

/**
 * Starts an endpoint on a free port of 127.0.0.1. `POST /pusher/auth` and `/broadcasting/auth` sign channels, `POST /pusher/user-auth` and
 * `/broadcasting/user-auth` sign users. Who asks is in the query (`?user=ann`); `nobody` is refused with 403. Pages of any origin may ask.
 */
export async function startAuthEndpoint(target: Target, options: AuthEndpointOptions = {}): Promise<AuthEndpoint> {
  const pusher = sdk(target, options);
  const requests: string[] = [];
  const server = createServer((request, response) => {
    respond(request, response, pusher, requests, options).catch((error: Error) => response.writeHead(500).end(error.message));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    channelUrl: (user = 'somebody') => `${url}/pusher/auth?user=${user}`,
    userUrl: (user = 'somebody') => `${url}/pusher/user-auth?user=${user}`,
    requests,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function respond(request: IncomingMessage, response: ServerResponse, pusher: Pusher, requests: string[], options: AuthEndpointOptions) {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const user = userOf(url);
  const form = new URLSearchParams(await text(request));
  response.setHeader('access-control-allow-origin', '*');
  response.setHeader('access-control-allow-headers', '*');
  if (request.method === 'OPTIONS') return response.writeHead(204).end();
  if (user === nobody) return response.writeHead(403).end('Forbidden');
  const socketId = form.get('socket_id') ?? '';
  const channel = form.get('channel_name');
  const isUserRequest = url.pathname.endsWith('/user-auth');
  requests.push(isUserRequest ? 'user' : `channel ${channel}`);
  const answer = isUserRequest
    ? pusher.authenticateUser(socketId, { id: user, user_info: { name: user }, watchlist: [...(options.watchlist ?? [])] })
    : pusher.authorizeChannel(socketId, channel ?? '', { user_id: user, user_info: { name: user } });
  return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}
