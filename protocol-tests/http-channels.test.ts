import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, api, trigger } from './support/api.ts';
import { apps } from './support/apps.ts';
import { Client } from './support/client.ts';
import { expectFault } from './support/fault.ts';
import { startServer, type TestServer } from './support/server.ts';
import { needsOwnServer, sharedApp, type Target, targetAt } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');
const get = (path: string, query?: Readonly<Record<string, string>>): Promise<Answer> => api(plain, 'GET', path, undefined, query);

/** Asks until the answer is this one: a leaving client is noticed soon, not at once. */
async function eventually(ask: () => Promise<Answer>, json: unknown): Promise<void> {
  await expect.poll(async () => (await ask()).json, { timeout: 5000 }).toEqual(json);
}

async function member(channel: string, user: string | number, target: Target = plain): Promise<Client> {
  const client = await Client.connect(target);
  await client.subscribe(channel, { user_id: user });
  return client;
}

describe('GET /channels', () => {
  it('lists the occupied channels with a prefix, each as an object', async () => {
    const prefix = unique('list');
    const client = await Client.connect(plain);
    for (const name of ['a', 'b']) await client.subscribe(`${prefix}-${name}`);
    const { status, json, headers } = await get('/channels', { filter_by_prefix: prefix });
    expect({ status, json }).toEqual({ status: 200, json: { channels: { [`${prefix}-a`]: {}, [`${prefix}-b`]: {} } } });
    expect(headers.get('content-type')).toMatch(/^application\/json/);
  });

  it('lists all channels without a prefix', async () => {
    const [open, presence] = [unique('list'), unique('presence-list')];
    const client = await member(presence, 'ada');
    await client.subscribe(open);
    expect((await get('/channels')).json).toMatchObject({ channels: { [open]: {}, [presence]: {} } });
  });

  it('answers an empty object, not a list, when there are none', async () => {
    expect((await get('/channels', { filter_by_prefix: unique('none') })).text).toBe('{"channels":{}}');
  });

  it('forgets a channel when its last subscriber has left', async () => {
    const room = unique('list');
    const [leaver, dropper] = [await Client.connect(plain), await Client.connect(plain)];
    await leaver.subscribe(room);
    await dropper.subscribe(room);
    leaver.unsubscribe(room);
    dropper.drop();
    await eventually(() => get('/channels', { filter_by_prefix: room }), { channels: {} });
  });

  it('counts distinct users of presence channels', async () => {
    const prefix = unique('presence-list');
    for (const user of ['ada', 'ada', 'bob']) await member(`${prefix}-full`, user);
    await member(`${prefix}-lonely`, 'ada');
    expect((await get('/channels', { filter_by_prefix: prefix, info: 'user_count' })).json).toEqual({
      channels: { [`${prefix}-full`]: { user_count: 2 }, [`${prefix}-lonely`]: { user_count: 1 } },
    });
  });

  it.each([{ info: 'user_count' }, { info: 'user_count', filter_by_prefix: 'room-' }, { info: 'nonsense', filter_by_prefix: 'presence-' }])(
    'refuses %j',
    async (query) => {
      expectFault(await get('/channels', query), 400);
    },
  );

  it('does not list the channels of users', async () => {
    const user = unique('user');
    const client = await Client.connect(plain);
    await client.signIn({ id: user });
    await client.subscribe(`#server-to-user-${user}`);
    expect((await get('/channels')).text).not.toContain(user);
    expect((await get('/channels', { filter_by_prefix: '#server-to-user-' })).text).toBe('{"channels":{}}');
  });

  it('lists a channel called __proto__', async () => {
    const client = await Client.connect(plain);
    await client.subscribe('__proto__');
    expect((await get('/channels', { filter_by_prefix: '__proto__' })).text).toBe('{"channels":{"__proto__":{}}}');
  });
});

