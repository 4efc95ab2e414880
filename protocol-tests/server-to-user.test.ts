import { describe, expect, it } from 'vitest';
import { api, trigger } from './support/api.ts';
import { Client } from './support/client.ts';
import { refusal } from './support/refusal.ts';
import { needsOwnServer, sharedApp, type Target } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');

async function user(id: string, target: Target = plain): Promise<Client> {
  const client = await Client.connect(target);
  await client.signIn({ id });
  return client;
}

const channelOf = (id: string): string => `#server-to-user-${id}`;

describe('an event for a user (clause 4)', () => {
  it('reaches all connections of the user without a subscription, and nobody else', async () => {
    const id = unique('ann');
    const connections = [await user(id), await user(id)];
    const others = [await user(unique('ben')), await user(`${id}x`), await Client.connect(plain)];
    await trigger(plain, { name: 'hello', channel: channelOf(id), data: '{"a":1}' });
    for (const client of connections) expect(await client.next()).toEqual({ event: 'hello', channel: channelOf(id), data: '{"a":1}' });
    for (const client of [...connections, ...others]) await client.quiet();
  });

  it('arrives once on a connection that has subscribed as pusher-js does', async () => {
    const id = unique('ann');
    const client = await user(id);
    client.send({ event: 'pusher:subscribe', data: { auth: '', channel: channelOf(id) } });
    expect(await client.next()).toEqual({ event: 'pusher_internal:subscription_succeeded', channel: channelOf(id), data: '{}' });
    await trigger(plain, { name: 'hello', channel: channelOf(id), data: '{}' });
    expect(await client.next()).toMatchObject({ event: 'hello' });
    await client.quiet();
  });

  it('does not reach a member of a presence channel who has the same id', async () => {
    const id = unique('ann');
    const member = await Client.connect(plain);
    await member.subscribe(unique('presence-room'), { user_id: id });
    const client = await user(id);
    await trigger(plain, { name: 'hello', channel: channelOf(id), data: '{}' });
    await client.next('hello');
    await member.quiet();
  });

  it('does not reach the same user of another app', async (context) => {
    needsOwnServer('a second app')(context);
    const id = unique('ann');
    const [here, there] = [await user(id), await user(id, sharedApp('other'))];
    await trigger(plain, { name: 'hello', channel: channelOf(id), data: '{}' });
    await here.next('hello');
    await there.quiet();
  });

  it('is accepted when the user is not connected', async () => {
    const id = unique('ann');
    const client = await user(id);
    await client.close();
    await trigger(plain, { name: 'hello', channel: channelOf(id), data: '{}' });
  });

  it('reaches users whose id would be no channel name', async () => {
    const id = unique('a user/with: signs? ü😀');
    const client = await user(id);
    await trigger(plain, { name: 'hello', channel: channelOf(id), data: '{}' });
    expect(await client.next()).toMatchObject({ event: 'hello', channel: channelOf(id) });
  });
});

describe('the channel of a user (clauses 3 and 4)', () => {
  it('is refused to connections that are not signed in, or as somebody else', async () => {
    const id = unique('ann');
    const channel = channelOf(id);
    for (const client of [await Client.connect(plain), await user(unique('mallory'))]) {
      client.requestSubscription(channel);
      expect(await client.next()).toEqual(refusal(channel, 'AuthError', 401));
      await trigger(plain, { name: 'secret', channel, data: '{}' });
      await client.quiet();
    }
  });

  it('is not listed', async () => {
    const id = unique('ann');
    const client = await user(id);
    await client.subscribe(channelOf(id));
    const { json } = await api(plain, 'GET', '/channels');
    expect(Object.keys((json as { channels: object }).channels)).not.toContain(channelOf(id));
  });
});
