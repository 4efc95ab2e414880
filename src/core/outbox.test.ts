import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseChannelName } from '../protocol/channel-name.ts';
import { assertAsyncProperty } from '../testing/assert-property.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { FakeSocket, FakeTopics } from '../testing/fake-socket.ts';
import { testApp } from '../testing/test-app.ts';
import { Channel, topicOf } from './channel.ts';
import { Connection } from './connection.ts';
import { Outbox } from './outbox.ts';
import { Traffic } from './traffic.ts';

const windowMilliseconds = 1;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** The end of this tick: what the outbox sends at once from now on is busy, not simultaneous. */
const nextTurn = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve);
  });

function createChannel(name: string, appId = 'app'): Channel {
  const channel = parseChannelName(name, 200);
  if (channel === undefined) throw new Error('not a channel name');
  return new Channel(testApp({ id: appId }), channel, topicOf(appId, channel));
}

function createOutbox(milliseconds = windowMilliseconds) {
  const clock = new FakeClock();
  const topics = new FakeTopics();
  const traffic = new Traffic();
  const fanout = (topic: string, frame: string) => topics.publish(topic, frame);
  const outbox = new Outbox({ fanout, clock, traffic, windowMilliseconds: milliseconds });
  /** Time for both the clock and the timers; at least one turn of the event loop. */
  const advance = async (by: number) => {
    await clock.advance(by);
    vi.advanceTimersByTime(by);
  };
  return { outbox, topics, traffic, advance };
}

/** A connection that is subscribed to the channel. */
function subscribe(topics: FakeTopics, channel: Channel): { connection: Connection; socket: FakeSocket } {
  const socket = new FakeSocket(topics);
  const connection = new Connection(channel.app, socket, '1.2', 0);
  connection.subscriptions.add({ channel, userId: undefined, isListenOnly: false, isAnswered: true, isLive: true });
  socket.subscribe(channel.topic);
  socket.onClose = () => {
    connection.isOpen = false;
  };
  return { connection, socket };
}

