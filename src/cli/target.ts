import type { Config } from '../config/config.ts';
import type { App } from '../core/app.ts';
import { localUrl } from './address.ts';
import { type FlagSpec, flagValue, type Input, UsageError } from './command.ts';
import { configFlags, loadFrom } from './config-flags.ts';
import type { Target } from './sign-request.ts';
import type { Terminal } from './terminal.ts';

/** Flags of commands that talk to a running server. */
export const targetFlags = {
  ...configFlags,
  url: { value: 'URL', description: 'The server, such as https://ws.example.com. By default the one of the configuration, on this machine.' },
  app: { value: 'ID', description: 'The app. By default the first one of the configuration.' },
  key: { value: 'KEY', description: "By default the app's first active key." },
  secret: { value: 'SECRET', description: 'Other users may see it in the list of processes: prefer the configuration.' },
} as const satisfies Readonly<Record<string, FlagSpec>>;

/** The server and app that a command line means. Reads the configuration only if something is missing. Throws UsageError and ConfigError. */
export function findTarget(input: Input, terminal: Terminal): Target {
  const url = flagValue(input, 'url');
  const appId = flagValue(input, 'app');
  const key = flagValue(input, 'key');
  const secret = flagValue(input, 'secret');
  if ((key === undefined) !== (secret === undefined)) throw new UsageError('--key and --secret go together.');
  if (url !== undefined && appId !== undefined && key !== undefined && secret !== undefined) {
    return { url: normalise(url), appId, key, secret };
  }
  const { config } = loadFrom(input, terminal);
  const server = url === undefined ? localServer(config) : normalise(url);
  if (appId !== undefined && key !== undefined && secret !== undefined) return { url: server, appId, key, secret };
  const app = findApp(config.apps, appId, key);
  const credentials = key === undefined || secret === undefined ? activeKey(app) : { key, secret };
  return { url: server, appId: app.id, ...credentials };
}

function normalise(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = url === undefined ? undefined : schemes.get(url.protocol);
  if (url === undefined || scheme === undefined) throw new UsageError(`--url must be an http: or https: URL, not ${text}.`);
  return `${scheme}//${url.host}${url.pathname.replace(/\/$/, '')}`;
}

const schemes: ReadonlyMap<string, string> = new Map([
  ['http:', 'http:'],
  ['ws:', 'http:'],
  ['https:', 'https:'],
  ['wss:', 'https:'],
]);

function localServer({ server }: Config): string {
  if (server.port === 0) throw new UsageError('The configuration leaves the port open: say --url.');
  return localUrl(server);
}

function findApp(apps: readonly App[], id: string | undefined, key: string | undefined): App {
  const app = apps.find((candidate) =>
    id === undefined ? key === undefined || candidate.keys.some((known) => known.key === key) : candidate.id === id,
  );
  if (app !== undefined) return app;
  throw new UsageError(
    id === undefined ? 'No app of the configuration has this key: say --app.' : `The configuration has no app ${id}: say --key and --secret.`,
  );
}

function activeKey(app: App): Pick<Target, 'key' | 'secret'> {
  const active = app.keys.find(({ status }) => status === 'active');
  if (active === undefined) throw new UsageError(`The app ${app.id} has no active key.`);
  return active;
}
