import { beforeEach, describe, expect, it } from 'vitest';
import { trigger } from './support/api.ts';
import { Client } from './support/client.ts';
import { type Cluster, deadline, isLong, ownCluster, within } from './support/cluster.ts';
import { listener } from './support/listener.ts';
import { expectDelivered, Load } from './support/load.ts';
import { membersSeen } from './support/members.ts';
import { listChannels, listUsers } from './support/queries.ts';
import { needsOwnServer, type Target } from './support/target.ts';

const rooms = Array.from({ length: 10 }, (_, index) => `presence-room-${index}`);
const usersPerRoom = 5;
const lonelyChannels = Array.from({ length: isLong ? 10_000 : 500 }, (_, index) => `lonely-${index}`);

/** Some sockets of this node, each a member of every room. */
async function populate(target: Target, name: string): Promise<readonly Client[]> {
  const clients = await Promise.all(Array.from({ length: usersPerRoom }, () => Client.connect(target)));
  for (const [index, client] of clients.entries()) {
    for (const room of rooms) client.requestSubscription(room, { user_id: `${name}-${index}` });
  }
  return clients;
}

/** One socket that is alone in many channels. */
async function occupy(target: Target): Promise<Client> {
  const client = await Client.connect(target);
  for (const channel of lonelyChannels) client.requestSubscription(channel);
  return client;
}

const idsOf = (...names: readonly string[]): readonly string[] =>
  names.flatMap((name) => Array.from({ length: usersPerRoom }, (_, index) => `${name}-${index}`)).toSorted();

/** What these clients see in all rooms, each answer once: one answer means that all agree. */
function views(clients: readonly Client[]): readonly object[] {
  const all = clients.flatMap((client) => rooms.map((room) => membersSeen(client, room)));
  return [...new Set(all.map(({ ids, faults }) => JSON.stringify({ ids, faults })))].map((text) => JSON.parse(text));
}

/** Resolves when the endpoint was told everything that has happened so far. */
async function hooksSettled({ hooks }: Cluster, target: Target): Promise<void> {
  const mark = await listener(target, 'mark');
  await expect.poll(() => hooks.lines(), within(20)).toContain('channel_occupied mark');
  await mark.close();
  await expect.poll(() => hooks.lines(), within(20)).toContain('channel_vacated mark');
}

/** The sockets of the node that was paused were told only what was different; the others once that its members went, and once that they came back. */
async function expectOneAbsence(paused: readonly Client[], awake: readonly Client[]): Promise<void> {
  for (const client of paused) {
    await client.flush();
    expect(membersSeen(client, 'presence-room-0').changes.slice(-2).toSorted()).toEqual(['+newcomer', '-awake-0']);
    expect(membersSeen(client, 'presence-room-1').changes.at(-1)).toBe('-awake-0');
    expect(membersSeen(client, 'presence-room-1').changes.filter((change) => change.startsWith('-paused'))).toEqual([]);
  }
  for (const client of awake) {
    const { changes } = membersSeen(client, 'presence-room-1');
    const departures = changes.filter((change) => change.startsWith('-paused'));
    expect(departures.toSorted()).toEqual(idsOf('paused').map((id) => `-${id}`));
    const returns = changes.slice(changes.indexOf(departures[0] ?? '')).filter((change) => change.startsWith('+paused'));
    expect(returns.toSorted()).toEqual(idsOf('paused').map((id) => `+${id}`));
  }
}

const timeout = isLong ? 180_000 : 60_000;

