import { describe, expect, it } from 'vitest';
import { parseChannelName } from '../protocol/channel-name.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { FakeSocket, FakeTopics } from '../testing/fake-socket.ts';
import { testApp } from '../testing/test-app.ts';
import { Connection, type Subscription } from './connection.ts';
import { Hub } from './hub.ts';
import { Outbox } from './outbox.ts';
import { Traffic } from './traffic.ts';

function createHub(windowMilliseconds = 0) {
  const topics = new FakeTopics();
  const outbox = new Outbox({
    fanout: (topic, frame) => topics.publish(topic, frame),
    clock: new FakeClock(),
    traffic: new Traffic(),
    windowMilliseconds,
  });
  return { hub: new Hub(outbox), outbox, topics };
}

function connect(hub: Hub, topics: FakeTopics, socketId: string, appId = 'app') {
  const socket = new FakeSocket(topics);
  const connection = new Connection(testApp({ id: appId }), socket, socketId, 0);
  hub.add(connection);
  return { connection, socket };
}

type Seat = ReturnType<typeof connect>;

function name(text: string) {
  const channel = parseChannelName(text, 200);
  if (channel === undefined) throw new Error('not a channel name');
  return channel;
}

/** What the outbox sends from then on is busy, not simultaneous. */
const nextTurn = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve);
  });

