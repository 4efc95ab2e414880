import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { ClusterOptions, RedisOptions } from 'ioredis';
import { errorCode } from './error-code.ts';
import type { ConnectionSettings } from './settings.ts';

/** The client's options without the one that changes the types of answers. */
type PlainOptions = Omit<RedisOptions, 'replyMapping'>;

/** A command without an answer for so long is given up: it may or may not have been executed. */
const commandTimeoutMilliseconds = 2000;

const connectTimeoutMilliseconds = 2000;
/** A connection on which commands wait and nothing arrives for so long is dead, whatever the kernel says. */
const silenceMilliseconds = 4000;
const maxBackoffMilliseconds = 500;
const slotsRefreshMilliseconds = 1000;

export interface ConnectionPart {
  readonly settings: ConnectionSettings;
  /** Seen in Redis' `CLIENT LIST`. */
  readonly connectionName: string;
  readonly random: () => number;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Milliseconds to wait before the attempt with this number, counted from 1: soon at first, at most 500, and never in step with other nodes. */
export function backoff(attempt: number, random: () => number): number {
  const ceiling = Math.min(maxBackoffMilliseconds, 25 * 2 ** Math.min(attempt, 10));
  return Math.round(ceiling * (0.5 + 0.5 * random()));
}

/** Options of one connection to one server or, by way of Sentinels, to the primary of a group. */
export function connectionOptions(part: ConnectionPart): PlainOptions {
  const { settings } = part;
  const { sentinel } = settings;
  const tls = tlsOf(settings);
  if (sentinel === undefined) return { ...sharedOptions(part), ...addressOf(settings), retryStrategy: (attempt) => backoff(attempt, part.random) };
  return {
    ...sharedOptions(part),
    ...(tls === undefined ? {} : { tls, sentinelTLS: tls, enableTLSForSentinelMode: true }),
    db: settings.db,
    name: sentinel.name,
    ...(sentinel.username === undefined ? {} : { sentinelUsername: sentinel.username }),
    ...(sentinel.password === undefined ? {} : { sentinelPassword: sentinel.password }),
    sentinels: sentinel.nodes.map(parseEndpoint),
    role: 'master',
    // Without it a primary that was replaced but still answers would be written to until it learns of its replacement.
    failoverDetector: true,
    sentinelCommandTimeout: commandTimeoutMilliseconds,
    sentinelRetryStrategy: (attempt) => backoff(attempt, part.random),
    sentinelReconnectStrategy: (attempt) => backoff(attempt, part.random),
    retryStrategy: (attempt) => backoff(attempt, part.random),
  };
}

/** Options of a connection to one server of a Cluster. */
export function clusterNodeOptions(part: ConnectionPart, server: Endpoint): PlainOptions {
  return { ...sharedOptions(part), ...server, retryStrategy: (attempt) => backoff(attempt, part.random) };
}

/** Options of the connections to all primaries of a Cluster. */
export function clusterOptions(part: ConnectionPart): Omit<ClusterOptions, 'redisOptions'> & { readonly redisOptions: PlainOptions } {
  return {
    redisOptions: sharedOptions(part),
    enableOfflineQueue: false,
    clusterRetryStrategy: (attempt) => backoff(attempt, part.random),
    clusterNodeRetryStrategy: (attempt) => backoff(attempt, part.random),
    slotsRefreshInterval: slotsRefreshMilliseconds,
    slotsRefreshTimeout: commandTimeoutMilliseconds,
    // What failed is for the caller to repeat, who knows what it means; a redirection was not executed and is followed.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    // Opened for subscriptions only, and those have connections of their own.
    shardedSubscribers: true,
  };
}

/** Parses `HOST:PORT` as the configuration checked it; IPv6 addresses stand in brackets. */
export function parseEndpoint(text: string): Endpoint {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}

function sharedOptions({ settings, connectionName }: ConnectionPart): PlainOptions {
  const tls = tlsOf(settings);
  return {
    ...credentialsOf(settings),
    ...(tls === undefined ? {} : { tls }),
    connectionName,
    // It would say `CLIENT SETINFO`, which our ACL user may not and older servers do not know.
    disableClientInfo: true,
    // By default a command is sent again after a cut connection, which may already have executed it.
    autoResendUnfulfilledCommands: false,
    // Rejects what was under way as soon as the connection is lost, instead of when its time is over.
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    // Subscriptions are renewed by their owner, who has to know when they hold again.
    autoResubscribe: false,
    connectTimeout: connectTimeoutMilliseconds,
    disconnectTimeout: 100,
    commandTimeout: commandTimeoutMilliseconds,
    socketTimeout: silenceMilliseconds,
    // A server that became a replica: the next connection finds the primary.
    reconnectOnError: (error) => errorCode(error) === 'READONLY',
  };
}

function credentialsOf({ username, password }: ConnectionSettings): PlainOptions {
  return { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
}

/** Absent where TLS was not asked for. */
function tlsOf(settings: ConnectionSettings): ConnectionOptions | undefined {
  return settings.tls?.enabled ? tlsFiles(settings) : undefined;
}

/** Read for each connection object, so that a file that is missing stops the start with its name. */
function tlsFiles({ tls }: ConnectionSettings): ConnectionOptions {
  const { caFile, certFile, keyFile } = tls ?? {};
  return {
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
    ...(certFile === undefined ? {} : { cert: readFileSync(certFile) }),
    ...(keyFile === undefined ? {} : { key: readFileSync(keyFile) }),
  };
}

/** What the URL says wins over the settings beside it. */
function addressOf(settings: ConnectionSettings): PlainOptions {
  const { url, db } = settings;
  const { protocol, hostname, port, username, password, pathname } = new URL(url ?? 'redis://127.0.0.1');
  const urlDb = pathname.slice(1);
  return {
    host: hostname.replace(/^\[|\]$/g, '') || '127.0.0.1',
    port: port === '' ? 6379 : Number(port),
    db: /^\d+$/.test(urlDb) ? Number(urlDb) : db,
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' ? { tls: tlsFiles(settings) } : {}),
  };
}
