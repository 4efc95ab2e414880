import { describe, expect, it } from 'vitest';
import { signUser } from '../protocol/signature.ts';
import { expectEmpty } from '../testing/expect-empty.ts';
import { settled } from '../testing/fake-clock.ts';
import { Gate } from '../testing/gate.ts';
import { SlowRegistry } from '../testing/slow-drivers.ts';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine } from '../testing/test-engine.ts';
import { BrokerUnavailable } from './ports.ts';

const watching = testApp({ watchlist: true, limits: { watchlistUsers: 3 } });

const presence = (name: 'online' | 'offline', ...user_ids: string[]) => ({
  event: 'pusher_internal:watchlist_events',
  data: { events: [{ name, user_ids }] },
});

describe('a sign-in', () => {
  it('is answered with user_data as it came', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    const userData = ' {"id":"a", "extra":[1]} ';
    client.say({ event: 'pusher:signin', data: { auth: `key:${signUser('secret', client.socketId, userData)}`, user_data: userData } });
    expect(client.heard()).toEqual([{ event: 'pusher:signin_success', data: { user_data: userData } }]);
    expect(engine.recorder.of('signed_in')).toEqual([{ type: 'signed_in', appId: 'app', socketId: client.socketId, userId: 'a' }]);
  });

  it('with a wrong signature closes the connection with 4009', async () => {
    const engine = createTestEngine();
    const userData = '{"id":"a"}';
    const wrong = (socketId: string) => [
      '',
      'key',
      'key:',
      `other:${signUser('secret', socketId, userData)}`,
      `key:${signUser('x', socketId, userData)}`,
      `key:${signUser('secret', '1.2', userData)}`,
    ];
    for (let index = 0; index < wrong('').length; index += 1) {
      const client = await engine.connect();
      client.say({ event: 'pusher:signin', data: { auth: wrong(client.socketId)[index], user_data: userData } });
      expect(client.heard()).toMatchObject([{ event: 'pusher:error', data: { code: 4009 } }]);
      expect(client.socket.ended?.code).toBe(4009);
    }
    expect(engine.hub.channels.size).toBe(0);
    await expectEmpty(engine);
  });

  it('with a revoked key closes the connection with 4009', async () => {
    const keys = [
      { key: 'key', secret: 'secret', status: 'active' },
      { key: 'gone', secret: 'gone', status: 'revoked' },
    ] as const;
    const client = await createTestEngine({ apps: [testApp({ keys })] }).connect();
    client.say({ event: 'pusher:signin', data: { auth: `gone:${signUser('gone', client.socketId, '{"id":"a"}')}`, user_data: '{"id":"a"}' } });
    expect(client.socket.ended?.code).toBe(4009);
  });

  it.each([{}, { id: '' }, { id: 1 }, { id: 'a', watchlist: 'b' }])(
    'with the signed but bad user_data %j is refused, and the connection lives',
    async (user) => {
      const engine = createTestEngine();
      const client = await engine.connect();
      await client.signIn(user);
      expect(client.heard()).toMatchObject([{ event: 'pusher:error', data: { code: null } }]);
      expect(client.socket.isClosed).toBe(false);
      expect(client.connection.user).toBeUndefined();
    },
  );

  it('as the same user succeeds again, as another is refused and changes nothing', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    await client.signIn({ id: 'a' });
    await client.signIn({ id: 'a', user_info: 1 });
    expect(client.heard().map(({ event }) => event)).toEqual(['pusher:signin_success', 'pusher:signin_success']);
    await client.signIn({ id: 'b' });
    expect(client.heard()).toMatchObject([{ event: 'pusher:error', data: { code: null } }]);
    expect(client.connection.user?.member.userId).toBe('a');
    expect(client.connection.subscriptions.size).toBe(1);
    expect(engine.recorder.of('signed_in')).toHaveLength(1);
  });

  it('makes the user reachable without a subscription, on all their connections', async () => {
    const engine = createTestEngine();
    const clients = [await engine.connect(), await engine.connect(), await engine.connect()];
    const [one, two, other] = clients as [(typeof clients)[0], (typeof clients)[0], (typeof clients)[0]];
    for (const client of [one, two]) await client.signIn({ id: 'a' });
    await other.signIn({ id: 'b' });
    for (const client of clients) client.heard();
    await engine.broker.publish([{ topic: 'app/#server-to-user-a', frame: '{"event":"hello"}' }]);
    expect(clients.map((client) => client.heard().length)).toEqual([1, 1, 0]);
  });

  it('makes no channel of the app, and no webhook', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    await client.signIn({ id: 'a' });
    await client.disconnect();
    expect((await engine.registry.list('app', '')).size).toBe(0);
    expect(engine.recorder.take('channel_occupied', 'channel_vacated', 'subscription_count')).toEqual([]);
  });

  it('authorises the connection', async () => {
    const engine = createTestEngine({ apps: [testApp({ userAuthentication: { required: true, timeoutSeconds: 5 } })] });
    const [signedIn, subscribed, open, refused] = [await engine.connect(), await engine.connect(), await engine.connect(), await engine.connect()];
    await signedIn.signIn({ id: 'a' });
    await subscribed.subscribe('private-room');
    await open.subscribe('room');
    await refused.subscribe('presence-room');
    for (let second = 0; second < 6; second += 1) engine.heartbeat.tick();
    expect([signedIn, subscribed, open, refused].map(({ socket }) => socket.ended?.code)).toEqual([undefined, undefined, 4009, 4009]);
  });
});