describe('a node that dies', { timeout }, () => {
  beforeEach(needsOwnServer('several nodes'));

  it('leaves no ghosts after 20 s, and is mourned once', async () => {
    const cluster = await ownCluster();
    const [first, second, third] = cluster.nodes;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three nodes were started');
    await populate(first.target, 'dead');
    const [clients, others] = [await populate(second.target, 'second'), await populate(third.target, 'third')];
    const survivors = [...clients, ...others];
    await occupy(first.target);
    await expect.poll(() => views(survivors), within(20)).toEqual([{ ids: idsOf('dead', 'second', 'third'), faults: [] }]);
    await expect.poll(() => cluster.hooks.state().length, within(60)).toBe(lonelyChannels.length + rooms.length * (1 + 3 * usersPerRoom));
    const listeners = [await listener(second.target, 'load'), await listener(third.target, 'load')];
    const load = new Load('load', () => [second.target, third.target]);
    await expect.poll(() => load.accepted.length, within(10)).toBeGreaterThan(10);

    await first.server.stop('SIGKILL');
    const left = deadline(20);

    await expect.poll(() => views(survivors), left()).toEqual([{ ids: idsOf('second', 'third'), faults: [] }]);
    for (const { target } of [second, third]) {
      await expect.poll(() => listChannels(target), left()).toEqual(['load', ...rooms].toSorted());
      expect(await listUsers(target, 'presence-room-0')).toEqual(idsOf('second', 'third'));
    }
    await expectDelivered(load, listeners, second.target);
    expect(load.shots.map(({ status }) => status).filter((status) => status !== 200)).toEqual([]);
    const removals = survivors.flatMap((client) => rooms.map((room) => membersSeen(client, room).changes.filter((change) => change.startsWith('-'))));
    expect(removals.map((changes) => changes.toSorted())).toEqual(removals.map(() => idsOf('dead').map((id) => `-${id}`)));
    await hooksSettled(cluster, second.target);
    const lines = cluster.hooks.lines();
    expect(lines.filter((line) => line.startsWith('channel_vacated lonely')).toSorted()).toEqual(
      lonelyChannels.map((channel) => `channel_vacated ${channel}`).toSorted(),
    );
    expect(lines.filter((line) => line.startsWith('member_removed')).toSorted()).toEqual(
      rooms.flatMap((room) => idsOf('dead').map((id) => `member_removed ${room} ${id}`)).toSorted(),
    );
  });

  it('may take the one that delivers webhooks with it: none is lost, and none is told twice', async () => {
    const cluster = await ownCluster({ nodes: 3 });
    const survivor = cluster.nodes[2];
    if (survivor === undefined) throw new Error('three nodes were started');
    const expected: string[] = ['presence-room-0'];
    const client = await Client.connect(survivor.target);
    await client.subscribe('presence-room-0', { user_id: 'ann' });
    expected.push('presence-room-0 ann');
    for (const [index, victim] of cluster.nodes.slice(0, 2).entries()) {
      const dying = await Client.connect(victim.target);
      const channels = Array.from({ length: 200 }, (_, number) => `kept-${index}-${number}`);
      for (const channel of channels) {
        dying.requestSubscription(channel);
        client.requestSubscription(channel);
      }
      expected.push(...channels);
      await trigger(survivor.target, { name: 'now', channel: 'presence-room-0', data: '' });
      await client.next('now');
      await victim.server.stop('SIGKILL');
    }
    await expect.poll(() => cluster.hooks.state(), within(30)).toEqual(expected.toSorted());
  });
});

