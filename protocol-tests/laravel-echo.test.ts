import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthEndpoint, nobody, sdk, startAuthEndpoint } from './support/auth-endpoint.ts';
import { laravelEcho } from './support/real-clients.ts';
import { sharedApp } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');
const encryptionMasterKey = randomBytes(32);
const publisher = sdk(plain, { encryptionMasterKey });

let endpoint: AuthEndpoint;
beforeAll(async () => {
  endpoint = await startAuthEndpoint(plain, { encryptionMasterKey });
});
afterAll(() => endpoint.close());

/** Resolves with the first argument of a callback that Echo calls. */
const called = <T = unknown>(register: (callback: (value: T) => void) => unknown): Promise<T> => new Promise((done) => register(done));

/** Waits for the confirmation of an Echo channel. */
const confirmed = (channel: { subscribed(callback: () => void): unknown }): Promise<void> => called((callback) => channel.subscribed(callback));

describe.each(['reverb', 'pusher'] as const)('Laravel Echo with the broadcaster %s', (broadcaster) => {
  const echoOf = (user: string) => laravelEcho(broadcaster, plain, user, endpoint);

  it('hears broadcast events of a public channel by class name and by alias', async () => {
    const name = unique('orders');
    const channel = echoOf('ann').channel(name);
    const shipped = called((callback) => channel.listen('OrderShipped', callback));
    const alias = called((callback) => channel.listen('.order.shipped', callback));
    await confirmed(channel);
    await publisher.trigger(name, 'App\\Events\\OrderShipped', { order: 1 });
    await publisher.trigger(name, 'order.shipped', { order: 2 });
    expect(await shipped).toEqual({ order: 1 });
    expect(await alias).toEqual({ order: 2 });
  });

  it('hears a notification on the private channel of a user', async () => {
    const name = unique('App.Models.User.1');
    const channel = echoOf('ann').private(name);
    const notification = called((callback) => channel.notification(callback));
    await confirmed(channel);
    await publisher.trigger(`private-${name}`, 'Illuminate\\Notifications\\Events\\BroadcastNotificationCreated', { type: 'Paid' });
    expect(await notification).toMatchObject({ type: 'Paid' });
  });

  it('knows who is here, who joins and who leaves', async () => {
    const name = unique('chat');
    const ann = echoOf('ann').join(name);
    expect(await called((callback) => ann.here(callback))).toEqual([{ name: 'ann' }]);
    const joining = called((callback) => ann.joining(callback));
    const leaving = called((callback) => ann.leaving(callback));
    const ben = echoOf('ben');
    const here = await called<object[]>((callback) => ben.join(name).here(callback));
    expect(here).toHaveLength(2);
    expect(here).toEqual(expect.arrayContaining([{ name: 'ann' }, { name: 'ben' }]));
    expect(await joining).toEqual({ name: 'ben' });
    ben.leave(name);
    expect(await leaving).toEqual({ name: 'ben' });
  });

  it('whispers to the others', async () => {
    const name = unique('chat');
    const [ann, ben] = [echoOf('ann').private(name), echoOf('ben').private(name)];
    await Promise.all([confirmed(ann), confirmed(ben)]);
    const whisper = called((callback) => ben.listenForWhisper('typing', callback));
    const own: unknown[] = [];
    ann.listenForWhisper('typing', (data: unknown) => own.push(data));
    const marker = called((callback) => ann.listen('.marker', callback));
    ann.whisper('typing', { name: 'Ann' });
    expect(await whisper).toEqual({ name: 'Ann' });
    await publisher.trigger(`private-${name}`, 'marker', {});
    await marker;
    expect(own).toEqual([]);
  });

  it('does not hear what it broadcasts to others', async () => {
    const name = unique('orders');
    const [ann, ben] = [echoOf('ann'), echoOf('ben')];
    const [annChannel, benChannel] = [ann.channel(name), ben.channel(name)];
    await Promise.all([confirmed(annChannel), confirmed(benChannel)]);
    const heard: unknown[] = [];
    annChannel.listen('.news', (data: unknown) => heard.push(data));
    const marker = called((callback) => annChannel.listen('.marker', callback));
    const news = called((callback) => benChannel.listen('.news', callback));
    await publisher.trigger(name, 'news', { number: 1 }, { socket_id: ann.socketId() ?? '' });
    await publisher.trigger(name, 'marker', {});
    expect(await news).toEqual({ number: 1 });
    await marker;
    expect(heard).toEqual([]);
  });

  it('is told of the error when the server refuses the signature', async () => {
    const wrong = await startAuthEndpoint({ ...plain, secret: 'not-the-secret' });
    const channel = laravelEcho(broadcaster, plain, 'ann', wrong).private(unique('orders'));
    expect(await called((callback) => channel.error(callback))).toMatchObject({ type: 'AuthError', status: 401 });
    await wrong.close();
  });

  it('is told of the error when the application refuses', async () => {
    const channel = echoOf(nobody).private(unique('orders'));
    expect(await called((callback) => channel.error(callback))).toMatchObject({ status: 403 });
  });

  it('decrypts encrypted private channels', async () => {
    const name = unique('vault');
    const channel = echoOf('ann').encryptedPrivate(name);
    const secret = called((callback) => channel.listen('.secret', callback));
    await confirmed(channel);
    await publisher.trigger(`private-encrypted-${name}`, 'secret', { pin: '0000' });
    expect(await secret).toEqual({ pin: '0000' });
  });

  it('stops hearing a channel that it leaves', async () => {
    const name = unique('orders');
    const [ann, ben] = [echoOf('ann'), echoOf('ben')];
    const [annChannel, benChannel] = [ann.channel(name), ben.channel(name)];
    await Promise.all([confirmed(annChannel), confirmed(benChannel)]);
    const heard: unknown[] = [];
    annChannel.listen('.news', (data: unknown) => heard.push(data));
    ann.leave(name);
    await confirmed(ann.channel(unique('other')));
    const news = called((callback) => benChannel.listen('.news', callback));
    await publisher.trigger(name, 'news', {});
    await news;
    expect(heard).toEqual([]);
  });
});
