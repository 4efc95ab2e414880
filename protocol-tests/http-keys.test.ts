import { beforeEach, describe, expect, it } from 'vitest';
import { api } from './support/api.ts';
import { apps } from './support/apps.ts';
import { Client } from './support/client.ts';
import { expectFault } from './support/fault.ts';
import { refusal } from './support/refusal.ts';
import { channelAuth, userAuth } from './support/signature.ts';
import { needsOwnServer, sharedApp, type Target, targetAt } from './support/target.ts';
import { unique } from './support/unique.ts';

const active = sharedApp('rotated');
const [, verifyOnly, revoked] = apps.rotated.keys.map((key) => targetAt(active.httpUrl, { id: apps.rotated.id, ...key })) as [Target, Target, Target];

beforeEach(needsOwnServer('an app with several keys'));

describe.each([
  ['active', active],
  ['verify-only', verifyOnly],
])('a key that is %s', (_status, target) => {
  it('signs requests and connects', async () => {
    const room = unique('private-room');
    const client = await Client.connect(target);
    await client.subscribe(room);
    expect((await api(target, 'POST', '/events', { name: 'greeting', data: 'x', channels: [room] })).text).toBe('{}');
    await client.next('greeting');
  });

  it('authorises on a connection that was made with the other key', async () => {
    const room = unique('private-room');
    const client = await Client.connect(target === active ? verifyOnly : active);
    client.send({ event: 'pusher:subscribe', data: { channel: room, auth: channelAuth(target, client.socketId, room) } });
    await client.next('pusher_internal:subscription_succeeded');
    const user = JSON.stringify({ id: unique('user') });
    client.send({ event: 'pusher:signin', data: { auth: userAuth(target, client.socketId, user), user_data: user } });
    await client.next('pusher:signin_success');
  });
});

describe('a key that is revoked', () => {
  it('signs no request', async () => {
    expectFault(await api(revoked, 'GET', '/channels'), 401);
  });

  it('connects nobody', async () => {
    const client = await Client.open(revoked);
    expect((await client.next()).data).toMatchObject({ code: 4001 });
    expect((await client.closed).code).toBe(4001);
  });

  it('authorises no subscription and no user', async () => {
    const client = await Client.connect(active);
    const room = unique('private-room');
    client.send({ event: 'pusher:subscribe', data: { channel: room, auth: channelAuth(revoked, client.socketId, room) } });
    expect(await client.next('pusher:subscription_error')).toEqual(refusal(room, 'AuthError', 401));
    const user = JSON.stringify({ id: unique('user') });
    client.send({ event: 'pusher:signin', data: { auth: userAuth(revoked, client.socketId, user), user_data: user } });
    await client.next('pusher:error');
  });
});

describe('two keys of one app', () => {
  it('do not sign for each other', async () => {
    expectFault(await api({ ...active, secret: verifyOnly.secret }, 'GET', '/channels'), 401);
    expectFault(await api({ ...verifyOnly, secret: active.secret }, 'GET', '/channels'), 401);
    const client = await Client.connect(active);
    const room = unique('private-room');
    client.send({
      event: 'pusher:subscribe',
      data: { channel: room, auth: channelAuth({ ...active, secret: verifyOnly.secret }, client.socketId, room) },
    });
    await client.next('pusher:subscription_error');
  });

  it('share the channels of the app', async () => {
    const room = unique('room');
    const [first, second] = [await Client.connect(active), await Client.connect(verifyOnly)];
    await Promise.all([first.subscribe(room), second.subscribe(room)]);
    await api(active, 'POST', '/events', { name: 'greeting', data: 'x', channels: [room] });
    await Promise.all([first.next('greeting'), second.next('greeting')]);
  });
});
