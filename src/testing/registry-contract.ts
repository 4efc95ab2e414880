import { afterEach, describe, expect, it } from 'vitest';
import { address, alice, bob, describeAnnouncement, presence, type RegistryNode, room } from './registry-node.ts';
import { describeSeats } from './registry-seats-contract.ts';

/** What every `Registry` guarantees to a node. `startNode` starts one that shares nothing with an earlier one. */
export function describeRegistry(name: string, startNode: () => Promise<RegistryNode>): void {
  const started: RegistryNode[] = [];

  async function start(): Promise<RegistryNode> {
    const node = await startNode();
    started.push(node);
    return node;
  }

  afterEach(async () => {
    for (const node of started.splice(0)) await node.close();
  });

  describe(`${name} registry`, () => {
    describeHold(start);
    describeSeats(start);
    describeReads(start);
  });
}

type Start = () => Promise<RegistryNode>;

function describeHold(start: Start): void {
  it('announces a channel as occupied with its first subscription and as vacated with its last, with every count between', async () => {
    const { registry, announcements, settle } = await start();
    for (const subscriptions of [1, 2, 1, 0]) {
      registry.hold(room, subscriptions);
      await settle();
    }
    expect(announcements.map(describeAnnouncement)).toEqual([
      'occupied room',
      'counted room 1',
      'counted room 2',
      'counted room 1',
      'counted room 0',
      'vacated room',
    ]);
  });

  it('takes counts as absolute values: a repeat changes and announces nothing', async () => {
    const { registry, announcements, settle } = await start();
    for (const subscriptions of [0, 3, 3, 3]) {
      registry.hold(room, subscriptions);
      await settle();
    }
    expect(await registry.count(room)).toEqual({ subscriptions: 3, users: 0 });
    registry.hold(room, 0);
    registry.hold(room, 0);
    await settle();
    expect(announcements.map(describeAnnouncement)).toEqual(['occupied room', 'counted room 3', 'counted room 0', 'vacated room']);
  });

  it('may leave out counts that nobody could see, but ends with the true one', async () => {
    const { registry, announcements, settle } = await start();
    for (let subscriptions = 1; subscriptions <= 50; subscriptions += 1) registry.hold(room, subscriptions);
    await settle();
    expect(describeAnnouncement(announcements.at(-1))).toBe('counted room 50');
    expect(announcements.filter(({ type }) => type === 'occupied')).toHaveLength(1);
  });

  it('keeps channels of two apps apart, and names that only differ in case', async () => {
    const { registry, announcements, settle } = await start();
    registry.hold(room, 1);
    registry.hold({ ...room, appId: 'other' }, 2);
    registry.hold(address('Room'), 3);
    await settle();
    expect(await registry.count(room)).toEqual({ subscriptions: 1, users: 0 });
    expect(await registry.count({ ...room, appId: 'other' })).toEqual({ subscriptions: 2, users: 0 });
    expect(announcements.filter(({ type }) => type === 'occupied').map((announcement) => announcement.address.appId)).toEqual([
      'app',
      'other',
      'app',
    ]);
  });

  it('can occupy a channel again after it was vacated', async () => {
    const { registry, announcements, settle } = await start();
    for (const subscriptions of [1, 0, 1]) {
      registry.hold(room, subscriptions);
      await settle();
    }
    expect(announcements.map(({ type }) => type).filter((type) => type !== 'counted')).toEqual(['occupied', 'vacated', 'occupied']);
  });
}

function describeReads(start: Start): void {
  it('counts the changes of its own node at once', async () => {
    const { registry } = await start();
    registry.hold(presence, 3);
    await registry.take(presence, alice, 10);
    await registry.take(presence, bob, 10);
    expect(await registry.count(presence)).toEqual({ subscriptions: 3, users: 2 });
    registry.leave(presence, 'bob');
    registry.hold(presence, 2);
    expect(await registry.count(presence)).toEqual({ subscriptions: 2, users: 1 });
    expect(await registry.users(presence)).toEqual(['alice']);
  });

  it('knows nothing of a channel that nobody holds', async () => {
    const { registry } = await start();
    expect(await registry.count(room)).toEqual({ subscriptions: 0, users: 0 });
    expect(await registry.users(presence)).toEqual([]);
    expect((await registry.list('app', '')).size).toBe(0);
  });

  it('lists the occupied channels of one app by prefix, with kinds and counts', async () => {
    const { registry } = await start();
    for (const [channel, subscriptions] of [
      ['room', 1],
      ['room-2', 2],
      ['presence-room', 3],
      ['private-room', 4],
      ['__proto__', 5],
    ] as const) {
      registry.hold(address(channel), subscriptions);
    }
    registry.hold({ ...room, appId: 'other' }, 9);
    registry.hold(address('room-2'), 0);
    await registry.take(presence, alice, 10);
    const all = await registry.list('app', '');
    expect(new Map([...all].map(([channel, { count }]) => [channel, count.subscriptions]))).toEqual(
      new Map([
        ['room', 1],
        ['presence-room', 3],
        ['private-room', 4],
        ['__proto__', 5],
      ]),
    );
    expect([...(await registry.list('app', 'presence-'))]).toEqual([
      ['presence-room', { channel: presence.channel, count: { subscriptions: 3, users: 1 } }],
    ]);
    expect([...(await registry.list('app', 'room')).keys()]).toEqual(['room']);
    expect((await registry.list('app', 'x*')).size).toBe(0);
  });

  it('leaves the channels of users out of the list, but counts them', async () => {
    const { registry } = await start();
    registry.hold(address('#server-to-user-a'), 2);
    expect((await registry.list('app', '')).size).toBe(0);
    expect((await registry.list('app', '#server-to-user-')).size).toBe(0);
    expect(await registry.count(address('#server-to-user-a'))).toEqual({ subscriptions: 2, users: 0 });
  });
}
