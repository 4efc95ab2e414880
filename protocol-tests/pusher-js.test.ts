import { randomBytes } from 'node:crypto';
import type { PresenceChannel } from 'pusher-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthEndpoint, nobody, sdk, startAuthEndpoint } from './support/auth-endpoint.ts';
import { startProxy } from './support/proxy.ts';
import { connected, occurrence, pusherJs, subscribed } from './support/real-clients.ts';
import { needsOwnServer, sharedApp, targetAt } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');
const encryptionMasterKey = randomBytes(32);
const publisher = sdk(plain, { encryptionMasterKey });

let endpoint: AuthEndpoint;
beforeAll(async () => {
  endpoint = await startAuthEndpoint(plain, { encryptionMasterKey });
});
afterAll(() => endpoint.close());

const clientOf = (user: string) => pusherJs(plain, { user, endpoint });

describe('the connection of pusher-js', () => {
  it('goes from connecting to connected', async () => {
    const pusher = pusherJs(plain);
    const change = occurrence(pusher.connection, 'state_change');
    expect(await connected(pusher)).toMatch(/^\d+\.\d+$/);
    expect(await change).toEqual({ previous: 'connecting', current: 'connected' });
  });

  it('gives up for good when the key is unknown', async () => {
    const pusher = pusherJs(targetAt(plain.httpUrl, { ...plain, key: 'no-such-key' }));
    const error = occurrence(pusher.connection, 'error');
    await occurrence(pusher.connection, 'disconnected');
    expect(await error).toMatchObject({ error: { data: { code: 4001 } } });
    expect(pusher.connection.state).toBe('disconnected');
  });

  it('is told of the disabled app', async (context) => {
    needsOwnServer('a disabled app')(context);
    const pusher = pusherJs(sharedApp('disabled'));
    expect(await occurrence(pusher.connection, 'error')).toMatchObject({ error: { data: { code: 4003 } } });
  });

  it('gets answers to its own pings', async () => {
    const pusher = pusherJs(plain, { activityTimeout: 200, pongTimeout: 5000 });
    await connected(pusher);
    const pong = (): Promise<{ event: string }> => occurrence(pusher.connection, 'message');
    for (let pings = 0; pings < 3; pings += 1) expect(await pong()).toMatchObject({ event: 'pusher:pong' });
    expect(pusher.connection.state).toBe('connected');
  });

  it('lives on when the server pings it', async (context) => {
    needsOwnServer('an app with an activity timeout of 1 second')(context);
    const pusher = pusherJs(sharedApp('impatient'), { activityTimeout: 60_000 });
    const socketId = await connected(pusher);
    const channel = await subscribed(pusher, unique('room'));
    let pings = 0;
    const pinged = new Promise<void>((done) => {
      pusher.connection.bind('message', ({ event }: { event: string }) => {
        if (event === 'pusher:ping') pings += 1;
        if (pings === 3) done();
      });
    });
    await pinged;
    const news = occurrence(channel, 'news');
    await sdk(sharedApp('impatient')).trigger(channel.name, 'news', 1);
    expect(await news).toBe(1);
    expect(pusher.connection.socket_id).toBe(socketId);
  });

  it('comes back with all its subscriptions after the network failed', async () => {
    const proxy = await startProxy(plain);
    const pusher = pusherJs(proxy.target, { user: 'ann', endpoint });
    const names = [unique('room'), unique('private-room'), unique('presence-room')];
    const channels = [];
    for (const name of names) channels.push(await subscribed(pusher, name));
    const before = await connected(pusher);
    const back = Promise.all(channels.map((channel) => occurrence(channel, 'pusher:subscription_succeeded')));
    proxy.cut();
    await back;
    expect(await connected(pusher)).not.toBe(before);
    const news = Promise.all(channels.map((channel) => occurrence(channel, 'news')));
    await publisher.trigger(names, 'news', { number: 1 });
    expect(await news).toEqual(names.map(() => ({ number: 1 })));
  });
});

