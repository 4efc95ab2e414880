import Echo from 'laravel-echo';
import Pusher, { type Options } from 'pusher-js';
import { onTestFinished } from 'vitest';
import type { AuthEndpoint } from './auth-endpoint.ts';
import type { Target } from './target.ts';

export interface RealClientOptions extends Partial<Options> {
  /** Who the auth endpoint says we are. */
  readonly user?: string;
  readonly endpoint?: AuthEndpoint;
}

/** The options of pusher-js that lead to the target. */
function addressOf(target: Target) {
  const { hostname, port, pathname, protocol } = new URL(target.httpUrl);
  return {
    cluster: '',
    wsHost: hostname,
    wsPort: Number(port || 80),
    wssPort: Number(port || 443),
    wsPath: pathname.replace(/\/$/, ''),
    forceTLS: protocol === 'https:',
    enabledTransports: ['ws', 'wss'] satisfies Options['enabledTransports'],
  };
}

function authorizationBy(endpoint: AuthEndpoint, user?: string): Partial<Options> {
  return {
    channelAuthorization: { endpoint: endpoint.channelUrl(user), transport: 'ajax' },
    userAuthentication: { endpoint: endpoint.userUrl(user), transport: 'ajax' },
  };
}

/** A real pusher-js client. Ends with the test that made it. */
export function pusherJs(target: Target, options: RealClientOptions = {}): Pusher {
  const { user, endpoint, ...others } = options;
  const authorization = endpoint === undefined ? {} : authorizationBy(endpoint, user);
  const pusher = new Pusher(target.key, { ...addressOf(target), ...authorization, ...others });
  onTestFinished(() => pusher.disconnect());
  return pusher;
}

/** A real Laravel Echo client on pusher-js, as an application would configure it. Ends with the test that made it. */
export function laravelEcho(broadcaster: 'reverb' | 'pusher', target: Target, user: string, endpoint: AuthEndpoint) {
  const authEndpoint = `${endpoint.url}/broadcasting/auth?user=${user}`;
  const options = { ...addressOf(target), Pusher, key: target.key, authEndpoint };
  const echo = broadcaster === 'reverb' ? new Echo<'reverb'>({ ...options, broadcaster }) : new Echo<'pusher'>({ ...options, broadcaster });
  onTestFinished(() => echo.disconnect());
  return echo;
}

interface Emitter {
  bind(event: string, listener: (value: never) => void): unknown;
}

/** Resolves with the value of the next such event. Call it before whatever causes the event. */
export function occurrence<T = unknown>(emitter: Emitter, event: string): Promise<T> {
  return new Promise((done) => emitter.bind(event, (value: T) => done(value)));
}

/** Resolves with the socket id once the client is connected. */
export async function connected(pusher: Pusher): Promise<string> {
  if (pusher.connection.state !== 'connected') await occurrence(pusher.connection, 'connected');
  return pusher.connection.socket_id;
}

/** Resolves once the server has confirmed the subscription. */
export async function subscribed(pusher: Pusher, channelName: string) {
  const channel = pusher.subscribe(channelName);
  if (!channel.subscribed) await occurrence(channel, 'pusher:subscription_succeeded');
  return channel;
}
