import { beforeEach, describe, expect, it } from 'vitest';
import { api, trigger } from './support/api.ts';
import { Client, dataOf, type Frame } from './support/client.ts';
import { refusal } from './support/refusal.ts';
import { needsOwnServer, sharedApp } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');

const added = 'pusher_internal:member_added';
const removed = 'pusher_internal:member_removed';

interface Roster {
  readonly ids: string[];
  readonly hash: Record<string, unknown>;
  readonly count: number;
}

const roster = (frame: Frame): Roster => dataOf(frame).presence as Roster;

/** Connects and joins. */
async function member(channel: string, channelData: object): Promise<Client> {
  const client = await Client.connect(plain);
  await client.subscribe(channel, channelData);
  return client;
}

describe('the roster (clause 3.2)', () => {
  it('is told to the joiner, who is in it', async () => {
    const channel = unique('presence-room');
    await member(channel, { user_id: 'ann', user_info: { name: 'Ann' } });
    const ben = await Client.connect(plain);
    const frame = await ben.subscribe(channel, { user_id: 'ben', user_info: { name: 'Ben', tags: [1, null] } });
    expect(Object.keys(dataOf(frame))).toEqual(['presence']);
    const { ids, hash, count } = roster(frame);
    expect(ids.toSorted()).toEqual(['ann', 'ben']);
    expect(hash).toEqual({ ann: { name: 'Ann' }, ben: { name: 'Ben', tags: [1, null] } });
    expect(count).toBe(2);
  });

  it('has a key for a member without user_info', async () => {
    const client = await Client.connect(plain);
    const { hash } = roster(await client.subscribe(unique('presence-room'), { user_id: 'ann' }));
    expect(Object.keys(hash)).toEqual(['ann']);
    expect([null, {}]).toContainEqual(hash.ann);
  });

  it('counts a user with several connections once', async () => {
    const channel = unique('presence-room');
    await member(channel, { user_id: 'ann' });
    const second = await Client.connect(plain);
    expect(roster(await second.subscribe(channel, { user_id: 'ann' }))).toMatchObject({ ids: ['ann'], count: 1 });
  });

  it('keeps the user_info of the first connection of a user', async () => {
    const channel = unique('presence-room');
    await member(channel, { user_id: 'ann', user_info: { from: 'first' } });
    const second = await Client.connect(plain);
    expect(roster(await second.subscribe(channel, { user_id: 'ann', user_info: { from: 'second' } })).hash).toEqual({ ann: { from: 'first' } });
  });

  it('takes the number 1 and the string "1" for one user, and tells strings', async () => {
    const channel = unique('presence-room');
    const watcher = await member(channel, { user_id: 'watcher' });
    const number = await Client.connect(plain);
    expect(roster(await number.subscribe(channel, { user_id: 1 })).ids.toSorted()).toEqual(['1', 'watcher']);
    expect(dataOf(await watcher.next(added)).user_id).toBe('1');
    const text = await Client.connect(plain);
    expect(roster(await text.subscribe(channel, { user_id: '1' })).count).toBe(2);
    await number.close();
    await watcher.quiet();
    await text.close();
    expect(dataOf(await watcher.next(removed)).user_id).toBe('1');
  });

  it.each(['__proto__', 'constructor', 'hasOwnProperty', 'ä 😀 "\\', '0', ' '])('holds the user %s', async (userId) => {
    const channel = unique('presence-room');
    const client = await Client.connect(plain);
    const { ids, hash, count } = roster(await client.subscribe(channel, JSON.stringify({ user_id: userId, user_info: { a: 1 } })));
    expect({ ids, count }).toEqual({ ids: [userId], count: 1 });
    expect(Object.entries(hash)).toEqual([[userId, { a: 1 }]]);
  });

  it('tells everyone of everyone, whoever joins at the same time', async () => {
    const channel = unique('presence-room');
    const names = Array.from({ length: 20 }, (_, number) => `user-${number}`);
    const joiners = await Promise.all(names.map(async (name) => ({ name, client: await Client.connect(plain) })));
    const rosters = await Promise.all(joiners.map(({ name, client }) => client.subscribe(channel, { user_id: name })));
    for (const [index, { client, name }] of joiners.entries()) {
      const known = [...roster(rosters[index] as Frame).ids];
      expect(known).toContain(name);
      while (known.length < names.length) known.push(String(dataOf(await client.next(added)).user_id));
      expect(known.toSorted()).toEqual(names.toSorted());
      await client.quiet();
    }
  });
});

