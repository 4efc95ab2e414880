import { fileURLToPath } from 'node:url';
import type { Address } from '../generator/client.ts';
import type { Credentials } from '../generator/sign.ts';
import type { Core } from '../measure/cores.ts';
import { startChild } from './child.ts';
import type { TargetKind } from './target.ts';

/** The app of the servers that are started here. */
export const credentials: Credentials = { appId: 'bench', key: 'bench-key', secret: 'bench-secret' };

const floorProgram = fileURLToPath(new URL('floor.js', import.meta.url));

/** A bare server on the same engine. */
export function floor(core: Core): TargetKind {
  return { name: 'floor', abilities: [], start: () => startChild([floorProgram], credentials, core) };
}

interface RemoteServer {
  readonly address: Address;
  readonly credentials: Credentials;
  readonly pids: readonly number[];
}

/** Any server that speaks the protocol. It is started and stopped by somebody else. */
export function remote({ address, credentials, pids }: RemoteServer): TargetKind {
  return {
    name: `${address.host}:${address.port}`,
    abilities: ['presence'],
    start: async () => ({ address, clientAddresses: [address], credentials, pids, collectGarbage: async () => {}, stop: async () => {} }),
  };
}
