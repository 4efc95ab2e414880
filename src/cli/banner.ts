import type { App } from '../core/app.ts';
import { signedPostUrl, type Target } from './sign-request.ts';

/** How to use the development app, ready to paste. `now` in milliseconds since the epoch. */
export function describeDevelopmentApp(app: App, url: string, now: number): string {
  const { key = '', secret = '' } = app.keys[0] ?? {};
  const { hostname, port, pathname, protocol } = new URL(url);
  const isSecure = protocol === 'https:';
  const location = [
    `wsHost: '${hostname}'`,
    `${isSecure ? 'wssPort' : 'wsPort'}: ${port}`,
    ...(pathname === '/' ? [] : [`wsPath: '${pathname}'`]),
    `forceTLS: ${isSecure}`,
    `enabledTransports: ['ws', 'wss']`,
  ].join(', ');
  return `
No app is configured: this is the development app, which everybody knows.

  id      ${app.id}
  key     ${key}
  secret  ${secret}

Laravel Echo (npm install laravel-echo pusher-js)

  import Echo from 'laravel-echo';
  import Pusher from 'pusher-js';
  const echo = new Echo({ broadcaster: 'reverb', key: '${key}', ${location}, Pusher });
  echo.channel('hello').listen('.greeting', (data) => console.log(data));

pusher-js

  import Pusher from 'pusher-js';
  const pusher = new Pusher('${key}', { cluster: '', ${location} });
  pusher.subscribe('hello').bind('greeting', (data) => console.log(data));

curl (signed; good for ten minutes, then use: clarion trigger hello greeting '{"text":"Hi"}')

  ${curl({ url, appId: app.id, key, secret }, now)}
`;
}

function curl(target: Target, now: number): string {
  const body = JSON.stringify({ name: 'greeting', channel: 'hello', data: JSON.stringify({ text: 'Hi' }) });
  return `curl -H 'Content-Type: application/json' -d '${body}' '${signedPostUrl(target, '/events', body, now)}'`;
}
