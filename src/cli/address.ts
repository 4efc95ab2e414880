import type { Config } from '../config/config.ts';

const anywhere: ReadonlySet<string> = new Set(['0.0.0.0', '::', '']);

/** How a client on this machine reaches the server: scheme, host, port and path prefix. */
export function localUrl({ host, port, path, tls }: Pick<Config['server'], 'host' | 'port' | 'path' | 'tls'>): string {
  const name = anywhere.has(host) ? '127.0.0.1' : host;
  return `${tls === undefined ? 'http' : 'https'}://${name.includes(':') ? `[${name}]` : name}:${port}${path}`;
}
