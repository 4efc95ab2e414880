import { Agent } from 'node:http';
import Pusher from 'pusher';
import nacl from 'tweetnacl';
import { describe, expect, it, onTestFinished } from 'vitest';
import { sdk } from './support/auth-endpoint.ts';
import { Client } from './support/client.ts';
import { listener } from './support/listener.ts';
import { sharedApp } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');
const pusher = sdk(plain, { encryptionMasterKey: Buffer.alloc(32, 7) });

/** Subscribes with what the SDK signs. */
async function subscribe(client: Client, channel: string, member?: Pusher.PresenceChannelData): Promise<Pusher.ChannelAuthResponse> {
  const { shared_secret, ...data } = pusher.authorizeChannel(client.socketId, channel, member);
  client.send({ event: 'pusher:subscribe', data: { channel, ...data } });
  await client.next('pusher_internal:subscription_succeeded');
  return { shared_secret: shared_secret ?? '', ...data };
}

describe('the pusher SDK', () => {
  it('triggers', async () => {
    const room = unique('room');
    const client = await listener(plain, room);
    const response = await pusher.trigger(room, 'shipped', { id: 7 });
    expect([response.status, await response.text()]).toEqual([200, '{}']);
    expect(await client.next()).toEqual({ event: 'shipped', channel: room, data: '{"id":7}' });
  });

  it('triggers on several channels and excludes a socket', async () => {
    const [first, second] = [unique('room'), unique('room')];
    const [sender, other] = [await listener(plain, first, second), await listener(plain, first, second)];
    await pusher.trigger([first, second], 'shipped', 'text', { socket_id: sender.socketId });
    expect([(await other.next()).channel, (await other.next()).channel]).toEqual([first, second]);
    await sender.quiet();
  });

  it('triggers a batch', async () => {
    const [first, second] = [unique('room'), unique('room')];
    const client = await listener(plain, first, second);
    const response = await pusher.triggerBatch([
      { channel: first, name: 'a', data: { n: 1 } },
      { channel: second, name: 'b', data: 'text', info: 'subscription_count' },
    ]);
    expect(await response.json()).toEqual({ batch: [{}, { subscription_count: 1 }] });
    expect(await client.next()).toEqual({ event: 'a', channel: first, data: '{"n":1}' });
    expect(await client.next()).toEqual({ event: 'b', channel: second, data: 'text' });
  });

  it('asks for channels, a channel and users', async () => {
    const room = unique('presence-room');
    for (const user of ['ada', 'ada', 'bob']) await subscribe(await Client.connect(plain), room, { user_id: user });
    const get = async (path: string, params: Pusher.Params = {}): Promise<unknown> => (await pusher.get({ path, params })).json();
    expect(await get('/channels', { filter_by_prefix: room, info: 'user_count' })).toEqual({ channels: { [room]: { user_count: 2 } } });
    expect(await get(`/channels/${room}`, { info: 'user_count,subscription_count' })).toMatchObject({ occupied: true, user_count: 2 });
    const { users } = (await get(`/channels/${room}/users`)) as { users: { id: string }[] };
    expect(users.map(({ id }) => id).toSorted()).toEqual(['ada', 'bob']);
  });

  it('triggers with info', async () => {
    const room = unique('presence-room');
    await subscribe(await Client.connect(plain), room, { user_id: 'ada' });
    const response = await pusher.trigger(room, 'shipped', {}, { info: 'user_count,subscription_count' });
    expect(await response.json()).toEqual({ channels: { [room]: { user_count: 1, subscription_count: 1 } } });
  });

  it('signs subscriptions and users', async () => {
    const client = await Client.connect(plain);
    await subscribe(client, unique('private-room'));
    await subscribe(client, unique('private-room'), { user_id: 'ada' });
    await subscribe(client, unique('presence-room'), { user_id: 'ada', user_info: { name: 'Adä "Love"' } });
    client.send({ event: 'pusher:signin', data: pusher.authenticateUser(client.socketId, { id: unique('user'), user_info: { name: 'Ada' } }) });
    await client.next('pusher:signin_success');
  });

  it('sends to a user and ends the connections of a user', async () => {
    const user = unique('user');
    const client = await Client.connect(plain);
    await client.signIn({ id: user });
    await pusher.sendToUser(user, 'note', { n: 1 });
    expect(await client.next('note')).toMatchObject({ data: '{"n":1}' });
    expect(await (await pusher.terminateUserConnections(user)).text()).toBe('{}');
    expect((await client.closed).code).toBe(4009);
  });

  it('encrypts for subscribers, and the server passes on what it cannot read', async () => {
    const room = unique('private-encrypted-room');
    const client = await Client.connect(plain);
    const { shared_secret } = await subscribe(client, room);
    await pusher.trigger(room, 'secret', { plain: 'text' });
    const { data } = await client.next('secret');
    const { nonce, ciphertext } = JSON.parse(String(data));
    const opened = nacl.secretbox.open(Buffer.from(ciphertext, 'base64'), Buffer.from(nonce, 'base64'), Buffer.from(String(shared_secret), 'base64'));
    expect(Buffer.from(opened ?? []).toString()).toBe('{"plain":"text"}');
  });

  it('is told of refusals by their status', async () => {
    await expect(pusher.trigger(unique('room'), 'big', 'x'.repeat(10_241))).rejects.toMatchObject({ status: 413 });
    await expect(pusher.trigger(unique('room'), 'pusher:error', 'x')).rejects.toMatchObject({ status: 400 });
    await expect(pusher.get({ path: `/channels/${unique('room')}/users` })).rejects.toMatchObject({ status: 400 });
    await expect(pusher.get({ path: '/nowhere' })).rejects.toMatchObject({ status: 404 });
    await expect(sdk({ ...plain, secret: 'wrong' }).trigger(unique('room'), 'x', 'x')).rejects.toMatchObject({ status: 401 });
  });

  it('is set up by a URL with a numeric app id', async () => {
    const { protocol, host } = new URL(plain.httpUrl);
    const fromUrl = Pusher.forURL(`${protocol}//${plain.key}:${plain.secret}@${host}/apps/${plain.id}`);
    expect((await fromUrl.trigger(unique('room'), 'shipped', 'x')).status).toBe(200);
  });

  it('sends all its requests over one connection that is kept alive', async () => {
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const { hostname, port } = new URL(plain.httpUrl);
    const kept = new Pusher({ appId: plain.id, key: plain.key, secret: plain.secret, host: hostname, port, agent });
    const ports = new Set<unknown>();
    agent.on('free', (socket) => ports.add(socket.localPort));
    for (let times = 0; times < 5; times += 1) await (await kept.trigger(unique('room'), 'shipped', 'x')).text();
    await expect.poll(() => ports.size).toBe(1);
  });
});
