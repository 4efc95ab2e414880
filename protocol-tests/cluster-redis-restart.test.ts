import { beforeEach, describe, expect, it } from 'vitest';
import { api, trigger } from './support/api.ts';
import { Client } from './support/client.ts';
import { type Cluster, deadline, isLong, ownCluster, within } from './support/cluster.ts';
import { listener } from './support/listener.ts';
import { membersSeen } from './support/members.ts';
import { countSubscriptions, listChannels, listUsers } from './support/queries.ts';
import { needsOwnServer, type Target } from './support/target.ts';

const channelsPerNode = isLong ? 3333 : 330;
const rooms = Array.from({ length: 20 }, (_, index) => `presence-room-${index}`);
const timeout = isLong ? 180_000 : 90_000;
const outageMilliseconds = isLong ? 15_000 : 3000;

/** One socket of a node: alone in many channels, with the other nodes in `shared`, and a member of every room. */
async function occupy(target: Target, index: number): Promise<Client> {
  const client = await Client.connect(target);
  for (let number = 0; number < channelsPerNode; number += 1) client.requestSubscription(`room-${index}-${number}`);
  for (const room of rooms) client.requestSubscription(room, { user_id: `user-${index}` });
  client.requestSubscription('private-shared');
  return client;
}

const membersOf = (clients: readonly Client[]): readonly object[] => {
  const all = clients.flatMap((client) => rooms.map((room) => membersSeen(client, room)));
  return [...new Set(all.map(({ ids, faults }) => JSON.stringify({ ids, faults })))].map((text) => JSON.parse(text));
};

/** Everything that a node says about the channels. */
async function answersOf(target: Target): Promise<object> {
  const [channels, users, subscriptions] = await Promise.all([
    listChannels(target),
    listUsers(target, 'presence-room-0'),
    countSubscriptions(target, 'private-shared'),
  ]);
  return { channels: channels.length, users, subscriptions };
}

const shoot = (target: Target, name: string): Promise<number> =>
  api(target, 'POST', '/events', { name, channel: 'private-shared', data: '' }).then(({ status }) => status);

async function populated(cluster: Cluster): Promise<readonly Client[]> {
  const clients = await Promise.all(cluster.targets.map(occupy));
  await expect.poll(() => membersOf(clients), within(30)).toEqual([{ ids: ['user-0', 'user-1', 'user-2'], faults: [] }]);
  const told = 3 * channelsPerNode + 1 + rooms.length * 4;
  await expect.poll(() => cluster.hooks.state().length, within(60)).toBe(told);
  for (const target of cluster.targets) {
    await expect
      .poll(() => answersOf(target), within(10))
      .toEqual({ channels: 3 * channelsPerNode + 1 + rooms.length, users: ['user-0', 'user-1', 'user-2'], subscriptions: 3 });
  }
  return clients;
}

/** Nobody but the neighbour came or went, and what was refused went nowhere. */
async function expectOnlyVisit(client: Client): Promise<void> {
  await expect.poll(() => membersSeen(client, 'presence-room-0').changes.slice(-2), within(10)).toEqual(['+neighbour', '-neighbour']);
  expect(client.received.filter((text) => text.includes('member_removed') && !text.includes('neighbour'))).toEqual([]);
  expect(client.received.join()).not.toContain('"refused"');
  expect(rooms.flatMap((room) => membersSeen(client, room).faults)).toEqual([]);
}

