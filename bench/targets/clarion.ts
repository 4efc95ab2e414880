import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cores } from '../measure/cores.ts';
import { createCertificate } from './certificate.ts';
import { startChild } from './child.ts';
import { credentials } from './kinds.ts';
import { startRedis } from './redis.ts';
import { makeScratch } from './scratch.ts';
import type { Target, TargetKind, Tuning } from './target.ts';

const builtProgram = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

/** This repository's server, as built, or another build of it. */
export function clarion(cores: Cores, program = builtProgram): TargetKind {
  return {
    name: 'clarion',
    abilities: ['tuning', 'presence', 'drivers'],
    sources: dirname(dirname(program)),
    async start(tuning) {
      if (!existsSync(program)) throw new Error(`${program} is missing: npm run build makes it`);
      const { nodes } = tuning;
      return nodes === undefined ? startServer(program, tuning, cores) : startCluster(program, { ...tuning, nodes }, cores);
    },
  };
}

async function startServer(program: string, tuning: Tuning, cores: Cores, redisUrl?: string): Promise<Target> {
  const { folder, discard } = makeScratch('server');
  try {
    const tls = tuning.hasTls ? { tls: createCertificate(folder) } : {};
    const file = join(folder, 'clarion.json');
    writeFileSync(file, JSON.stringify({ ...configuration(tuning, tls), ...(redisUrl === undefined ? {} : { redis: { url: redisUrl } }) }));
    const core = tuning.workers === undefined ? cores.server : cores.workers;
    const target = await startChild([program, 'start', '--config', file], credentials, core);
    const address = { ...target.address, ...(tuning.hasTls ? { isSecure: true } : {}) };
    const parentPid = (tuning.workers ?? 1) > 1 ? target.pids[0] : undefined;
    return { ...target, parentPid, address, clientAddresses: [address], stop: () => target.stop().finally(discard) };
  } catch (fault) {
    discard();
    throw fault;
  }
}

/** All nodes share the server's core: what counts is what they cost, not how fast they are together. */
async function startCluster(program: string, tuning: Tuning & { readonly nodes: number }, cores: Cores): Promise<Target> {
  const redis = await startRedis(cores.redis);
  const nodes: Target[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
    await redis.stop();
  };
  try {
    for (let nth = 0; nth < tuning.nodes; nth++) nodes.push(await startServer(program, tuning, cores, redis.url));
    const [first, ...others] = nodes;
    if (first === undefined) throw new Error('A cluster has nodes');
    return {
      ...first,
      clientAddresses: (others.length > 0 ? others : [first]).flatMap(({ clientAddresses }) => clientAddresses),
      pids: nodes.flatMap(({ pids }) => pids),
      redis,
      stop,
    };
  } catch (fault) {
    await stop();
    throw fault;
  }
}

/** Defaults, but for the limits that a scenario exceeds on purpose: they are compared, not removed. */
function configuration({ windowMilliseconds, workers, hasMetrics }: Tuning, tls: object): object {
  const { appId: id, key, secret } = credentials;
  const often = 1_000_000;
  const limits = { clientEventsPerSecond: often, messagesPerSecond: often, messageBurst: often, presenceMembers: 1000, activityTimeoutSeconds: 120 };
  return {
    server: { host: '127.0.0.1', port: 0, ...tls },
    apps: [{ id, key, secret, limits }],
    limits: { handshakesPerSecond: often, handshakeBurst: often, handshakesPerSecondPerIp: often, connectionsPerIp: often },
    ...(windowMilliseconds === undefined ? {} : { delivery: { windowMilliseconds } }),
    ...(workers === undefined ? {} : { workers }),
    ...(hasMetrics === undefined ? {} : { metrics: { enabled: hasMetrics, port: 0 } }),
  };
}