describe('member_added and member_removed (clause 3.2)', () => {
  it('are told to the others with strings of JSON, and not to the one concerned', async () => {
    const channel = unique('presence-room');
    const ann = await member(channel, { user_id: 'ann' });
    const ben = await member(channel, { user_id: 'ben', user_info: { name: 'Ben' } });
    expect(await ann.next()).toEqual({ event: added, channel, data: '{"user_id":"ben","user_info":{"name":"Ben"}}' });
    ben.unsubscribe(channel);
    expect(await ann.next()).toEqual({ event: removed, channel, data: '{"user_id":"ben"}' });
    await ben.quiet();
    await ann.quiet();
  });

  it('are told for the first and the last connection of a user only', async () => {
    const channel = unique('presence-room');
    const watcher = await member(channel, { user_id: 'watcher' });
    const first = await member(channel, { user_id: 'ann' });
    expect(await watcher.next()).toMatchObject({ event: added });
    const second = await member(channel, { user_id: 'ann' });
    await second.quiet();
    await first.close();
    await watcher.quiet();
    await second.close();
    expect(await watcher.next()).toMatchObject({ event: removed, data: '{"user_id":"ann"}' });
    await watcher.quiet();
  });

  it('are told when a connection is lost without a close frame', async () => {
    const channel = unique('presence-room');
    const watcher = await member(channel, { user_id: 'watcher' });
    const lost = await member(channel, { user_id: 'ann' });
    await watcher.next(added);
    lost.drop();
    expect(dataOf(await watcher.next(removed))).toEqual({ user_id: 'ann' });
  });

  it('are told again when a user comes back', async () => {
    const channel = unique('presence-room');
    const watcher = await member(channel, { user_id: 'watcher' });
    const ann = await member(channel, { user_id: 'ann' });
    ann.unsubscribe(channel);
    await ann.subscribe(channel, { user_id: 'ann' });
    for (const event of [added, removed, added]) expect(await watcher.next()).toMatchObject({ event });
    await watcher.quiet();
  });

  it('alternate when a connection joins and leaves without waiting for answers', async () => {
    const channel = unique('presence-room');
    const watcher = await member(channel, { user_id: 'watcher' });
    const ann = await Client.connect(plain);
    for (let times = 0; times < 10; times += 1) {
      ann.requestSubscription(channel, { user_id: 'ann' });
      ann.unsubscribe(channel);
    }
    for (let times = 0; times < 10; times += 1) {
      expect(await watcher.next()).toMatchObject({ event: added });
      expect(await watcher.next()).toMatchObject({ event: removed });
    }
    await watcher.quiet();
  });

  it('leave no ghosts when connections are lost while they join', async () => {
    const channel = unique('presence-room');
    const joiners = await Promise.all(Array.from({ length: 100 }, () => Client.connect(plain)));
    for (const [number, joiner] of joiners.entries()) {
      joiner.requestSubscription(channel, { user_id: number });
      if (number % 2 === 0) joiner.drop();
      else joiner.close(1000).catch(() => {});
    }
    await Promise.all(joiners.map((joiner) => joiner.closed));
    await expect.poll(async () => (await api(plain, 'GET', `/channels/${channel}`)).json).toMatchObject({ occupied: false });
    const { ids } = roster(await (await Client.connect(plain)).subscribe(channel, { user_id: 'ann' }));
    expect(ids).toEqual(['ann']);
  });

  it('stay within the app', async (context) => {
    needsOwnServer('a second app')(context);
    const channel = unique('presence-room');
    const here = await member(channel, { user_id: 'ann' });
    const there = await Client.connect(sharedApp('other'));
    expect(roster(await there.subscribe(channel, { user_id: 'ben' })).ids).toEqual(['ben']);
    await there.close();
    await here.quiet();
  });

  it('are not told for a connection that was refused', async () => {
    const channel = unique('presence-room');
    const watcher = await member(channel, { user_id: 'watcher' });
    const refused = await Client.connect(plain);
    refused.send({ event: 'pusher:subscribe', data: { channel, auth: 'x:y', channel_data: '{"user_id":"mallory"}' } });
    await refused.next('pusher:subscription_error');
    await refused.close();
    await watcher.quiet();
  });
});

describe('a repeated subscription of a member (clause 3.1)', () => {
  it('changes nothing: no second member_added, and the identity stays', async () => {
    const channel = unique('presence-room');
    const watcher = await member(channel, { user_id: 'watcher' });
    const ann = await member(channel, { user_id: 'ann' });
    await watcher.next(added);
    await ann.subscribe(channel, { user_id: 'ann' });
    const again = await ann.subscribe(channel, { user_id: 'mallory' });
    expect(roster(again).ids.toSorted()).toEqual(['ann', 'watcher']);
    await watcher.quiet();
    ann.send({ event: 'client-hello', channel, data: {} });
    expect(await watcher.next()).toMatchObject({ event: 'client-hello', user_id: 'ann' });
    ann.unsubscribe(channel);
    expect(await watcher.next()).toMatchObject({ event: removed, data: '{"user_id":"ann"}' });
    await watcher.quiet();
  });
});

describe('a presence channel with cache (clauses 3.2 and 3.4)', () => {
  it('has members like any other', async () => {
    const channel = unique('presence-cache-room');
    const ann = await member(channel, { user_id: 'ann' });
    await ann.next('pusher:cache_miss');
    await trigger(plain, { name: 'news', channel, data: '1' });
    await ann.next('news');
    const ben = await Client.connect(plain);
    expect(roster(await ben.subscribe(channel, { user_id: 'ben' })).count).toBe(2);
    expect(await ben.next()).toMatchObject({ event: 'news', data: '1' });
    expect(dataOf(await ann.next(added))).toMatchObject({ user_id: 'ben' });
  });
});

describe('the number of members (limits)', () => {
  beforeEach(needsOwnServer('an app with a limit of 2 members'));
  const small = sharedApp('small');

  it('is limited by users, not by connections', async () => {
    const channel = unique('presence-room');
    const clients = await Promise.all(Array.from({ length: 4 }, () => Client.connect(small)));
    const [ann, ben, annAgain, carl] = clients as [Client, Client, Client, Client];
    await ann.subscribe(channel, { user_id: 'ann' });
    await ben.subscribe(channel, { user_id: 'ben' });
    carl.requestSubscription(channel, { user_id: 'carl' });
    expect(await carl.next()).toEqual(refusal(channel, 'LimitReached', 403));
    expect(roster(await annAgain.subscribe(channel, { user_id: 'ann' })).count).toBe(2);
    await ben.close();
    expect(roster(await carl.subscribe(channel, { user_id: 'carl' })).ids.toSorted()).toEqual(['ann', 'carl']);
  });
});
