import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inheritedEnvironment, serverMain } from './server.ts';

/** A folder in which a reader of a page might be. */
export interface DocsFolder {
  readonly path: string;
  /** Where `clarion` and `npx clarion` are found, and nothing else configures them. */
  readonly environment: NodeJS.ProcessEnv;
  write(name: string, text: string): string;
  remove(): void;
}

const laravel = `
BROADCAST_CONNECTION=reverb
REVERB_APP_ID=482913
REVERB_APP_KEY=shop-key
REVERB_APP_SECRET=shop-secret
REVERB_HOST=127.0.0.1
REVERB_PORT=8080
REVERB_SCHEME=http
PUSHER_APP_ID=482913
PUSHER_APP_KEY=shop-key
PUSHER_APP_SECRET=shop-secret
`;

/** The secret that the tokens of `page.mjs` are signed with. */
export const tokenSecret = 'the secret of the issuer of tokens';

/** What the script of a page has that takes tokens. */
const page = `
import { createHmac } from 'node:crypto';
import Echo from 'laravel-echo';
import Pusher from 'pusher-js';

const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');
const tokenFor = (seconds) => {
  const claims = { sub: 'ada', exp: Math.floor(Date.now() / 1000) + seconds, capabilities: { subscribe: ['*'], publish: ['*'] } };
  const signed = encode({ alg: 'HS256', typ: 'JWT' }) + '.' + encode(claims);
  return signed + '.' + createHmac('sha256', '${tokenSecret}').update(signed).digest('base64url');
};
const address = { cluster: '', wsHost: '127.0.0.1', wsPort: Number(process.env.DOCS_PORT), forceTLS: false, enabledTransports: ['ws', 'wss'] };
const signIn = (token) => ({ customHandler: (_, callback) => callback(null, { auth: 'Bearer ' + token, user_data: '' }) });
const token = tokenFor(600);
Object.assign(globalThis, { window: globalThis, Echo, Pusher, token, userId: 'ada', currentToken: () => token, fetchToken: async () => token });
Object.defineProperty(globalThis, 'pusher', {
  configurable: true,
  get() {
    const value = new Pusher('app-key', { ...address, userAuthentication: signIn(tokenFor(30)) });
    value.signin();
    Object.defineProperty(globalThis, 'pusher', { value });
    return value;
  },
});
`;

/** What the reader has already, as the pages assume it. */
const files: Readonly<Record<string, string>> = {
  '.env': laravel,
  'clarion.json': JSON.stringify({ apps: [{ id: '482913', key: 'shop-key', secret: 'shop-secret' }] }),
  'soketi.json': JSON.stringify({ appManager: { array: { apps: [{ id: 'shop', key: 'shop-key', secret: 'shop-secret' }] } } }),
  'page.mjs': page,
  'websockets.json': JSON.stringify({ apps: [{ id: '1', key: 'k', secret: 's' }], max_request_size_in_kb: 250 }),
};

/** Makes such a folder. Whoever makes it removes it. */
export function makeDocsFolder(): DocsFolder {
  const path = mkdtempSync(join(tmpdir(), 'clarion-docs-'));
  const bin = join(path, 'bin');
  mkdirSync(bin);
  const write = (name: string, text: string): string => {
    writeFileSync(join(path, name), text);
    return join(path, name);
  };
  const program = (name: string, text: string) => chmodSync(write(join('bin', name), `#!/bin/sh\n${text}\n`), 0o755);
  program('clarion', `exec "${process.execPath}" "${serverMain()}" "$@"`);
  program('npx', '[ "$1" = clarion ] || { echo "npx is only for clarion here" >&2; exit 1; }; shift; exec clarion "$@"');
  for (const name of ['node_modules', 'config']) symlinkSync(resolve(name), join(path, name));
  for (const [name, text] of Object.entries(files)) write(name, text);
  const inherited = inheritedEnvironment();
  const quiet = { CLARION_SERVER_HOST: '127.0.0.1', CLARION_DRAIN_WINDOW_SECONDS: '0', CLARION_METRICS_PORT: '0' };
  return {
    path,
    environment: { ...inherited, ...quiet, PATH: `${bin}:${inherited.PATH ?? ''}` },
    write,
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
