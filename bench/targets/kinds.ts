import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Address } from '../generator/client.ts';
import type { Credentials } from '../generator/sign.ts';
import type { Core } from '../measure/cores.ts';
import { startChild } from './child.ts';
import type { TargetKind, Tuning } from './target.ts';

const credentials: Credentials = { appId: 'bench', key: 'bench-key', secret: 'bench-secret' };
const floorProgram = fileURLToPath(new URL('floor.js', import.meta.url));
const clarionProgram = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

/** A bare server on the same engine. */
export function floor(core: Core): TargetKind {
  return { name: 'floor', abilities: [], start: () => startChild([floorProgram], credentials, core) };
}

/** This repository's server, as built, or another build of it. */
export function clarion(core: Core, program = clarionProgram): TargetKind {
  return {
    name: 'clarion',
    abilities: ['tuning', 'presence'],
    async start(tuning) {
      if (!existsSync(program)) throw new Error(`${program} is missing: npm run build makes it`);
      const folder = mkdtempSync(join(tmpdir(), 'clarion-bench-'));
      try {
        const file = join(folder, 'clarion.json');
        writeFileSync(file, JSON.stringify(configuration(tuning)));
        return await startChild([program, 'start', '--config', file], credentials, core);
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  };
}

interface RemoteServer {
  readonly address: Address;
  readonly credentials: Credentials;
  readonly pid: number | undefined;
}

/** Any server that speaks the protocol. It is started and stopped by somebody else. */
export function remote({ address, credentials, pid }: RemoteServer): TargetKind {
  return {
    name: `${address.host}:${address.port}`,
    abilities: ['presence'],
    start: async () => ({ address, credentials, pid, collectGarbage: async () => {}, stop: async () => {} }),
  };
}

/** Defaults, but for the limits that a scenario exceeds on purpose: they are compared, not removed. */
function configuration({ windowMilliseconds }: Tuning): object {
  const { appId: id, key, secret } = credentials;
  const events = { clientEventsPerSecond: 1_000_000, clientEventsPerSecondPerUser: 1_000_000, messagesPerSecond: 1_000_000, messageBurst: 1_000_000 };
  const limits = { ...events, presenceMembers: 1000, activityTimeoutSeconds: 120 };
  return {
    limits: { handshakesPerSecond: 1_000_000, handshakeBurst: 1_000_000 },
    server: { host: '127.0.0.1', port: 0 },
    apps: [{ id, key, secret, limits }],
    ...(windowMilliseconds === undefined ? {} : { delivery: { windowMilliseconds } }),
  };
}
