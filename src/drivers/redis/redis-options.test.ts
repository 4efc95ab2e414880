import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoff, type ConnectionPart, clusterOptions, connectionOptions, parseEndpoint } from './redis-options.ts';
import type { ConnectionSettings } from './settings.ts';

function part(settings: Partial<ConnectionSettings>): ConnectionPart {
  return { settings: { db: 0, ...settings }, connectionName: 'test', random: () => 0.5 };
}

describe('the options of redis connections', () => {
  it('never wait longer than half a second between two attempts, and never in step', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, random) => {
        expect(backoff(attempt, () => random)).toSatisfy((wait: number) => wait >= 0 && wait <= 500);
      }),
    );
    expect(backoff(9, () => 0.1)).not.toBe(backoff(9, () => 0.9));
  });

  it.each([
    ['127.0.0.1:6379', { host: '127.0.0.1', port: 6379 }],
    ['redis.internal:26379', { host: 'redis.internal', port: 26_379 }],
    ['[::1]:7000', { host: '::1', port: 7000 }],
    ['::1:7000', { host: '::1', port: 7000 }],
  ])('read %s', (text, endpoint) => {
    expect(parseEndpoint(text)).toEqual(endpoint);
  });

  it.each([
    ['redis://host', { host: 'host', port: 6379, db: 2 }],
    ['redis://[::1]:7000/5', { host: '::1', port: 7000, db: 5 }],
    ['redis://us%3Aer:p%40ss@host', { username: 'us:er', password: 'p@ss' }],
    ['redis://:secret@host', { password: 'secret' }],
    ['rediss://host:7000', { host: 'host', port: 7000, tls: {} }],
  ])('are those of %s', (url, expected) => {
    expect(connectionOptions(part({ url, db: 2 }))).toMatchObject(expected);
  });

  it('prefer what the URL says to the settings beside it', () => {
    const settings = { url: 'redis://one:1@host/7', username: 'two', password: '2', db: 3 };
    expect(connectionOptions(part(settings))).toMatchObject({ username: 'one', password: '1', db: 7 });
    expect(connectionOptions(part({ ...settings, url: 'redis://host' }))).toMatchObject({ username: 'two', password: '2', db: 3 });
  });

  it('take nothing else from the URL', () => {
    const options = connectionOptions(part({ url: 'redis://host/0?enableOfflineQueue=true&autoResendUnfulfilledCommands=true' }));
    expect(options).toMatchObject({ enableOfflineQueue: false, autoResendUnfulfilledCommands: false });
  });

  it('name the Sentinels and the group, with TLS to both kinds of server', () => {
    const sentinel = { name: 'group', nodes: ['a:1', '[::1]:2'], username: 'watcher', password: 'another' };
    const options = connectionOptions(part({ sentinel, password: 'secret', db: 1, tls: { enabled: true } }));
    expect(options).toMatchObject({
      name: 'group',
      role: 'master',
      sentinels: [
        { host: 'a', port: 1 },
        { host: '::1', port: 2 },
      ],
      password: 'secret',
      db: 1,
      sentinelUsername: 'watcher',
      sentinelPassword: 'another',
      tls: {},
      sentinelTLS: {},
      enableTLSForSentinelMode: true,
    });
  });

  it('never send a command twice by themselves, nor keep one for later', () => {
    const cluster = clusterOptions(part({ cluster: { nodes: ['a:1'] } }));
    expect(cluster).toMatchObject({ enableOfflineQueue: false, retryDelayOnFailover: 0, retryDelayOnClusterDown: 0 });
    for (const options of [cluster.redisOptions, connectionOptions(part({ url: 'redis://a' }))]) {
      expect(options).toMatchObject({ autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0, commandTimeout: 2000 });
    }
  });

  it('leave a server that has become a replica', () => {
    const { reconnectOnError } = connectionOptions(part({ url: 'redis://a' }));
    expect(reconnectOnError?.(new Error("READONLY You can't write against a read only replica."))).toBe(true);
    expect(reconnectOnError?.(new Error('ERR Error running script (call to f_1): @user_script:1: @user_script: 1: -READONLY You …'))).toBe(true);
    expect(reconnectOnError?.(new Error('NOSCRIPT No matching script.'))).toBe(false);
  });
});