describe('a cluster whose Redis is killed and comes back empty', { timeout }, () => {
  beforeEach(needsOwnServer('several nodes'));

  it('keeps its sockets, refuses events meanwhile, and is right within 10 s, as if nothing had happened', async () => {
    const cluster = await ownCluster();
    const clients = await populated(cluster);
    const hooksBefore = cluster.hooks.lines().length;

    await cluster.redis.kill();
    for (const target of cluster.targets) expect(await shoot(target, 'refused')).toBe(503);
    const neighbour = await Client.connect(cluster.targets[0] as Target);
    const killedAt = performance.now();
    await expect.poll(() => performance.now() - killedAt, within(60)).toBeGreaterThan(outageMilliseconds);
    for (const client of clients) await client.flush(); // the sockets live
    for (const { target } of cluster.nodes) expect((await fetch(`${target.httpUrl}/live`)).status).toBe(200);
    await cluster.redis.launch();
    const backAt = performance.now();
    const left = deadline(10);

    for (const target of cluster.targets) await expect.poll(() => shoot(target, 'again'), left()).toBe(200);
    for (const target of cluster.targets) {
      await expect
        .poll(() => answersOf(target), left())
        .toEqual({ channels: 3 * channelsPerNode + 1 + rooms.length, users: ['user-0', 'user-1', 'user-2'], subscriptions: 3 });
    }
    for (const client of clients) await client.next('again');
    await neighbour.subscribe('presence-room-0', { user_id: 'neighbour' });
    const ids = ['neighbour', 'user-0', 'user-1', 'user-2'];
    for (const client of clients) await expect.poll(() => membersSeen(client, 'presence-room-0').ids, left()).toEqual(ids);
    // A webhook tells of the neighbour. When the one about its leaving has come, nothing of the outage is on its way any more.
    await expect.poll(() => cluster.hooks.lines(), within(20)).toContain('member_added presence-room-0 neighbour');
    await expect.poll(() => performance.now() - backAt, within(20)).toBeGreaterThan(10_000); // the time of doubt is over
    await neighbour.close();
    await expect.poll(() => cluster.hooks.lines(), within(20)).toContain('member_removed presence-room-0 neighbour');

    const visit = ['member_added presence-room-0 neighbour', 'member_removed presence-room-0 neighbour'];
    expect(cluster.hooks.lines().slice(hooksBefore)).toEqual(visit);
    for (const client of clients) await expectOnlyVisit(client);
  });

  it('notices who left and who came meanwhile, and tells it once', async () => {
    const cluster = await ownCluster();
    const clients = await populated(cluster);
    const hooksBefore = cluster.hooks.lines().length;
    await cluster.redis.kill();
    await clients[0]?.close();
    const newcomer = await Client.connect(cluster.targets[1] as Target);
    newcomer.requestSubscription('presence-room-1', { user_id: 'newcomer' });
    newcomer.requestSubscription('new-channel');
    const local = await listener(cluster.targets[2] as Target);
    await cluster.redis.launch();
    const left = deadline(10);
    for (const client of clients.slice(1)) {
      for (const room of rooms) {
        const ids = room === 'presence-room-1' ? ['newcomer', 'user-1', 'user-2'] : ['user-1', 'user-2'];
        await expect.poll(() => membersSeen(client, room), left()).toMatchObject({ ids, faults: [] });
      }
    }
    for (const target of cluster.targets.slice(1)) {
      const channels = 2 * channelsPerNode + 2 + rooms.length;
      await expect.poll(() => answersOf(target), left()).toEqual({ channels, users: ['user-1', 'user-2'], subscriptions: 2 });
    }
    const gone = Array.from({ length: channelsPerNode }, (_, number) => `channel_vacated room-0-${number}`);
    const news = ['channel_occupied new-channel', 'member_added presence-room-1 newcomer'];
    const expected = [...gone, ...rooms.map((room) => `member_removed ${room} user-0`), ...news].toSorted();
    await expect.poll(() => cluster.hooks.lines().slice(hooksBefore).toSorted(), within(30)).toEqual(expected);
    await trigger(cluster.targets[2] as Target, { name: 'end', channel: 'private-shared', data: '' });
    await local.quiet();
  });

  it('finds no ghosts of a node that died with it', async () => {
    const cluster = await ownCluster();
    const clients = await populated(cluster);
    const [dead] = cluster.nodes;
    if (dead === undefined) throw new Error('three nodes were started');
    const hooksBefore = cluster.hooks.lines().length;
    await cluster.redis.kill();
    await dead.server.stop('SIGKILL');
    cluster.forget(dead);
    await cluster.redis.launch();
    await expect.poll(() => membersOf(clients.slice(1)), within(20)).toEqual([{ ids: ['user-1', 'user-2'], faults: [] }]);
    for (const target of cluster.targets) {
      const channels = 2 * channelsPerNode + 1 + rooms.length;
      await expect.poll(() => answersOf(target), within(10)).toEqual({ channels, users: ['user-1', 'user-2'], subscriptions: 2 });
    }
    // What only the dead node held, nobody remembers: its channels leave no webhook. Its members do, once.
    const expected = rooms.map((room) => `member_removed ${room} user-0`).toSorted();
    await expect.poll(() => cluster.hooks.lines().slice(hooksBefore).toSorted(), within(20)).toEqual(expected);
  });
});

describe('a Redis that hangs for longer than the lease', { timeout }, () => {
  beforeEach(needsOwnServer('several nodes'));

  it('makes nobody dead', async () => {
    const cluster = await ownCluster();
    const clients = await populated(cluster);
    const hooksBefore = cluster.hooks.lines().length;
    const [speaker, hearer] = [
      await listener(cluster.targets[0] as Target, 'private-local'),
      await listener(cluster.targets[0] as Target, 'private-local'),
    ];
    const hungAt = performance.now();
    cluster.redis.pause();
    await expect.poll(() => shoot(cluster.targets[0] as Target, 'refused'), within(5)).toBe(503);
    speaker.send({ event: 'client-local', channel: 'private-local', data: 1 });
    await hearer.next('client-local'); // those on the same node still hear each other
    await expect.poll(() => performance.now() - hungAt, within(60)).toBeGreaterThan(isLong ? 30_000 : 14_000);
    cluster.redis.resume();
    for (const target of cluster.targets) await expect.poll(() => shoot(target, 'again'), within(5)).toBe(200);
    const newcomer = await Client.connect(cluster.targets[1] as Target);
    await newcomer.subscribe('presence-room-0', { user_id: 'newcomer' });
    const ids = ['newcomer', 'user-0', 'user-1', 'user-2'];
    for (const client of clients) {
      await expect.poll(() => membersSeen(client, 'presence-room-0').ids, within(10)).toEqual(ids);
      expect(client.received.filter((text) => text.includes('member_removed'))).toEqual([]);
    }
    const news = (): readonly string[] =>
      cluster.hooks
        .lines()
        .slice(hooksBefore)
        .filter((line) => !line.includes('private-local'));
    await expect.poll(news, within(10)).toEqual(['member_added presence-room-0 newcomer']);
    // Anything but the server's pings, which long silence brings.
    expect((await hearer.flush()).filter((frame) => frame.event !== 'pusher:ping')).toEqual([]);
  });
});
