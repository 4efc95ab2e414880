import { beforeEach, describe, expect, it } from 'vitest';
import { apps } from './support/apps.ts';
import { Client } from './support/client.ts';
import { refusal } from './support/refusal.ts';
import { channelAuth, hmac } from './support/signature.ts';
import { needsOwnServer, sharedApp, targetAt } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');
const kinds = ['private-', 'private-encrypted-', 'private-cache-', 'private-encrypted-cache-', 'presence-', 'presence-cache-'];

/** Subscribes with the `auth` that `sign` makes for the connection, and returns the answer. */
async function subscribeWith(channel: string, sign: (socketId: string) => unknown, channelData?: string) {
  const client = await Client.connect(plain);
  client.send({ event: 'pusher:subscribe', data: { channel, auth: sign(client.socketId), channel_data: channelData } });
  const answer = await client.next();
  if (answer.event !== 'pusher_internal:subscription_succeeded') await client.quiet();
  return answer;
}

const succeeded = (channel: string): object => ({ event: 'pusher_internal:subscription_succeeded', channel, data: expect.any(String) });

describe('a signature (clause 3.1)', () => {
  it.each(kinds)('opens a %s channel', async (prefix) => {
    const channel = unique(`${prefix}room`);
    const member = prefix.startsWith('presence') ? '{"user_id":"1"}' : undefined;
    expect(await subscribeWith(channel, (socketId) => channelAuth(plain, socketId, channel, member), member)).toEqual(succeeded(channel));
  });

  it.each(kinds)('covers the channel_data of a %s channel, byte for byte', async (prefix) => {
    const channel = unique(`${prefix}room`);
    const data = ' { "user_id" : "ä\\u00e4 😀" , "user_info":{"a":"\\/"} } ';
    expect(await subscribeWith(channel, (socketId) => channelAuth(plain, socketId, channel, data), data)).toEqual(succeeded(channel));
  });

  it('adds a colon for an empty channel_data', async () => {
    const channel = unique('private-room');
    expect(await subscribeWith(channel, (socketId) => channelAuth(plain, socketId, channel, ''), '')).toEqual(succeeded(channel));
    const refused = refusal(channel, 'AuthError', 401);
    expect(await subscribeWith(channel, (socketId) => channelAuth(plain, socketId, channel), '')).toEqual(refused);
  });

  it('that leaves out the channel_data of the frame is refused', async () => {
    const channel = unique('private-room');
    const answer = await subscribeWith(channel, (socketId) => channelAuth(plain, socketId, channel), '{"user_id":"1"}');
    expect(answer).toEqual(refusal(channel, 'AuthError', 401));
  });

  it('over a channel_data that the frame does not have is refused', async () => {
    const channel = unique('private-room');
    const answer = await subscribeWith(channel, (socketId) => channelAuth(plain, socketId, channel, '{"user_id":"1"}'));
    expect(answer).toEqual(refusal(channel, 'AuthError', 401));
  });

  const good = (socketId: string, channel: string) => hmac(plain.secret, `${socketId}:${channel}`);
  it.each<readonly [string, (socketId: string, channel: string) => unknown]>([
    ['is absent', () => undefined],
    ['is empty', () => ''],
    ['has no key', (socketId, channel) => good(socketId, channel)],
    ['has an empty key', (socketId, channel) => `:${good(socketId, channel)}`],
    ['has another key', (socketId, channel) => `another-key:${good(socketId, channel)}`],
    ['has a longer key', (socketId, channel) => `${plain.key}x:${good(socketId, channel)}`],
    ['has the key only', () => `${plain.key}:`],
    ['is of another secret', (socketId, channel) => `${plain.key}:${hmac('guess', `${socketId}:${channel}`)}`],
    ['is of another socket', (_socketId, channel) => `${plain.key}:${good('1234.5678', channel)}`],
    ['is of another channel', (socketId) => `${plain.key}:${good(socketId, 'private-other')}`],
    ['is of a user', (socketId, channel) => `${plain.key}:${hmac(plain.secret, `${socketId}::user::${channel}`)}`],
    ['has upper case letters', (socketId, channel) => `${plain.key}:${good(socketId, channel).toUpperCase()}`],
    ['has bytes behind it', (socketId, channel) => `${plain.key}:${good(socketId, channel)}0`],
    ['has a line break behind it', (socketId, channel) => `${plain.key}:${good(socketId, channel)}\n`],
    ['is cut short', (socketId, channel) => `${plain.key}:${good(socketId, channel).slice(0, -1)}`],
    ['is not ASCII', () => `${plain.key}:${'ä'.repeat(64)}`],
  ])('that %s is refused', async (_what, sign) => {
    const channel = unique('private-room');
    expect(await subscribeWith(channel, (socketId) => sign(socketId, channel))).toEqual(refusal(channel, 'AuthError', 401));
  });

  it.each([[true], [0], [null], [['a']], [{}]])('that is %j, no string, opens nothing', async (auth) => {
    const channel = unique('private-room');
    const { event } = await subscribeWith(channel, () => auth);
    expect(['pusher:error', 'pusher:subscription_error']).toContain(event);
  });

  it('that is refused leaves the connection and its other subscriptions alone', async () => {
    const client = await Client.connect(plain);
    const other = unique('private-other');
    const channel = unique('private-room');
    await client.subscribe(other);
    client.send({ event: 'pusher:subscribe', data: { channel, auth: 'plain-key:wrong' } });
    expect(await client.next()).toEqual(refusal(channel, 'AuthError', 401));
    await client.subscribe(channel);
    const sender = await Client.connect(plain);
    await sender.subscribe(other);
    sender.send({ event: 'client-hello', channel: other, data: {} });
    expect(await client.next()).toMatchObject({ event: 'client-hello', channel: other });
  });
});

describe('the secrets of an app in rotation', () => {
  beforeEach(needsOwnServer('an app with several keys'));

  const [, verifyOnly, revoked] = apps.rotated.keys;

  it('sign for each other as long as they are not revoked', async () => {
    const client = await Client.connect(sharedApp('rotated'));
    const channel = unique('private-room');
    const old = targetAt(plain.httpUrl, { ...verifyOnly, id: 'rotated' });
    client.send({ event: 'pusher:subscribe', data: { channel, auth: channelAuth(old, client.socketId, channel) } });
    expect(await client.next()).toMatchObject({ event: 'pusher_internal:subscription_succeeded', channel });
  });

  it('open nothing once they are revoked', async () => {
    const client = await Client.connect(sharedApp('rotated'));
    const channel = unique('private-room');
    const gone = targetAt(plain.httpUrl, { ...revoked, id: 'rotated' });
    client.send({ event: 'pusher:subscribe', data: { channel, auth: channelAuth(gone, client.socketId, channel) } });
    expect(await client.next()).toEqual(refusal(channel, 'AuthError', 401));
  });

  it('of another app open nothing', async () => {
    const client = await Client.connect(plain);
    const channel = unique('private-room');
    client.send({ event: 'pusher:subscribe', data: { channel, auth: channelAuth(sharedApp('other'), client.socketId, channel) } });
    expect(await client.next()).toEqual(refusal(channel, 'AuthError', 401));
  });
});
