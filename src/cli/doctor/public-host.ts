import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Config } from '../../config/config.ts';
import type { Variables } from '../../config/variables.ts';
import type { Finding } from './finding.ts';

const everywhere: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
const schemesWithTls: ReadonlySet<string> = new Set(['https', 'wss']);

/** Whether Laravel and browsers can reach the server under the name that their variables give. Nothing when there is no such name. */
export async function checkPublicHost({ server }: Pick<Config, 'server'>, variables: Variables): Promise<readonly Finding[]> {
  const text = (name: string) => variables.get(name)?.text;
  const name = ['REVERB_HOST', 'PUSHER_HOST'].find((candidate) => text(candidate) !== undefined);
  const host = name === undefined ? undefined : text(name);
  if (name === undefined || host === undefined) return [];
  const prefix = name.replace('HOST', '');
  return [await checkHost(name, host, server), ...checkScheme(prefix, text(`${prefix}SCHEME`), text(`${prefix}PORT`), server)];
}

async function checkHost(subject: string, host: string, server: Config['server']): Promise<Finding> {
  if (everywhere.has(host)) {
    const text = `${host} is an address to listen on, not one to connect to: that is for REVERB_SERVER_HOST; this is the name under which browsers reach the server`;
    return { grade: 'fault', subject, text };
  }
  const addresses = await resolve(host);
  if (addresses.length === 0) {
    return { grade: 'warning', subject, text: `${host} cannot be resolved on this machine: Laravel and browsers need a name that they can resolve` };
  }
  const isLocal = addresses.some((address) => ownAddresses().has(address));
  if (isLocal && (everywhere.has(server.host) || addresses.includes(server.host)))
    return { grade: 'ok', subject, text: `${host} leads to ${server.host}` };
  if (isLocal) return { grade: 'warning', subject, text: `${host} is this machine, but the server listens on ${server.host} only: ${behindProxy}` };
  return { grade: 'warning', subject, text: `${host} (${addresses[0]}) is another machine: ${behindProxy}` };
}

const behindProxy = 'right behind a proxy, wrong without one';

function checkScheme(prefix: string, scheme: string | undefined, port: string | undefined, { tls, port: own }: Config['server']): readonly Finding[] {
  if (scheme === undefined || port === undefined || Number(port) !== own) return [];
  const wantsTls = schemesWithTls.has(scheme.toLowerCase());
  const subject = `${prefix}SCHEME`;
  if (wantsTls === (tls !== undefined)) return [{ grade: 'ok', subject, text: `${scheme} is what the server speaks on port ${port}` }];
  const text = wantsTls
    ? `${scheme}, but the server has no certificate for port ${port}: set server.tls, let a proxy do TLS on another port, or say http`
    : `${scheme}, but the server does TLS on port ${port}: say https`;
  return [{ grade: 'fault', subject, text }];
}

async function resolve(host: string): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
}

function ownAddresses(): ReadonlySet<string> {
  const interfaces = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return new Set(['127.0.0.1', '::1', ...interfaces.map(({ address }) => address)]);
}
