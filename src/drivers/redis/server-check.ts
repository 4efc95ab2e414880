import { Cluster } from 'ioredis';
import type { Commands } from './client.ts';

const oldestMajor = 6;
const oldestClusterMajor = 7;

/** The fields of Redis' `INFO` as text. */
type Info = ReadonlyMap<string, string>;

/**
 * Asks what kind of Redis it is. Rejects with an explanation when it is too old, or of another kind than was configured; resolves with warnings
 * about settings under which promises of the cluster do not hold.
 */
export async function checkServer(commands: Commands): Promise<readonly string[]> {
  const servers = commands instanceof Cluster ? commands.nodes('master') : [commands];
  const infos = await Promise.all(servers.map(async (server) => parseInfo(await server.info())));
  for (const info of infos) {
    refuseOld(info, commands instanceof Cluster);
    refuseMember(info, commands instanceof Cluster);
  }
  return [...new Set(infos.flatMap(adviceFor))];
}

/** Parses `INFO`: `# Section` lines and `field:value` lines. */
export function parseInfo(text: string): Info {
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) fields.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return fields;
}

/** Throws when the server is too old. Valkey tells the version of Redis that it is compatible with. */
export function refuseOld(info: Info, isCluster: boolean): void {
  const version = info.get('redis_version') ?? 'of unknown version';
  const oldest = isCluster ? oldestClusterMajor : oldestMajor;
  // Not `< oldest`: a version that is not a number is refused as well.
  if (Number.parseInt(version, 10) >= oldest) return;
  throw new Error(`Redis ${version} is too old: ${isCluster ? 'a Redis Cluster needs' : 'Clarion needs'} version ${oldest} or later`);
}

/** Throws when the server, taken for one that stands alone, belongs to a Cluster: it would send most keys elsewhere. */
export function refuseMember(info: Info, isCluster: boolean): void {
  if (isCluster || info.get('cluster_enabled') !== '1') return;
  throw new Error('Redis is part of a Redis Cluster: name its servers in redis.cluster.nodes instead');
}

/** What should be changed in the server's configuration, as sentences. */
export function adviceFor(info: Info): readonly string[] {
  const advice: string[] = [];
  const policy = info.get('maxmemory_policy') ?? '';
  if (policy.startsWith('allkeys-')) {
    advice.push(`Redis may evict any key (maxmemory-policy ${policy}), who is present among them: use noeviction or a volatile policy`);
  }
  const hasReplicas = Number(info.get('connected_slaves') ?? 0) > 0;
  if (hasReplicas && !info.has('min_slaves_good_slaves')) {
    advice.push('Redis accepts writes that no replica has, and a failover may lose them: set min-replicas-to-write to 1');
  }
  return advice;
}
