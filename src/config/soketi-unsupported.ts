import { type Alias, type AliasTable, unsupported } from './alias.ts';

/** What to do about groups of Soketi's variables, whose names follow the group's first part. */
const groups: readonly { readonly advice: string; readonly prefix: string; readonly names: readonly string[] }[] = [
  {
    advice: 'nodes meet in Redis and do not ask each other, so there is no such timeout',
    prefix: 'SOKETI_ADAPTER_',
    names: ['CLUSTER_REQUESTS_TIMEOUT', 'REDIS_REQUESTS_TIMEOUT'],
  },
  {
    advice: 'redis.url, redis.sentinel or redis.cluster say how Redis is reached',
    prefix: 'SOKETI_',
    names: [
      'ADAPTER_REDIS_SUB_OPTIONS',
      'ADAPTER_REDIS_PUB_OPTIONS',
      'CACHE_REDIS_CLUSTER_MODE',
      'CACHE_REDIS_OPTIONS',
      'QUEUE_REDIS_CONCURRENCY',
      'QUEUE_REDIS_OPTIONS',
      'QUEUE_REDIS_CLUSTER_MODE',
      'RATE_LIMITER_REDIS_OPTIONS',
      'RATE_LIMITER_REDIS_CLUSTER_MODE',
    ],
  },
  {
    advice: 'a cluster needs Redis: redis.url',
    prefix: 'SOKETI_ADAPTER_NATS_',
    names: ['PREFIX', 'SERVERS', 'USER', 'PASSWORD', 'TOKEN', 'TIMEOUT', 'REQUESTS_TIMEOUT', 'NODES_NUMBER'],
  },
  {
    advice: 'a cluster needs Redis (redis.url); several processes on one machine need only workers',
    prefix: 'SOKETI_CLUSTER_',
    names: [
      'CHECK_INTERVAL',
      'HOST',
      'IGNORE_PROCESS',
      'BROADCAST_ADDRESS',
      'KEEPALIVE_INTERVAL',
      'MASTER_TIMEOUT',
      'MULTICAST_ADDRESS',
      'NODE_TIMEOUT',
      'PORT',
      'PREFIX',
      'UNICAST_ADDRESSES',
    ],
  },
  {
    advice: 'put the apps into the configuration file',
    prefix: 'SOKETI_',
    names: [
      ...['CACHE_ENABLED', 'CACHE_TTL', 'DYNAMODB_TABLE', 'DYNAMODB_REGION', 'DYNAMODB_ENDPOINT', 'MYSQL_TABLE', 'MYSQL_VERSION'].map(appManager),
      ...['POSTGRES_TABLE', 'POSTGRES_VERSION', 'MYSQL_USE_V2'].map(appManager),
      ...['POOLING_ENABLED', 'POOLING_MIN', 'POOLING_MAX', 'MYSQL_HOST', 'MYSQL_PORT', 'MYSQL_USERNAME', 'MYSQL_PASSWORD', 'MYSQL_DATABASE'].map(
        database,
      ),
      ...['POSTGRES_HOST', 'POSTGRES_PORT', 'POSTGRES_USERNAME', 'POSTGRES_PASSWORD', 'POSTGRES_DATABASE'].map(database),
    ],
  },
  {
    advice: 'webhooks have queues of their own, in Redis where there is one',
    prefix: 'SOKETI_QUEUE_SQS_',
    names: ['REGION', 'CLIENT_OPTIONS', 'URL', 'ENDPOINT', 'PROCESS_BATCH', 'BATCH_SIZE', 'POLLING_WAIT_TIME_MS'],
  },
  { advice: 'store the key without a passphrase, readable by the server only', prefix: 'SOKETI_', names: ['SSL_PASS'] },
  { advice: 'append the authority to the file of the certificate', prefix: 'SOKETI_', names: ['SSL_CA'] },
];

function appManager(name: string): string {
  return `APP_MANAGER_${name}`;
}

function database(name: string): string {
  return `DB_${name}`;
}

/** Soketi's variables that are known and make no difference. */
export const soketiWithoutCounterpart: AliasTable = Object.fromEntries(
  groups.flatMap(({ advice, prefix, names }) => names.map((name): [string, Alias] => [`${prefix}${name}`, unsupported(advice)])),
);