describe('the channels of pusher-js', () => {
  it('bring events that the pusher SDK triggers, to all but the excluded socket', async () => {
    const name = unique('room');
    const [ann, ben] = [pusherJs(plain), pusherJs(plain)];
    const [annChannel, benChannel] = [await subscribed(ann, name), await subscribed(ben, name)];
    const heard: unknown[] = [];
    annChannel.bind('news', (data: unknown) => heard.push(data));
    const [excluded, marker] = [occurrence(benChannel, 'news'), occurrence(annChannel, 'marker')];
    await publisher.trigger(name, 'news', { text: 'ü "quoted"' }, { socket_id: await connected(ann) });
    await publisher.trigger(name, 'marker', 'plain text');
    expect(await excluded).toEqual({ text: 'ü "quoted"' });
    expect(await marker).toBe('plain text');
    expect(heard).toEqual([]);
  });

  it('no longer bring events once they are left', async () => {
    const name = unique('room');
    const [ann, ben] = [pusherJs(plain), pusherJs(plain)];
    const channels = [await subscribed(ann, name), await subscribed(ben, name)] as const;
    const heard: unknown[] = [];
    channels[0].bind('news', (data: unknown) => heard.push(data));
    ann.unsubscribe(name);
    const again = await subscribed(ann, unique('other')); // so the server has processed the unsubscription
    const news = occurrence(channels[1], 'news');
    await publisher.trigger([name, again.name], 'news', 1);
    await news;
    expect(heard).toEqual([]);
  });

  it('are private when the auth endpoint signs them, and carry client events', async () => {
    const name = unique('private-room');
    const [ann, ben] = [clientOf('ann'), clientOf('ben')];
    const [annChannel, benChannel] = [await subscribed(ann, name), await subscribed(ben, name)];
    const typing = occurrence(benChannel, 'client-typing');
    annChannel.trigger('client-typing', { name: 'Ann' });
    expect(await typing).toEqual({ name: 'Ann' });
  });

  it('are told when the server refuses their signature', async () => {
    const wrong = await startAuthEndpoint({ ...plain, secret: 'not-the-secret' });
    const pusher = pusherJs(plain, { endpoint: wrong });
    const error = await occurrence(pusher.subscribe(unique('private-room')), 'pusher:subscription_error');
    await wrong.close();
    expect(error).toMatchObject({ type: 'AuthError', status: 401, error: expect.any(String) });
    expect(pusher.connection.state).toBe('connected');
  });

  it('are told when the auth endpoint refuses', async () => {
    const error = await occurrence(clientOf(nobody).subscribe(unique('private-room')), 'pusher:subscription_error');
    expect(error).toMatchObject({ type: 'AuthError', status: 403 });
  });

  it('know their members', async () => {
    const name = unique('presence-room');
    const ann = (await subscribed(clientOf('ann'), name)) as PresenceChannel;
    expect(ann.members).toMatchObject({ count: 1, me: { id: 'ann', info: { name: 'ann' } } });
    const added = occurrence(ann, 'pusher:member_added');
    const ben = clientOf('ben');
    const benChannel = (await subscribed(ben, name)) as PresenceChannel;
    expect(await added).toEqual({ id: 'ben', info: { name: 'ben' } });
    expect(benChannel.members).toMatchObject({ count: 2, me: { id: 'ben' } });
    const typing = new Promise((done) => ann.bind('client-typing', (data: unknown, metadata: unknown) => done([data, metadata])));
    benChannel.trigger('client-typing', 'x');
    expect(await typing).toEqual(['x', { user_id: 'ben' }]);
    const removed = occurrence(ann, 'pusher:member_removed');
    ben.disconnect();
    expect(await removed).toMatchObject({ id: 'ben' });
    expect(ann.members.count).toBe(1);
  });

  it('decrypt what the SDK encrypts', async () => {
    const channel = await subscribed(clientOf('ann'), unique('private-encrypted-room'));
    const secret = occurrence(channel, 'secret');
    await publisher.trigger(channel.name, 'secret', { pin: '0000' });
    expect(await secret).toEqual({ pin: '0000' });
  });

  it('bring the last event of a cache channel, or a cache_miss', async () => {
    const name = unique('private-encrypted-cache-room');
    await occurrence(clientOf('ann').subscribe(name), 'pusher:cache_miss');
    await publisher.trigger(name, 'secret', { pin: '0000' });
    expect(await occurrence(clientOf('ben').subscribe(name), 'secret')).toEqual({ pin: '0000' });
  });

  it('know how many subscribers they have', async (context) => {
    needsOwnServer('an app with subscription counts')(context);
    const channel = pusherJs(sharedApp('counted')).subscribe(unique('room'));
    expect(await occurrence(channel, 'pusher:subscription_count')).toEqual({ subscription_count: 1 });
    expect(channel.subscriptionCount).toBe(1);
  });
});

describe('the user of pusher-js', () => {
  it('signs in, hears events for the user, and is disconnected for good when it is terminated', async () => {
    const id = unique('ann');
    const pusher = clientOf(id);
    pusher.signin();
    await occurrence(pusher, 'pusher:signin_success');
    const hello = occurrence(pusher.user, 'hello');
    await publisher.sendToUser(id, 'hello', { number: 1 });
    expect(await hello).toEqual({ number: 1 });
    const disconnected = occurrence(pusher.connection, 'disconnected');
    await publisher.terminateUserConnections(id);
    await disconnected;
    expect(pusher.connection.state).toBe('disconnected');
  });

  it('becomes the member of a presence channel that the endpoint signs without one', async () => {
    const id = unique('ann');
    const pusher = pusherJs(plain, {
      user: id,
      endpoint,
      channelAuthorization: {
        endpoint: '',
        transport: 'ajax',
        customHandler: ({ socketId, channelName }, done) => done(null, publisher.authorizeChannel(socketId, channelName)),
      },
    });
    pusher.signin();
    await occurrence(pusher, 'pusher:signin_success');
    const channel = (await subscribed(pusher, unique('presence-room'))) as PresenceChannel;
    expect(channel.members).toMatchObject({ count: 1, me: { id, info: { name: id } } });
  });

  it('hears when the users on its watchlist come and go', async (context) => {
    needsOwnServer('an app with watchlists')(context);
    const watched = sharedApp('watched');
    const id = unique('ann');
    const watching = await startAuthEndpoint(watched, { watchlist: [id] });
    const watcher = pusherJs(watched, { user: unique('watcher'), endpoint: watching });
    watcher.signin();
    await occurrence(watcher, 'pusher:signin_success');
    const online = occurrence(watcher.user.watchlist, 'online');
    const ann = pusherJs(watched, { user: id, endpoint: watching });
    ann.signin();
    expect(await online).toMatchObject({ user_ids: [id] });
    const offline = occurrence(watcher.user.watchlist, 'offline');
    ann.disconnect();
    expect(await offline).toMatchObject({ user_ids: [id] });
    await watching.close();
  });
});