describe('the hub', () => {
  it('holds connections by their socket id', () => {
    const { hub, topics } = createHub();
    const { connection } = connect(hub, topics, '1.1');
    expect(hub.connections.get('1.1')).toBe(connection);
    hub.remove(connection);
    expect(hub.connections.size).toBe(0);
  });

  it('knows how many channels and subscriptions of each kind it has', () => {
    const { hub, topics } = createHub();
    const [one, other] = [connect(hub, topics, '1.1'), connect(hub, topics, '2.2')];
    const first = hub.join(one.connection, name('private-room'));
    const second = hub.join(other.connection, name('private-room'));
    hub.goLive(one.connection, first, []);
    expect(hub.census.private).toEqual({ channels: 1, subscriptions: 2 });
    expect(first.channel.live).toBe(1);
    for (const [{ connection }, subscription] of [
      [one, first],
      [other, second],
    ] as const) {
      hub.leave(connection, subscription);
      hub.forget(subscription.channel);
    }
    expect(hub.census.private).toEqual({ channels: 0, subscriptions: 0 });
    expect(first.channel.live).toBe(0);
  });

  it('holds a channel from the first subscription to the last', () => {
    const { hub, topics } = createHub();
    const [one, other] = [connect(hub, topics, '1.1'), connect(hub, topics, '2.2')];
    const first = hub.join(one.connection, name('room'));
    const second = hub.join(other.connection, name('room'));
    expect(second.channel).toBe(first.channel);
    expect(first.channel.subscriptions).toBe(2);
    hub.leave(one.connection, first);
    hub.forget(first.channel);
    expect(hub.channels.size).toBe(1);
    hub.leave(other.connection, second);
    hub.forget(second.channel);
    expect(hub.channels.size).toBe(0);
    expect(one.connection.subscriptions.size + other.connection.subscriptions.size).toBe(0);
  });

  it('keeps channels of two apps apart although they have one name', () => {
    const { hub, topics } = createHub();
    const [one, other] = [connect(hub, topics, '1.1', 'one'), connect(hub, topics, '2.2', 'two')];
    const first = hub.join(one.connection, name('room'));
    const second = hub.join(other.connection, name('room'));
    hub.goLive(one.connection, first, []);
    hub.goLive(other.connection, second, []);
    hub.deliver({ topic: 'one/room', frame: 'a' });
    expect(one.socket.frames).toEqual(['a']);
    expect(other.socket.frames).toEqual([]);
  });

  it('delivers nothing before a subscription is live, then its answers first', () => {
    const { hub, topics } = createHub();
    const { connection, socket } = connect(hub, topics, '1.1');
    const subscription = hub.join(connection, name('room'));
    hub.deliver({ topic: 'app/room', frame: 'early' });
    expect(socket.frames).toEqual([]);
    hub.goLive(connection, subscription, ['success', 'cached']);
    hub.deliver({ topic: 'app/room', frame: 'event' });
    expect(socket.frames).toEqual(['success', 'cached', 'event']);
  });

  it('does not give a newcomer what waited before it was live', () => {
    const { hub, topics, outbox } = createHub(1);
    const [old, newcomer] = [connect(hub, topics, '1.1'), connect(hub, topics, '2.2')];
    hub.goLive(old.connection, hub.join(old.connection, name('room')), []);
    const subscription = hub.join(newcomer.connection, name('room'));
    hub.deliver({ topic: 'app/room', frame: 'a' });
    hub.deliver({ topic: 'app/room', frame: 'b' });
    hub.goLive(newcomer.connection, subscription, ['success']);
    outbox.flushAll();
    expect(old.socket.frames).toEqual(['a', 'b']);
    expect(newcomer.socket.frames).toEqual(['success']);
  });

  it('counts a newcomer in and out that closes before its turn', async () => {
    const { hub, topics, outbox } = createHub(1);
    const [old, newcomer] = [connect(hub, topics, '1.1'), connect(hub, topics, '2.2')];
    hub.goLive(old.connection, hub.join(old.connection, name('room')), []);
    const subscription = hub.join(newcomer.connection, name('room'));
    hub.deliver({ topic: 'app/room', frame: 'a' });
    await nextTurn();
    hub.deliver({ topic: 'app/room', frame: 'b' });
    hub.goLive(newcomer.connection, subscription, []);
    expect(subscription.channel.live).toBe(1);
    newcomer.connection.isOpen = false;
    hub.leave(newcomer.connection, subscription);
    outbox.flushAll();
    expect(subscription.channel.live).toBe(1);
    expect(newcomer.socket.frames).toEqual([]);
  });

  it('goes on gathering while some of a crowd vanish, until the last does', async () => {
    const { hub, topics, outbox } = createHub(1);
    const crowd = ['1.1', '2.2', '3.3'].map((socketId) => connect(hub, topics, socketId));
    const subscriptions = crowd.map(({ connection }) => hub.join(connection, name('room')));
    for (const [index, { connection }] of crowd.entries()) hub.goLive(connection, subscriptions[index] as Subscription, []);
    const [first, second, third] = crowd as [Seat, Seat, Seat];
    const [channel] = subscriptions.map((subscription) => subscription.channel);
    hub.deliver({ topic: 'app/room', frame: 'a' });
    await nextTurn();
    for (const [index, { connection }] of [first, second].entries()) {
      connection.isOpen = false;
      hub.leave(connection, subscriptions[index] as Subscription);
      hub.deliver({ topic: 'app/room', frame: `left ${index}` });
    }
    expect([third.socket.frames, channel?.live]).toEqual([['a'], 1]);
    outbox.flushAll();
    expect(third.socket.frames).toEqual(['a', 'left 0', 'left 1']);
    hub.deliver({ topic: 'app/room', frame: 'b' });
    expect(channel?.queue?.flatMap(({ entries }) => entries)).toHaveLength(1);
    third.connection.isOpen = false;
    hub.leave(third.connection, subscriptions[2] as Subscription);
    expect(channel?.queue).toBeUndefined();
  });

  it('gives a leaver what waited before it left, and nothing later', () => {
    const { hub, topics, outbox } = createHub(1);
    const { connection, socket } = connect(hub, topics, '1.1');
    const subscription = hub.join(connection, name('room'));
    hub.goLive(connection, subscription, []);
    for (const frame of ['a', 'b']) hub.deliver({ topic: 'app/room', frame });
    hub.leave(connection, subscription);
    hub.deliver({ topic: 'app/room', frame: 'c' });
    outbox.flushAll();
    expect(socket.frames).toEqual(['a', 'b']);
  });

  it('tells one subscriber something behind everything that waits', () => {
    const { hub, topics } = createHub(1);
    const { connection, socket } = connect(hub, topics, '1.1');
    const subscription = hub.join(connection, name('room'));
    hub.goLive(connection, subscription, []);
    for (const frame of ['a', 'b']) hub.deliver({ topic: 'app/room', frame });
    hub.tell(connection, subscription.channel, 'direct');
    expect(socket.frames).toEqual(['a', 'b', 'direct']);
  });

  it('leaves out the socket that is named, when it is in the channel', () => {
    const { hub, topics } = createHub();
    const [one, other] = [connect(hub, topics, '1.1'), connect(hub, topics, '2.2')];
    for (const { connection } of [one, other]) hub.goLive(connection, hub.join(connection, name('room')), []);
    hub.deliver({ topic: 'app/room', frame: 'a', except: '1.1' });
    hub.deliver({ topic: 'app/room', frame: 'b', except: '9.9' });
    expect(one.socket.frames).toEqual(['b']);
    expect(other.socket.frames).toEqual(['a', 'b']);
  });

  it('does nothing with an event of a channel that nobody here is in', () => {
    const { hub } = createHub();
    hub.deliver({ topic: 'app/room', frame: 'a', except: '1.1' });
    expect(hub.channels.size).toBe(0);
  });

  it('knows the connections of a user for as long as they last', () => {
    const { hub, topics } = createHub();
    const [one, other] = [connect(hub, topics, '1.1'), connect(hub, topics, '2.2')];
    const first = hub.join(one.connection, name('#server-to-user-a'));
    const { channel } = hub.join(other.connection, name('#server-to-user-a'));
    expect(channel.connections).toEqual(new Set([one.connection, other.connection]));
    hub.leave(one.connection, first);
    expect(channel.connections).toEqual(new Set([other.connection]));
  });

  it('says when a user has left with the last local seat', () => {
    const { hub, topics } = createHub();
    const [one, other] = [connect(hub, topics, '1.1'), connect(hub, topics, '2.2')];
    const first = hub.join(one.connection, name('presence-room'), { userId: 'user' });
    const second = hub.join(other.connection, name('presence-room'), { userId: 'user' });
    expect(hub.leave(one.connection, first)).toBe(false);
    expect(hub.leave(other.connection, second)).toBe(true);
  });

  it('never says so of channels without seats', () => {
    const { hub, topics } = createHub();
    const { connection } = connect(hub, topics, '1.1');
    expect(hub.leave(connection, hub.join(connection, name('private-room')))).toBe(false);
  });
});
