import type { Cluster, Redis } from 'ioredis';
import type { Log } from '../../core/ports.ts';
import { backoff } from './redis-options.ts';

export interface SuperviseOptions {
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly random: () => number;
}

/**
 * Logs the first error of each outage and its end; an outage of hours would fill the log otherwise. Connects again where the client gives up
 * for good: it does so when Sentinels announce a failover while it is still asking them for the primary. Returns the function that ends the
 * connection.
 */
export function supervise(redis: Redis | Cluster, { log, random }: SuperviseOptions): () => void {
  let hasFailed = false;
  let attempt = 0;
  let revival: NodeJS.Timeout | undefined;
  const revive = (): void => {
    attempt += 1;
    revival = setTimeout(() => redis.connect().catch(() => undefined), backoff(attempt, random));
  };
  redis.on('error', (err: Error) => {
    if (!hasFailed) log.warn({ err: reasonOf(err) }, 'redis connection failed');
    hasFailed = true;
  });
  redis.on('ready', () => {
    if (hasFailed) log.info({}, 'redis connection works again');
    hasFailed = false;
    attempt = 0;
  });
  redis.on('end', revive);
  return () => {
    redis.off('end', revive);
    clearTimeout(revival);
    redis.disconnect();
  };
}

/** A Cluster says itself only that it did not learn its slots; the server that was asked last says why. */
export function reasonOf(error: Error): Error {
  return 'lastNodeError' in error && error.lastNodeError instanceof Error ? error.lastNodeError : error;
}
