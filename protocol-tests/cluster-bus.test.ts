import { Redis } from 'ioredis';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { seededRandom } from '../src/testing/seeded-random.ts';
import { trigger } from './support/api.ts';
import { Client } from './support/client.ts';
import { type Cluster, isLong, ownCluster, within } from './support/cluster.ts';
import { listener } from './support/listener.ts';
import { membersSeen } from './support/members.ts';
import { listUsers } from './support/queries.ts';
import { needsOwnServer, type Target } from './support/target.ts';

const messages = isLong ? 100_000 : 10_000;
const timeout = isLong ? 180_000 : 60_000;
const maxNoiseBytes = 200;
/** What precedes the sender and the content of a message: version, kind, number, length. */
const headBytes = 12;

type Distort = (original: Buffer, random: () => number) => Buffer;

const noise: Distort = (_original, random) =>
  Buffer.from(Array.from({ length: Math.floor(random() * maxNoiseBytes) }, () => Math.floor(random() * 256)));

/** Random bytes, or a real message that was cut off or lengthened: nothing that could be taken for a message. */
const distort: Distort = (original, random) => {
  const kind = random();
  if (kind < 0.4) return noise(original, random);
  if (kind < 0.6) return original.subarray(0, Math.floor(random() * headBytes));
  if (kind < 0.8) return original.subarray(0, original.length - 1 - Math.floor(random() * 8));
  return Buffer.concat([original, Buffer.from([0xff]), noise(original, random)]);
};

/** A real message that comes again with another version, kind, number or length, which may make sense. */
const forge: Distort = (original, random) => {
  const changed = Buffer.from(original);
  changed[Math.floor(random() * headBytes)] = Math.floor(random() * 256);
  return changed;
};

/** Everything that nodes say to each other while `run` takes, and where. */
async function overhear(redis: Redis, run: () => Promise<void>): Promise<{ readonly topic: string; readonly real: readonly Buffer[] }> {
  const ear = redis.duplicate();
  const real: Buffer[] = [];
  const topics = new Set<string>();
  ear.on('pmessageBuffer', (_pattern: string, topic: Buffer, message: Buffer) => {
    topics.add(topic.toString());
    real.push(message);
  });
  await ear.psubscribe('*');
  await run();
  await expect.poll(() => topics.size, within(5)).toBe(1);
  ear.disconnect(); // what is sent from now on is not real
  return { topic: [...topics].join(), real };
}

/** A node each with a client that is in a channel and a presence channel, under a rain of messages made by `make`. */
async function rainOn(cluster: Cluster, make: Distort): Promise<readonly Client[]> {
  const redis = new Redis(cluster.redis.url);
  onTestFinished(() => redis.disconnect());
  const random = seededRandom(3);
  const clients: Client[] = [];
  const { topic, real } = await overhear(redis, async () => {
    for (const [index, target] of cluster.targets.entries()) {
      const client = await listener(target, 'room');
      await client.subscribe('presence-room', { user_id: `user-${index}` });
      clients.push(client);
    }
    for (const target of cluster.targets) await trigger(target, { name: 'real', channel: 'room', data: '' });
  });
  for (const client of clients) await expect.poll(() => membersSeen(client, 'presence-room').ids, within(5)).toHaveLength(clients.length);
  for (const client of clients) await client.flush();
  for (let sent = 0; sent < messages; sent += 1000) {
    const pipeline = redis.pipeline();
    for (let index = 0; index < 1000; index += 1) pipeline.publish(topic, make(real[Math.floor(random() * real.length)] as Buffer, random));
    await pipeline.exec();
  }
  return clients;
}

/** Somebody comes, on one node, and an event goes out from another. */
async function expectHealth({ targets, nodes }: Cluster, clients: readonly Client[]): Promise<void> {
  const [here, there] = targets as [Target, Target];
  const newcomer = await Client.connect(here);
  await newcomer.subscribe('presence-room', { user_id: 'newcomer' });
  const ids = ['newcomer', 'user-0', 'user-1', 'user-2'];
  for (const client of clients) await expect.poll(() => membersSeen(client, 'presence-room').ids, within(10)).toEqual(ids);
  for (const target of targets) expect(await listUsers(target, 'presence-room')).toEqual(ids);
  await trigger(there, { name: 'end', channel: 'room', data: '' });
  for (const client of clients) await client.next('end');
  for (const { server } of nodes) expect(process.kill(server.pid, 0)).toBe(true);
}

describe('messages on the bus that no node has sent', { timeout }, () => {
  beforeEach(needsOwnServer('several nodes'));

  it('are dropped when they are malformed: no client hears of them', async () => {
    const cluster = await ownCluster();
    const clients = await rainOn(cluster, distort);
    for (const target of cluster.targets) await trigger(target, { name: 'mark', channel: 'room', data: '' });
    for (const client of clients) {
      for (const _ of cluster.targets) await client.next('mark');
      await client.quiet();
    }
    await expectHealth(cluster, clients);
  });

  it('may have wrong numbers: no node ends, and presence is right afterwards', async () => {
    const cluster = await ownCluster();
    await expectHealth(cluster, await rainOn(cluster, forge));
  });
});
