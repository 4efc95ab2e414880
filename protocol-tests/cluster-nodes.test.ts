import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, api, trigger } from './support/api.ts';
import { Client, dataOf } from './support/client.ts';
import { Cluster, within } from './support/cluster.ts';
import { listener } from './support/listener.ts';
import { membersSeen } from './support/members.ts';
import type { Target } from './support/target.ts';
import { unique } from './support/unique.ts';

const soon = within(5);

describe('two nodes act as one server', () => {
  let cluster: Cluster;
  let here: Target;
  let there: Target;

  beforeAll(async () => {
    cluster = await Cluster.start({ nodes: 2, app: { watchlist: true, subscriptionCount: true } });
    [here, there] = cluster.targets as [Target, Target];
  });

  afterAll(async () => {
    await cluster.stop();
    expect(cluster.complaints()).toEqual([]);
  });

  it('for the events of a channel, which all subscribers see in one order', async () => {
    const room = unique('room');
    const clients = [await listener(here, room), await listener(there, room)];
    const names = Array.from({ length: 40 }, (_, index) => `event-${index}`);
    await Promise.all(names.map((name, index) => trigger(index % 2 === 0 ? here : there, { name, channel: room, data: '' })));
    const order = (client: Client) => client.received.map((text) => JSON.parse(text).event).filter((name) => name.startsWith('event-'));
    for (const client of clients) await expect.poll(() => order(client).toSorted(), soon).toEqual(names.toSorted());
    const [first = [], second] = clients.map(order);
    expect(second).toEqual(first);
  });

  it('for a socket_id that an event shall spare', async () => {
    const room = unique('room');
    const [author, neighbour, stranger] = [await listener(here, room), await listener(here, room), await listener(there, room)];
    await trigger(there, { name: 'first', channel: room, data: '', socket_id: author.socketId });
    await trigger(there, { name: 'second', channel: room, data: '' });
    for (const client of [neighbour, stranger]) {
      await client.next('first');
      await client.next('second');
    }
    await author.next('second');
    expect(author.received.join()).not.toContain('first');
  });

  it('for client events, which never come back to their sender', async () => {
    const room = unique('private-room');
    const [sender, neighbour, stranger] = [await listener(here, room), await listener(here, room), await listener(there, room)];
    sender.send({ event: 'client-typing', channel: room, data: { a: 1 } });
    for (const client of [neighbour, stranger]) expect(await client.next('client-typing')).toMatchObject({ channel: room, data: '{"a":1}' });
    await trigger(there, { name: 'mark', channel: room, data: '' });
    await sender.next('mark');
    expect(sender.received.join()).not.toContain('client-typing');
  });

  it('for a member who is on both, and is one', async () => {
    const room = unique('presence-room');
    const watchers = [await Client.connect(here), await Client.connect(there)];
    for (const [index, watcher] of watchers.entries()) await watcher.subscribe(room, { user_id: `watcher-${index}` });
    const anns = [await Client.connect(here), await Client.connect(there)] as const;
    for (const ann of anns) {
      const frame = await ann.subscribe(room, { user_id: 'ann' });
      expect(dataOf(frame)).toMatchObject({ presence: { count: 3 } });
    }
    await anns[0].close();
    await trigger(here, { name: 'mark', channel: room, data: '' });
    for (const watcher of watchers) {
      await watcher.next('mark');
      expect(membersSeen(watcher, room).ids).toEqual(['ann', 'watcher-0', 'watcher-1']);
    }
    await anns[1].close();
    for (const watcher of watchers) await expect.poll(() => membersSeen(watcher, room).ids, soon).toEqual(['watcher-0', 'watcher-1']);
    expect(watchers.map((watcher) => membersSeen(watcher, room))).toMatchObject([
      { faults: [], changes: ['+watcher-1', '+ann', '-ann'] },
      { faults: [], changes: ['+ann', '-ann'] },
    ]);
  });

  it('for the termination of a user', async () => {
    const id = unique('ann');
    const clients = [await Client.connect(here), await Client.connect(there)];
    for (const client of clients) await client.signIn({ id });
    await api(there, 'POST', `/users/${id}/terminate_connections`);
    for (const client of clients) expect((await client.closed).code).toBe(4009);
  });

  it('for an event for a user', async () => {
    const id = unique('ann');
    const clients = [await Client.connect(here), await Client.connect(there)];
    for (const client of clients) await client.signIn({ id });
    await trigger(here, { name: 'hello', channel: `#server-to-user-${id}`, data: '1' });
    for (const client of clients) {
      await client.next('hello');
      await client.quiet();
    }
  });

  it('for watchlists: who is online, who comes, who goes', async () => {
    const [ann, bob] = [unique('ann'), unique('bob')];
    const first = await Client.connect(there);
    await first.signIn({ id: ann });
    const watcher = await Client.connect(here);
    await watcher.signIn({ id: unique('watcher'), watchlist: [ann, bob] });
    const told = (): readonly unknown[] =>
      watcher.received.filter((text) => text.includes('watchlist_events')).flatMap((text) => eventsOf(JSON.parse(text).data));
    const online = { name: 'online', user_ids: [ann] };
    await expect.poll(told, soon).toContainEqual(online);
    const second = await Client.connect(there);
    await second.signIn({ id: bob });
    await expect.poll(told, soon).toContainEqual({ name: 'online', user_ids: [bob] });
    await first.close();
    await expect.poll(told, soon).toContainEqual({ name: 'offline', user_ids: [ann] });
    expect(told().filter((event) => JSON.stringify(event) === JSON.stringify(online))).toHaveLength(1);
  });

  it('for the last event of a cache channel', async () => {
    const room = unique('cache-room');
    await listener(here, room);
    await trigger(here, { name: 'news', channel: room, data: 'latest' });
    const late = await listener(there, room);
    expect(await late.next('news')).toMatchObject({ channel: room, data: 'latest' });
  });

  it('for subscription counts', async () => {
    const room = unique('room');
    const clients = [await listener(here, room), await listener(there, room), await listener(there, room)];
    const last = (client: Client) => client.received.findLast((text) => text.includes('subscription_count'));
    for (const client of clients) await expect.poll(() => last(client), soon).toContain('3');
    await clients[2]?.close();
    for (const client of clients.slice(0, 2)) await expect.poll(() => last(client), soon).toContain('2');
  });

  it('for webhooks of subscription counts, though every node sees each count', async () => {
    const room = unique('room');
    const clients: Client[] = [];
    for (const [index, target] of [here, there, here, there].entries()) {
      clients.push(await listener(target, room));
      const isSeen = (text: string) => text.includes(`\\"subscription_count\\":${index + 1}`);
      for (const client of clients) await expect.poll(() => client.received.some(isSeen), soon).toBe(true);
    }
    for (const client of clients) await client.close();
    const told = () => cluster.hooks.lines().filter((line) => line.includes(room));
    await expect.poll(told, soon).toContain(`channel_vacated ${room}`);
    const counts = told().flatMap((line) => (line.startsWith('subscription_count') ? [Number(line.split(' ')[2])] : []));
    expect(counts.slice(0, 4)).toEqual([1, 2, 3, 4]);
    expect(counts.filter((count, index) => count === counts[index - 1])).toEqual([]);
  });

  it('for queries, whichever node is asked', async () => {
    const prefix = unique('presence-q');
    const [room, other] = [`${prefix}-a`, `${prefix}-b`];
    const [ann, bob] = [await Client.connect(here), await Client.connect(there)];
    await ann.subscribe(room, { user_id: 'ann' });
    await bob.subscribe(room, { user_id: 'bob' });
    await bob.subscribe(other, { user_id: 'bob' });
    const ask = (target: Target, path: string, query?: Readonly<Record<string, string>>): Promise<Answer> =>
      api(target, 'GET', path, undefined, query);
    for (const target of [here, there]) {
      const listed = { channels: { [room]: { user_count: 2 }, [other]: { user_count: 1 } } };
      expect((await ask(target, '/channels', { filter_by_prefix: prefix, info: 'user_count' })).json).toEqual(listed);
      const counts = { occupied: true, user_count: 2, subscription_count: 2 };
      expect((await ask(target, `/channels/${room}`, { info: 'user_count,subscription_count' })).json).toEqual(counts);
      const { users } = (await ask(target, `/channels/${room}/users`)).json as { readonly users: readonly { readonly id: string }[] };
      expect(users.map(({ id }) => id).toSorted()).toEqual(['ann', 'bob']);
    }
  });

  it('for idempotency keys', async () => {
    const [room, idempotency_key] = [unique('room'), unique('key')];
    const client = await listener(here, room);
    const event = { name: 'paid', channel: room, data: '', idempotency_key };
    for (const target of [here, there, there]) await trigger(target, event);
    await trigger(there, { name: 'mark', channel: room, data: '' });
    await client.next('mark');
    expect(client.received.filter((text) => text.includes('"paid"'))).toHaveLength(1);
  });

  it('for webhooks, which tell of the first and the last subscriber on all nodes', async () => {
    const room = unique('presence-room');
    const clients = [await Client.connect(here), await Client.connect(there)];
    for (const client of clients) await client.subscribe(room, { user_id: 'ann' });
    for (const client of clients) await client.close();
    const story = ['channel_occupied', 'member_added', 'member_removed', 'channel_vacated'];
    const told = () => cluster.hooks.lines().filter((line) => line.includes(room));
    await expect.poll(() => told().map((line) => line.split(' ')[0]), soon).toEqual(story);
  });
});

interface WatchlistEvent {
  readonly name: string;
  readonly user_ids: readonly string[];
}

function eventsOf(data: string | { readonly events: readonly WatchlistEvent[] }): readonly WatchlistEvent[] {
  return (typeof data === 'string' ? JSON.parse(data) : data).events;
}