describe('what else a node takes with it when it dies', { timeout }, () => {
  beforeEach(needsOwnServer('several nodes'));

  it('are its users, who are offline for those who watch them', async () => {
    const cluster = await ownCluster({ nodes: 2, app: { watchlist: true } });
    const [first, second] = cluster.nodes;
    if (first === undefined || second === undefined) throw new Error('two nodes were started');
    const user = await Client.connect(first.target);
    await user.signIn({ id: 'ann' });
    const watcher = await Client.connect(second.target);
    await watcher.signIn({ id: 'watcher', watchlist: ['ann'] });
    const told = (): readonly string[] => watcher.received.filter((text) => text.includes('watchlist_events'));
    await expect.poll(() => told().at(-1), within(5)).toContain('online');
    await first.server.stop('SIGKILL');
    await expect.poll(() => told().at(-1), within(20)).toContain('offline');
    expect(told()).toHaveLength(2);
  });

  it('are its connections, for which others may come', async () => {
    const cluster = await ownCluster({ nodes: 2, app: { maxConnections: 4 } });
    const [first, second] = cluster.nodes;
    if (first === undefined || second === undefined) throw new Error('two nodes were started');
    for (const { target } of [first, first, second, second]) await Client.connect(target);
    const refuse = async (): Promise<number> => (await (await Client.open(second.target)).closed).code;
    expect(await refuse()).toBe(4100); // come back: one of the nodes may have died
    await expect.poll(refuse, { timeout: 15_000, interval: 500 }).toBe(4004);
    await first.server.stop('SIGKILL');
    const come = async (): Promise<string> => (await (await Client.open(second.target)).next()).event;
    for (let free = 0; free < 2; free += 1) await expect.poll(come, { timeout: 20_000, interval: 500 }).toBe('pusher:connection_established');
    expect(await come()).toBe('pusher:error');
  });
});

describe('a node that is stopped and goes on', { timeout }, () => {
  beforeEach(needsOwnServer('several nodes'));

  it('is swept once, comes back, and announces nothing twice', async () => {
    const cluster = await ownCluster();
    const [first, second] = cluster.nodes;
    if (first === undefined || second === undefined) throw new Error('three nodes were started');
    const paused = await populate(first.target, 'paused');
    const awake = await populate(second.target, 'awake');
    await occupy(first.target);
    const all = [...paused, ...awake];
    await expect.poll(() => views(all), within(20)).toEqual([{ ids: idsOf('paused', 'awake'), faults: [] }]);
    await expect.poll(() => cluster.hooks.state().length, within(60)).toBe(lonelyChannels.length + rooms.length * (1 + 2 * usersPerRoom));

    const stoppedAt = performance.now();
    process.kill(first.server.pid, 'SIGSTOP');
    try {
      await awake[0]?.close();
      const newcomer = await Client.connect(second.target);
      await newcomer.subscribe('presence-room-0', { user_id: 'newcomer' });
      await expect.poll(() => membersSeen(newcomer, 'presence-room-0').ids, within(20)).toEqual([...idsOf('awake').slice(1), 'newcomer'].toSorted());
      await expect.poll(() => performance.now() - stoppedAt, within(30)).toBeGreaterThan(isLong ? 20_000 : 0);
    } finally {
      process.kill(first.server.pid, 'SIGCONT');
    }

    const left = deadline(15);
    const present = idsOf('paused', 'awake').filter((id) => id !== 'awake-0');
    const expected = (room: string) => (room === 'presence-room-0' ? [...present, 'newcomer'].toSorted() : present);
    const rest = [...paused, ...awake.slice(1)];
    for (const room of rooms) {
      for (const client of rest) await expect.poll(() => membersSeen(client, room), left()).toMatchObject({ ids: expected(room), faults: [] });
      for (const target of cluster.targets) await expect.poll(() => listUsers(target, room), left()).toEqual(expected(room));
    }
    await expectOneAbsence(paused, awake.slice(1));
    for (const target of cluster.targets) await expect.poll(() => listChannels(target), within(15)).toEqual([...lonelyChannels, ...rooms].toSorted());
    const hooked = [...lonelyChannels, ...rooms, ...rooms.flatMap((room) => expected(room).map((id) => `${room} ${id}`))];
    await expect.poll(() => cluster.hooks.state(), within(20)).toEqual(hooked.toSorted());
    const reentries = first.server.lines.filter((line) => line.includes('everything is told again'));
    expect(reentries).toHaveLength(1);
    const vacated = cluster.hooks.lines().filter((line) => line.startsWith('channel_vacated lonely'));
    expect(vacated.toSorted()).toEqual(lonelyChannels.map((channel) => `channel_vacated ${channel}`).toSorted());
  });
});