describe('GET /channels/C', () => {
  it('says whether the channel is occupied', async () => {
    const room = unique('room');
    expect(await get(`/channels/${room}`)).toMatchObject({ status: 200, text: '{"occupied":false}' });
    const client = await Client.connect(plain);
    await client.subscribe(room);
    expect(await get(`/channels/${room}`)).toMatchObject({ status: 200, text: '{"occupied":true}' });
    client.unsubscribe(room);
    await client.quiet();
    expect((await get(`/channels/${room}`)).json).toEqual({ occupied: false });
  });

  it('counts subscriptions, a connection once', async () => {
    const room = unique('room');
    for (let index = 0; index < 2; index += 1) await (await Client.connect(plain)).subscribe(room);
    expect((await get(`/channels/${room}`, { info: 'subscription_count' })).json).toEqual({ occupied: true, subscription_count: 2 });
  });

  it('counts distinct users', async () => {
    const room = unique('presence-room');
    for (const user of [1, '1', 'bob']) await member(room, user);
    expect((await get(`/channels/${room}`, { info: 'user_count' })).json).toEqual({ occupied: true, user_count: 2 });
  });

  it('answers zero for an empty channel', async () => {
    expect((await get(`/channels/${unique('presence-room')}`, { info: 'user_count' })).json).toEqual({ occupied: false, user_count: 0 });
    expect((await get(`/channels/${unique('room')}`, { info: 'subscription_count' })).json).toEqual({ occupied: false, subscription_count: 0 });
  });

  it('does not count users of a channel without presence', async () => {
    const error = expectFault(await get(`/channels/${unique('room')}`, { info: 'user_count' }), 400);
    expect(error).toBe('Cannot retrieve the user count unless the channel is a presence channel');
  });

  it('shows the last event of a cache channel', async () => {
    const room = unique('cache-room');
    expect((await get(`/channels/${room}`, { info: 'cache' })).json).toEqual({ occupied: false, cache: null });
    await trigger(plain, { name: 'price', data: '{"eur":3}', channels: [room] });
    const { json } = await get(`/channels/${room}`, { info: 'cache' });
    expect(json).toEqual({ occupied: false, cache: { data: '{"eur":3}', ttl: expect.any(Number) } });
    const { ttl } = (json as { cache: { ttl: number } }).cache;
    expect(Number.isInteger(ttl) && ttl > 0 && ttl <= 1800).toBe(true);
  });

  it('takes several attributes', async () => {
    const room = unique('presence-cache-room');
    await member(room, 'ada');
    const { json } = await get(`/channels/${room}`, { info: 'user_count,cache' });
    expect(json).toEqual({ occupied: true, user_count: 1, cache: null });
  });

  it('refuses an unknown attribute', async () => {
    expectFault(await get(`/channels/${unique('presence-room')}`, { info: 'user_count,age' }), 400);
  });

  it.each(['a%20b', 'a%2Fb', '%23a', 'c'.repeat(201), '%C3%A9', '%00', '%E0%A4%A', '%'])('refuses the name %s', async (name) => {
    expectFault(await get(`/channels/${name}`), 400);
  });

  it('reads an escaped name', async () => {
    const room = unique('private-App.Models.User=1@x,y;z');
    const client = await Client.connect(plain);
    await client.subscribe(room);
    expect((await get(`/channels/${encodeURIComponent(room)}`)).json).toEqual({ occupied: true });
    expect((await get(`/channels/${room}`)).json).toEqual({ occupied: true });
  });
});

describe('GET /channels/C/users', () => {
  it('lists each user once, with the id as a string', async () => {
    const room = unique('presence-room');
    for (const user of [10, '10', 'ada', '__proto__']) await member(room, user);
    const { status, json } = await get(`/channels/${room}/users`);
    expect(status).toBe(200);
    expect(new Set((json as { users: { id: string }[] }).users.map(({ id }) => id))).toEqual(new Set(['10', 'ada', '__proto__']));
    expect(json).toEqual({ users: [{ id: expect.any(String) }, { id: expect.any(String) }, { id: expect.any(String) }] });
  });

  it('keeps a user until the last of the connections has left', async () => {
    const room = unique('presence-room');
    const [first, second] = [await member(room, 'ada'), await member(room, 'ada')];
    first.unsubscribe(room);
    await first.quiet();
    expect((await get(`/channels/${room}/users`)).json).toEqual({ users: [{ id: 'ada' }] });
    second.drop();
    await eventually(() => get(`/channels/${room}/users`), { users: [] });
  });

  it('answers an empty list for an empty channel', async () => {
    expect(await get(`/channels/${unique('presence-room')}/users`)).toMatchObject({ status: 200, text: '{"users":[]}' });
  });

  it.each(['room', 'private-room', 'my-presence-room', 'Presence-room'])('refuses %s, which has no presence', async (name) => {
    expectFault(await get(`/channels/${unique(name)}/users`), 400);
  });

  it('refuses further parameters and names them', async () => {
    const error = expectFault(await get(`/channels/${unique('presence-room')}/users`, { info: 'user_count' }), 400);
    expect(error).toBe('The following query string parameters are extraneous: info');
  });
});

describe('GET /connections', () => {
  beforeEach(needsOwnServer('an app that nobody else connects to'));
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer({ apps: [apps.plain, apps.other] });
  });
  afterAll(async () => {
    await server.stop();
  });

  it('counts the connections of one app', async () => {
    const [counted, other] = [targetAt(server.httpUrl, apps.plain), targetAt(server.httpUrl, apps.other)];
    const ask = (): Promise<Answer> => api(counted, 'GET', '/connections');
    expect(await ask()).toMatchObject({ status: 200, text: '{"connections":0}' });
    await Client.connect(other);
    const [first] = [await Client.connect(counted), await Client.connect(counted)];
    expect((await ask()).text).toBe('{"connections":2}');
    await first.close();
    await eventually(ask, { connections: 1 });
  });
});

describe('what an app is told', () => {
  beforeEach(needsOwnServer('two apps'));

  it('is about its own channels only', async () => {
    const room = unique('presence-room');
    await member(room, 'ada', sharedApp('other'));
    expect((await get('/channels', { filter_by_prefix: room })).json).toEqual({ channels: {} });
    expect((await get(`/channels/${room}`, { info: 'user_count' })).json).toEqual({ occupied: false, user_count: 0 });
    expect((await get(`/channels/${room}/users`)).json).toEqual({ users: [] });
  });
});