describe('a watchlist', () => {
  it('tells at sign-in who is online', async () => {
    const engine = createTestEngine({ apps: [watching] });
    const [b, watcher] = [await engine.connect(), await engine.connect()];
    await b.signIn({ id: 'b' });
    await watcher.signIn({ id: 'a', watchlist: ['b', 'c'] });
    expect(watcher.heard()).toMatchObject([{ event: 'pusher:signin_success' }, presence('online', 'b')]);
  });

  it('tells nothing at sign-in when nobody is there', async () => {
    const engine = createTestEngine({ apps: [watching] });
    const watcher = await engine.connect();
    await watcher.signIn({ id: 'a', watchlist: ['b', 'c'] });
    expect(watcher.heard()).toMatchObject([{ event: 'pusher:signin_success' }]);
  });

  it('tells of the first sign-in and of the last close of a user', async () => {
    const engine = createTestEngine({ apps: [watching] });
    const [watcher, b1, b2, c] = [await engine.connect(), await engine.connect(), await engine.connect(), await engine.connect()];
    await watcher.signIn({ id: 'a', watchlist: ['b'] });
    watcher.heard();
    await b1.signIn({ id: 'b' });
    await b2.signIn({ id: 'b' });
    await c.signIn({ id: 'c' });
    expect(watcher.heard()).toEqual([presence('online', 'b')]);
    await b1.disconnect();
    expect(watcher.heard()).toEqual([]);
    await b2.disconnect();
    expect(watcher.heard()).toEqual([presence('offline', 'b')]);
  });

  it('does not take the id of a presence member for a user who is online', async () => {
    const engine = createTestEngine({ apps: [watching] });
    const [watcher, member] = [await engine.connect(), await engine.connect()];
    await watcher.signIn({ id: 'a', watchlist: ['b'] });
    watcher.heard();
    await member.subscribe('presence-room', { user_id: 'b' });
    expect(watcher.heard()).toEqual([]);
  });

  it('that is too long is cut, with a warning that does not close', async () => {
    const engine = createTestEngine({ apps: [watching] });
    const [d, watcher] = [await engine.connect(), await engine.connect()];
    await d.signIn({ id: 'd' });
    await watcher.signIn({ id: 'x', watchlist: ['a', 'b', 'c', 'd'] });
    expect(watcher.heard()).toMatchObject([{ event: 'pusher:signin_success' }, { event: 'pusher:error', data: { code: 4302 } }]);
    expect(watcher.socket.isClosed).toBe(false);
  });

  it('is ignored by apps without watchlists', async () => {
    const engine = createTestEngine();
    const [b, watcher] = [await engine.connect(), await engine.connect()];
    await b.signIn({ id: 'b' });
    await watcher.signIn({ id: 'a', watchlist: Array.from({ length: 200 }, (_, index) => `u${index}`) });
    await b.disconnect();
    expect(watcher.heard()).toMatchObject([{ event: 'pusher:signin_success' }]);
  });

  it('of one app does not show the users of another', async () => {
    const other = testApp({ id: 'other', keys: [{ key: 'k2', secret: 's2', status: 'active' }], watchlist: true });
    const engine = createTestEngine({ apps: [watching, other] });
    const [watcher, b] = [await engine.connect(), await engine.connect('k2')];
    await watcher.signIn({ id: 'a', watchlist: ['b'] });
    watcher.heard();
    await b.signIn({ id: 'b' });
    expect(watcher.heard()).toEqual([]);
  });

  it('that is read when the connection closes leaves nothing behind', async () => {
    const gate = new Gate();
    const engine = createTestEngine({ apps: [watching], replace: ({ registry }) => ({ registry: new SlowRegistry(registry, () => gate.pass()) }) });
    const [b, watcher] = [await engine.connect(), await engine.connect()];
    await b.signIn({ id: 'b' });
    gate.close();
    await watcher.signIn({ id: 'a', watchlist: ['b'] });
    await watcher.disconnect();
    gate.open();
    await settled();
    await b.disconnect();
    expect(watcher.heard()).toMatchObject([{ event: 'pusher:signin_success' }]);
    await expectEmpty(engine);
  });

  it.each([
    { what: 'Redis is out of reach', cause: new BrokerUnavailable('gone'), levels: [] },
    { what: 'the registry has a fault', cause: new Error('a fault'), levels: ['error'] },
  ])('that cannot be read because $what lets the sign-in stand, and who is there is told later', async ({ cause, levels }) => {
    const failing = () => Promise.reject(cause);
    const engine = createTestEngine({ apps: [watching], replace: ({ registry }) => ({ registry: new SlowRegistry(registry, failing) }) });
    const [watcher, b] = [await engine.connect(), await engine.connect()];
    await watcher.signIn({ id: 'a', watchlist: ['b'] });
    await b.signIn({ id: 'b' });
    expect(watcher.heard()).toMatchObject([{ event: 'pusher:signin_success' }, presence('online', 'b')]);
    expect(engine.log.lines.map(({ level }) => level)).toEqual(levels);
  });

  it('that is read slowly does not call a user online who has left meanwhile', async () => {
    const gate = new Gate();
    const engine = createTestEngine({ apps: [watching], replace: ({ registry }) => ({ registry: new SlowRegistry(registry, () => gate.pass()) }) });
    const [b, watcher] = [await engine.connect(), await engine.connect()];
    await b.signIn({ id: 'b' });
    gate.close();
    await watcher.signIn({ id: 'a', watchlist: ['b'] });
    await b.disconnect();
    gate.open();
    await settled();
    const told = watcher.heard().filter(({ event }) => event === 'pusher_internal:watchlist_events');
    expect(told.at(-1) ?? presence('offline', 'b')).toEqual(presence('offline', 'b'));
  });
});
