import { type Alias, type AliasTable, partOf, type Setting, unsupported } from './alias.ts';
import { parseBoolean } from './env-value.ts';
import { readRedis, readRedisAccount } from './redis-variables.ts';
import { isTree } from './tree.ts';
import type { Variables } from './variables.ts';

const names = {
  host: 'SOKETI_DB_REDIS_HOST',
  port: 'SOKETI_DB_REDIS_PORT',
  username: 'SOKETI_DB_REDIS_USERNAME',
  password: 'SOKETI_DB_REDIS_PASSWORD',
  db: 'SOKETI_DB_REDIS_DB',
};

const adapter: Alias = (text, { variables }) => {
  if (text === 'local') return { remark: 'says that the node is alone' };
  if (text !== 'redis') return { warning: 'names a driver without a counterpart and is ignored: use Redis for a cluster' };
  const prefixes = ['SOKETI_ADAPTER_REDIS_PREFIX', 'SOKETI_DB_REDIS_KEY_PREFIX'];
  const variable = prefixes.find((name) => variables.has(name));
  return {
    settings: [
      ...connection(variables),
      ...(variable === undefined ? [] : [{ path: 'redis.keyPrefix', value: variables.get(variable)?.text, variable }]),
    ],
  };
};

function connection(variables: Variables): readonly Setting[] {
  const nodes = variables.get('SOKETI_DB_REDIS_CLUSTER_NODES')?.text;
  if (parseBoolean(variables.get('SOKETI_ADAPTER_REDIS_CLUSTER_MODE')?.text ?? '') === true && nodes !== undefined) {
    const setting = { path: 'redis.cluster.nodes', value: nodeList(nodes), variable: 'SOKETI_DB_REDIS_CLUSTER_NODES' };
    return [setting, ...readRedisAccount(variables, names)];
  }
  const sentinels = variables.get('SOKETI_DB_REDIS_SENTINELS')?.text;
  if (sentinels === undefined || sentinels === 'null') return readRedis(variables, names);
  return [
    { path: 'redis.sentinel.nodes', value: nodeList(sentinels), variable: 'SOKETI_DB_REDIS_SENTINELS' },
    {
      path: 'redis.sentinel.name',
      value: variables.get('SOKETI_DB_REDIS_INSTANCE_NAME')?.text ?? 'mymaster',
      variable: 'SOKETI_DB_REDIS_INSTANCE_NAME',
    },
    ...readRedisAccount(variables, names),
  ];
}

/** Soketi's `[{ "host": …, "port": … }]` as `HOST:PORT`; anything else is left for the check of the settings. */
function nodeList(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map((node) => (isTree(node) ? `${node.host}:${node.port ?? 6379}` : node)) : value;
  } catch {
    return text;
  }
}

/** Soketi's variables about Redis: the driver of its adapter decides whether they count. */
export const soketiRedis: AliasTable = {
  SOKETI_ADAPTER_DRIVER: adapter,
  SOKETI_ADAPTER_REDIS_PREFIX: partOf('SOKETI_ADAPTER_DRIVER'),
  SOKETI_ADAPTER_REDIS_CLUSTER_MODE: partOf('SOKETI_ADAPTER_DRIVER'),
  SOKETI_DB_REDIS_HOST: partOf('SOKETI_ADAPTER_DRIVER'),
  SOKETI_DB_REDIS_PORT: partOf('SOKETI_ADAPTER_DRIVER'),
  SOKETI_DB_REDIS_DB: partOf('SOKETI_ADAPTER_DRIVER'),
  SOKETI_DB_REDIS_USERNAME: partOf('SOKETI_ADAPTER_DRIVER'),
  SOKETI_DB_REDIS_PASSWORD: partOf('SOKETI_ADAPTER_DRIVER'),
  SOKETI_DB_REDIS_KEY_PREFIX: partOf('SOKETI_ADAPTER_DRIVER'),
  SOKETI_DB_REDIS_SENTINELS: partOf('SOKETI_ADAPTER_DRIVER'),
  SOKETI_DB_REDIS_CLUSTER_NODES: partOf('SOKETI_ADAPTER_DRIVER'),
  SOKETI_DB_REDIS_INSTANCE_NAME: partOf('SOKETI_ADAPTER_DRIVER'),
  SOKETI_DB_REDIS_SENTINEL_PASSWORD: unsupported('let the Sentinels accept the server by network rules, or the same password as Redis'),
};