describe('the outbox', () => {
  it('measures what it was given a time for, once for what leaves together', async () => {
    const { outbox, traffic, advance } = createOutbox();
    const channel = createChannel('room');
    outbox.push(channel, 'a', undefined, 0);
    await nextTurn();
    for (const frame of ['b', 'c']) outbox.push(channel, frame, undefined, 0);
    outbox.push(channel, 'd', undefined);
    await advance(2);
    expect(traffic.deliverySeconds.counts.reduce((sum, count) => sum + count, 0)).toBe(2);
    expect(traffic.deliverySeconds.sum).toBeCloseTo(0.002);
    outbox.push(channel, 'e', undefined);
    expect(traffic.deliverySeconds.sum).toBeCloseTo(0.002);
  });

  it('sends everything at once without a window', () => {
    const { outbox, topics } = createOutbox(0);
    const channel = createChannel('room');
    const { socket } = subscribe(topics, channel);
    for (const frame of ['a', 'b', 'c']) outbox.push(channel, frame, undefined);
    expect(socket.frames).toEqual(['a', 'b', 'c']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('sends a sparse event at once', async () => {
    const { outbox, topics, advance } = createOutbox();
    const channel = createChannel('room');
    const { socket } = subscribe(topics, channel);
    outbox.push(channel, 'a', undefined);
    expect(socket.frames).toEqual(['a']);
    await advance(2);
    outbox.push(channel, 'b', undefined);
    expect(socket.frames).toEqual(['a', 'b']);
  });

  it('gathers what follows within two windows, and sends it in order with the next flush', async () => {
    const { outbox, topics, advance } = createOutbox();
    const channel = createChannel('room');
    const { socket } = subscribe(topics, channel);
    outbox.push(channel, 'a', undefined);
    await advance(1);
    outbox.push(channel, 'b', undefined);
    outbox.push(channel, 'c', undefined);
    expect(socket.frames).toEqual(['a']);
    await advance(2);
    expect(socket.frames).toEqual(['a', 'b', 'c']);
    expect(vi.getTimerCount()).toBe(0);
  });

  describe('where events answer those before', () => {
    /** So many events leave, and only then as many come again. */
    async function createLoop() {
      const { outbox, topics, advance } = createOutbox();
      const channel = createChannel('room');
      const { socket } = subscribe(topics, channel);
      outbox.push(channel, 'first', undefined);
      await nextTurn();
      /** Returns whether they had to wait for the window; it ends, however long that takes. */
      const round = async (inFlight: number): Promise<boolean> => {
        const before = socket.frames.length;
        for (let nth = 0; nth < inFlight; nth += 1) outbox.push(channel, 'x', undefined);
        await nextTurn();
        const hasWaited = socket.frames.length === before;
        if (hasWaited) await advance(2);
        expect(socket.frames.length).toBe(before + inFlight);
        return hasWaited;
      };
      const rounds = async (count: number, inFlight: number): Promise<readonly boolean[]> => {
        const waits: boolean[] = [];
        for (let nth = 0; nth < count; nth += 1) waits.push(await round(inFlight));
        return waits;
      };
      return { outbox, channel, socket, advance, round, rounds };
    }
    const noWaits = (count: number) => Array.from({ length: count }, () => false);

    it.each([1, 2, 16, 31])('stops waiting for more than come, and tries again later: %d in flight', async (inFlight) => {
      const { rounds } = await createLoop();
      expect(await rounds(3 + 256 + 1 + 256 + 1, inFlight)).toEqual([true, true, true, ...noWaits(256), true, ...noWaits(256), true]);
    });

    it('waits again as soon as fewer come, and learns how many that are', async () => {
      const { round, rounds } = await createLoop();
      await rounds(4, 16);
      expect(await round(16)).toBe(false);
      expect(await rounds(5, 5)).toEqual([true, true, true, false, false]);
    });

    it('lets more leave together when more come in one tick', async () => {
      const { rounds } = await createLoop();
      await rounds(4, 4);
      expect(await rounds(3, 20)).toEqual([false, false, false]);
    });

    it('goes on waiting where events still come in the second half of a window', async () => {
      const { outbox, channel, socket, advance, rounds } = await createLoop();
      for (let nth = 0; nth < 10; nth += 1) {
        const before = socket.frames.length;
        outbox.push(channel, 'a', undefined);
        await advance(1.5);
        outbox.push(channel, 'b', undefined);
        expect(socket.frames.length).toBe(before);
        await advance(0.5);
        expect(socket.frames.length).toBe(before + 2);
      }
      expect(await rounds(1, 2)).toEqual([true]);
    });

    it('goes on waiting where the waits gather different numbers', async () => {
      const { rounds, round } = await createLoop();
      await rounds(2, 3);
      await round(2);
      await rounds(2, 3);
      expect(await round(3)).toBe(true);
      expect(await round(3)).toBe(false);
    });
  });

  it('sends all events of one tick at once, because the engine joins them', async () => {
    const { outbox, topics, advance } = createOutbox();
    const channel = createChannel('room');
    const { socket } = subscribe(topics, channel);
    for (const frame of ['a', 'b', 'c']) outbox.push(channel, frame, undefined);
    expect(socket.frames).toEqual(['a', 'b', 'c']);
    await nextTurn();
    outbox.push(channel, 'd', undefined);
    expect(socket.frames).toEqual(['a', 'b', 'c']);
    await advance(2);
    expect(socket.frames).toEqual(['a', 'b', 'c', 'd']);
  });

  it('does not let an event overtake those that wait, although it comes later', async () => {
    const { outbox, topics, advance } = createOutbox(5);
    const channel = createChannel('room');
    const { socket } = subscribe(topics, channel);
    for (const frame of ['a', 'b', 'c', 'd']) {
      outbox.push(channel, frame, undefined);
      await advance(1);
    }
    await advance(5);
    expect(socket.frames).toEqual(['a', 'b', 'c', 'd']);
  });

  it('does not let an event overtake those that wait when the flush is late', async () => {
    const clock = new FakeClock();
    const topics = new FakeTopics();
    const outbox = new Outbox({ fanout: (topic, frame) => topics.publish(topic, frame), clock, traffic: new Traffic(), windowMilliseconds });
    const channel = createChannel('room');
    const { socket } = subscribe(topics, channel);
    outbox.push(channel, 'a', undefined);
    await nextTurn();
    outbox.push(channel, 'b', undefined);
    await clock.advance(100); // the loop was busy: the timer is due and has not run
    outbox.push(channel, 'c', undefined);
    outbox.flushAll();
    expect(socket.frames).toEqual(['a', 'b', 'c']);
  });

  it('does not let busy channels hold up quiet ones', async () => {
    const { outbox, topics } = createOutbox();
    const [busy, quiet] = [createChannel('busy'), createChannel('quiet')];
    const { socket } = subscribe(topics, quiet);
    for (let index = 0; index < 10; index += 1) outbox.push(busy, 'x', undefined);
    outbox.push(quiet, 'a', undefined);
    expect(socket.frames).toEqual(['a']);
    outbox.flushAll();
  });

  it('uses one timer for all channels', async () => {
    const { outbox } = createOutbox();
    const channels = ['a', 'b', 'c'].map((name) => createChannel(name));
    for (const channel of channels) outbox.push(channel, 'x', undefined);
    await nextTurn();
    for (const channel of [...channels, ...channels]) outbox.push(channel, 'x', undefined);
    expect(vi.getTimerCount()).toBe(1);
    outbox.flushAll();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('flushes one channel on demand, and only that one', async () => {
    const { outbox, topics } = createOutbox();
    const [one, other] = [createChannel('one'), createChannel('other')];
    const sockets = [subscribe(topics, one).socket, subscribe(topics, other).socket];
    for (const channel of [one, other]) outbox.push(channel, 'a', undefined);
    await nextTurn();
    for (const channel of [one, other]) outbox.push(channel, 'b', undefined);
    outbox.flush(one);
    expect(sockets.map(({ frames }) => frames)).toEqual([['a', 'b'], ['a']]);
    outbox.flushAll();
    expect(sockets.map(({ frames }) => frames)).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('keeps no more than 1024 frames of a channel waiting', async () => {
    const { outbox, topics } = createOutbox();
    const channel = createChannel('room');
    const { socket } = subscribe(topics, channel);
    const frames = Array.from({ length: 3000 }, (_, index) => String(index));
    let mostWaiting = 0;
    outbox.push(channel, 'first', undefined);
    await nextTurn();
    for (const frame of frames) {
      outbox.push(channel, frame, undefined);
      mostWaiting = Math.max(mostWaiting, Number(frame) + 2 - socket.frames.length);
    }
    expect(mostWaiting).toBe(1024);
    outbox.flushAll();
    expect(socket.frames).toEqual(['first', ...frames]);
  });
});

describe('the outbox with what fills a write', () => {
  /** Makes the channel busy; then nothing leaves at once. */
  async function createBusy(milliseconds?: number) {
    const parts = createOutbox(milliseconds);
    const channel = createChannel('room');
    const { socket } = subscribe(parts.topics, channel);
    parts.outbox.push(channel, 'first', undefined);
    await nextTurn();
    socket.frames.length = 0;
    return { ...parts, channel, socket };
  }

  it.each([
    ['32 short frames', 32, 10],
    ['15 frames of 1 KB', 15, 1024],
    ['a frame of 16 KB', 1, 16 * 1024],
    ['a larger frame', 1, 100_000],
  ])('sends %s at the end of the tick, and not before; one more waits for the window', async (_, count, characters) => {
    const { outbox, channel, socket, advance } = await createBusy();
    const frames = Array.from({ length: count }, (_, index) => String(index).padEnd(characters, 'x'));
    for (const frame of frames) outbox.push(channel, frame, undefined);
    outbox.push(channel, 'x'.repeat(1024), undefined);
    expect(socket.frames).toEqual([]);
    await nextTurn();
    expect(socket.frames).toEqual(frames);
    await advance(2);
    expect(socket.frames).toHaveLength(count + 1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lets 31 short frames wait, and less than 16 KB', async () => {
    const { outbox, channel, socket } = await createBusy();
    for (let index = 0; index < 31; index += 1) outbox.push(channel, 'x'.repeat(500), undefined);
    await nextTurn();
    expect(socket.frames).toEqual([]);
    outbox.flushAll();
  });

  it('sends several such batches in order, and announcements too', async () => {
    const { outbox, channel, socket } = await createBusy();
    const frames = Array.from({ length: 100 }, (_, index) => String(index));
    for (const frame of frames) outbox.announce(channel, frame);
    await nextTurn();
    expect(socket.frames).toEqual(frames.slice(0, 96));
    outbox.flush(channel);
    expect(socket.frames).toEqual(frames);
    await nextTurn();
    expect(socket.frames).toEqual(frames);
  });

  it('gives every frame once and in order, and newcomers what comes after them', async () => {
    const action = fc.oneof(
      fc.record({
        type: fc.constant('push' as const),
        characters: fc.constantFrom(1, 50, 1000, 9000, 20_000),
        times: fc.integer({ min: 1, max: 40 }),
      }),
      fc.record({ type: fc.constant('announce' as const), times: fc.integer({ min: 1, max: 40 }) }),
      fc.record({ type: fc.constantFrom('admit', 'flush', 'turn', 'wait') }),
    );
    await assertAsyncProperty(
      fc.asyncProperty(fc.array(action, { maxLength: 30 }), async (actions) => {
        const { outbox, topics, channel, socket, advance } = await createBusy();
        const sent: string[] = [];
        const newcomers: { readonly socket: FakeSocket; readonly from: number }[] = [];
        const create = (characters: number) => {
          const frame = String(sent.length).padEnd(characters, '.');
          sent.push(frame);
          return frame;
        };
        for (const each of actions) {
          if (each.type === 'push') for (let nth = 0; nth < each.times; nth += 1) outbox.push(channel, create(each.characters), undefined);
          else if (each.type === 'announce') for (let nth = 0; nth < each.times; nth += 1) outbox.announce(channel, create(10));
          else if (each.type === 'flush') outbox.flush(channel);
          else if (each.type === 'turn') await nextTurn();
          else if (each.type === 'wait') await advance(1);
          else {
            const newcomer = arrive(topics, channel);
            newcomers.push({ socket: newcomer.socket, from: sent.length });
            outbox.admit(newcomer);
          }
        }
        outbox.flushAll();
        expect(socket.frames).toEqual(sent);
        for (const newcomer of newcomers) expect(newcomer.socket.frames).toEqual(sent.slice(newcomer.from));
        expect([channel.queue, channel.live]).toEqual([undefined, newcomers.length]);
        await nextTurn();
        expect([socket.frames.length, vi.getTimerCount()]).toEqual([sent.length, 0]);
      }),
      200,
    );
  });
});

describe('the outbox with what concerns the channel itself', () => {
  it('sends the first of a crowd at once, and the others together, within ten milliseconds', async () => {
    const { outbox, topics, advance } = createOutbox();
    const channel = createChannel('room');
    const { socket } = subscribe(topics, channel);
    outbox.announce(channel, 'a');
    await advance(19);
    outbox.announce(channel, 'b');
    await advance(9);
    outbox.announce(channel, 'c');
    expect(socket.frames).toEqual(['a']);
    await advance(1);
    expect(socket.frames).toEqual(['a', 'b', 'c']);
    expect(vi.getTimerCount()).toBe(0);
    await advance(20);
    outbox.announce(channel, 'd');
    expect(socket.frames).toEqual(['a', 'b', 'c', 'd']);
  });

  it.each([2, 20, 1000])('waits a window at least: %d ms', async (milliseconds) => {
    const { outbox, topics, advance } = createOutbox(milliseconds);
    const channel = createChannel('room');
    const { socket } = subscribe(topics, channel);
    outbox.announce(channel, 'a');
    await nextTurn();
    outbox.announce(channel, 'b');
    await advance(milliseconds);
    expect(socket.frames).toEqual(['a']);
    await advance(Math.max(10 - milliseconds, 1));
    expect(socket.frames).toEqual(['a', 'b']);
  });

  it('leaves with an event, which waits no longer because of it', async () => {
    const { outbox, topics, advance } = createOutbox();
    const [channel, other] = [createChannel('room'), createChannel('other')];
    const sockets = [subscribe(topics, channel).socket, subscribe(topics, other).socket];
    for (const each of [channel, other]) outbox.announce(each, 'a');
    await nextTurn();
    for (const each of [channel, other]) outbox.announce(each, 'b');
    outbox.push(channel, 'c', undefined);
    await advance(2);
    expect(sockets.map(({ frames }) => frames)).toEqual([['a', 'b', 'c'], ['a']]);
    await advance(8);
    expect(sockets.map(({ frames }) => frames)).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b'],
    ]);
  });

  it('makes nothing wait longer that an event has made busy', async () => {
    const { outbox, topics, advance } = createOutbox();
    const channel = createChannel('room');
    const { socket } = subscribe(topics, channel);
    outbox.push(channel, 'a', undefined);
    await nextTurn();
    outbox.push(channel, 'b', undefined);
    outbox.announce(channel, 'c');
    await advance(2);
    expect(socket.frames).toEqual(['a', 'b', 'c']);
  });

  it('goes on waiting in a crowd, although events need not', async () => {
    const { outbox, topics } = createOutbox();
    const channel = createChannel('room');
    const { socket } = subscribe(topics, channel);
    outbox.announce(channel, 'a');
    for (let wait = 0; wait < 4; wait += 1) {
      await nextTurn();
      const { length } = socket.frames;
      outbox.announce(channel, 'b');
      expect(socket.frames).toHaveLength(length);
      outbox.flushAll();
    }
  });

  it('keeps its place among the events', async () => {
    const { outbox, topics, advance } = createOutbox();
    const channel = createChannel('room');
    const { socket } = subscribe(topics, channel);
    outbox.push(channel, 'a', undefined);
    await advance(5);
    outbox.announce(channel, 'b');
    outbox.push(channel, 'c', undefined);
    expect(socket.frames).toEqual(['a']);
    await advance(2);
    expect(socket.frames).toEqual(['a', 'b', 'c']);
  });
});

/** A connection that the channel's frames do not go to yet. */
function arrive(topics: FakeTopics, channel: Channel) {
  const socket = new FakeSocket(topics);
  const connection = new Connection(channel.app, socket, '3.4', 0);
  const subscription = { channel, userId: undefined, isListenOnly: false, isAnswered: true, isLive: false };
  connection.subscriptions.add(subscription);
  return { connection, subscription, socket };
}

describe('the outbox with a newcomer', () => {
  it('lets it in behind a full batch, without a wait for the window', async () => {
    const { outbox, topics } = createOutbox();
    const channel = createChannel('room');
    const newcomer = arrive(topics, channel);
    outbox.push(channel, 'a', undefined);
    await nextTurn();
    outbox.push(channel, 'b'.repeat(20_000), undefined);
    outbox.admit(newcomer);
    await nextTurn();
    expect([newcomer.subscription.isLive, newcomer.socket.frames]).toEqual([true, []]);
    outbox.flushAll();
  });

  it('makes no more than 1024 of them wait', async () => {
    const { outbox, topics } = createOutbox();
    const channel = createChannel('room');
    outbox.push(channel, 'a', undefined);
    await nextTurn();
    outbox.push(channel, 'b', undefined);
    const newcomers = Array.from({ length: 1500 }, () => arrive(topics, channel));
    const live = () => newcomers.filter(({ subscription }) => subscription.isLive).length;
    for (const newcomer of newcomers.slice(0, 1000)) outbox.admit(newcomer);
    expect(live()).toBe(0);
    for (const newcomer of newcomers.slice(1000)) outbox.admit(newcomer);
    expect(live()).toBe(1500);
    outbox.flushAll();
  });

  it('gives it what comes from then on, and lets what waits go on waiting', async () => {
    const { outbox, topics, traffic, advance } = createOutbox();
    const channel = createChannel('room');
    const { socket } = subscribe(topics, channel);
    channel.live = 1;
    const newcomer = arrive(topics, channel);
    outbox.push(channel, 'a', undefined);
    await nextTurn();
    outbox.push(channel, 'b', undefined);
    outbox.admit(newcomer);
    outbox.push(channel, 'c', undefined);
    expect([socket.frames, newcomer.socket.frames, newcomer.subscription.isLive]).toEqual([['a'], [], false]);
    await advance(2);
    expect([socket.frames, newcomer.socket.frames, newcomer.subscription.isLive]).toEqual([['a', 'b', 'c'], ['c'], true]);
    expect(traffic.of('app').sentFrames).toBe(1 + 1 + 2);
  });

  it('admits it at once when nothing waits', () => {
    const { outbox, topics } = createOutbox();
    const channel = createChannel('room');
    const newcomer = arrive(topics, channel);
    outbox.admit(newcomer);
    outbox.push(channel, 'a', undefined);
    expect(newcomer.socket.frames).toEqual(['a']);
  });

  it('leaves it out of an event of its own that waits behind it', async () => {
    const { outbox, topics, advance } = createOutbox();
    const channel = createChannel('room');
    const { socket } = subscribe(topics, channel);
    const newcomer = arrive(topics, channel);
    outbox.push(channel, 'a', undefined);
    await nextTurn();
    outbox.push(channel, 'b', undefined);
    outbox.admit(newcomer);
    outbox.push(channel, 'c', newcomer.connection);
    await advance(2);
    expect([socket.frames, newcomer.socket.frames]).toEqual([['a', 'b', 'c'], []]);
  });
});

describe('the outbox with a socket to leave out', () => {
  it('sends to all others, at once and from the queue, in one order', async () => {
    const { outbox, topics, advance } = createOutbox();
    const channel = createChannel('room');
    const [sender, other] = [subscribe(topics, channel), subscribe(topics, channel)];
    outbox.push(channel, 'a', sender.connection);
    await nextTurn();
    outbox.push(channel, 'b', undefined);
    outbox.push(channel, 'c', sender.connection);
    await advance(2);
    expect(sender.socket.frames).toEqual(['b']);
    expect(other.socket.frames).toEqual(['a', 'b', 'c']);
  });

  it('sends to everybody when that socket is not subscribed', () => {
    const { outbox, topics } = createOutbox();
    const channel = createChannel('room');
    const { socket } = subscribe(topics, channel);
    const stranger = new Connection(channel.app, new FakeSocket(topics), '3.4', 0);
    outbox.push(channel, 'a', stranger);
    expect(socket.frames).toEqual(['a']);
  });

  it('sends to everybody when that socket waits for its subscription', () => {
    const { outbox, topics } = createOutbox();
    const channel = createChannel('room');
    const { socket } = subscribe(topics, channel);
    const newcomer = new Connection(channel.app, new FakeSocket(topics), '3.4', 0);
    newcomer.subscriptions.add({ channel, userId: undefined, isListenOnly: false, isAnswered: false, isLive: false });
    outbox.push(channel, 'a', newcomer);
    expect(socket.frames).toEqual(['a']);
  });

  it('sends what waits to the others when that socket has closed meanwhile', async () => {
    const { outbox, topics } = createOutbox();
    const channel = createChannel('room');
    const [sender, other] = [subscribe(topics, channel), subscribe(topics, channel)];
    outbox.push(channel, 'a', sender.connection);
    await nextTurn();
    outbox.push(channel, 'b', sender.connection);
    sender.socket.disconnect();
    outbox.flush(channel);
    expect(other.socket.frames).toEqual(['a', 'b']);
  });

  it('sends to everybody when that socket is in a channel of the same name of another app', () => {
    const { outbox, topics } = createOutbox();
    const [channel, foreign] = [createChannel('room', 'app'), createChannel('room', 'other')];
    const { socket } = subscribe(topics, channel);
    const stranger = subscribe(topics, foreign);
    outbox.push(channel, 'a', stranger.connection);
    expect(socket.frames).toEqual(['a']);
    expect(stranger.socket.frames).toEqual([]);
  });
});
