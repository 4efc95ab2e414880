import type { Setting } from './alias.ts';
import { parseWhole } from './env-value.ts';
import type { Variables } from './variables.ts';

/** The names under which another server keeps the parts of its Redis connection. */
export interface RedisNames {
  readonly url?: string;
  readonly host: string;
  readonly port: string;
  readonly username: string;
  readonly password: string;
  readonly db: string;
}

/** The Redis connection that the variables describe, on this machine where they say nothing. */
export function readRedis(variables: Variables, names: RedisNames): readonly Setting[] {
  const url = names.url === undefined ? undefined : variables.get(names.url)?.text;
  const address: Setting =
    url === undefined || names.url === undefined
      ? { path: 'redis.url', value: urlOf(variables, names), variable: names.host, besides: [names.port] }
      : { path: 'redis.url', value: url.replace(/^tls:/, 'rediss:'), variable: names.url };
  return [address, ...readRedisAccount(variables, names)];
}

/** User, password and database alone, for when the address is that of Sentinels or a Cluster. */
export function readRedisAccount(variables: Variables, names: RedisNames): readonly Setting[] {
  const db = variables.get(names.db)?.text;
  return [
    ...textSetting(variables, names.username, 'redis.username'),
    ...textSetting(variables, names.password, 'redis.password'),
    ...(db === undefined ? [] : [{ path: 'redis.db', value: parseWhole(db) ?? db, variable: names.db }]),
  ];
}

function textSetting(variables: Variables, name: string, path: string): readonly Setting[] {
  const text = variables.get(name)?.text;
  return text === undefined ? [] : [{ path, value: text, variable: name }];
}

function urlOf(variables: Variables, names: RedisNames): string {
  const host = variables.get(names.host)?.text ?? '127.0.0.1';
  const port = variables.get(names.port)?.text ?? '6379';
  const scheme = host.startsWith('tls://') ? 'rediss' : 'redis';
  const bare = host.replace(/^(tls|tcp):\/\//, '');
  return `${scheme}://${bare.includes(':') && !bare.startsWith('[') ? `[${bare}]` : bare}:${port}`;
}
