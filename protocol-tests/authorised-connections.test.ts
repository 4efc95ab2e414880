import { beforeEach, describe, expect, it } from 'vitest';
import { Client } from './support/client.ts';
import { needsOwnServer, sharedApp } from './support/target.ts';
import { unique } from './support/unique.ts';

/** Connections have 1 second to authorise themselves. */
const guarded = sharedApp('guarded');

describe('authorised connections (clause 4)', () => {
  beforeEach(needsOwnServer('an app that requires authorised connections'));

  const expired = { event: 'pusher:error', data: { code: 4009, message: 'Connection not authorized within timeout' } };

  it('are closed with 4009 when they authorise themselves in no way', async () => {
    const client = await Client.connect(guarded);
    expect(await client.next()).toEqual(expired);
    expect((await client.closed).code).toBe(4009);
  });

  it.each<readonly [string, (client: Client) => unknown]>([
    ['subscribe a public channel', (client) => client.subscribe(unique('room'))],
    ['are refused a private channel', (client) => client.send({ event: 'pusher:subscribe', data: { channel: 'private-x', auth: 'x:y' } })],
    ['send messages', (client) => client.send({ event: 'pusher:ping', data: {} })],
  ])('are closed with 4009 when they only %s', async (_what, act) => {
    const client = await Client.connect(guarded);
    await act(client);
    expect(await client.next((frame) => frame.event === 'pusher:error')).toEqual(expired);
    expect((await client.closed).code).toBe(4009);
  });

  it('have the whole time, whenever they were opened', async () => {
    const lifetimes: number[] = [];
    const closings: Promise<unknown>[] = [];
    while (lifetimes.length === 0) {
      const client = await Client.connect(guarded);
      const openedAt = performance.now();
      closings.push(client.closed.then(() => lifetimes.push(performance.now() - openedAt)));
      for (let times = 0; times < 20; times += 1) await client.quiet();
    }
    await Promise.all(closings);
    expect(Math.min(...lifetimes)).toBeGreaterThan(950); // the clocks start when a frame is sent, and when it has arrived
  });

  it('stay when they sign in or subscribe a private or presence channel', async () => {
    const clients = await Promise.all(Array.from({ length: 4 }, () => Client.connect(guarded)));
    const [user, subscriber, member, encrypted] = clients as [Client, Client, Client, Client];
    await user.signIn({ id: unique('ann') });
    await subscriber.subscribe(unique('private-room'));
    await member.subscribe(unique('presence-room'), { user_id: 'ann' });
    await encrypted.subscribe(unique('private-encrypted-room'));
    const late = await Client.connect(guarded);
    expect((await late.closed).code).toBe(4009); // so the time of the older ones is over
    for (const client of clients) await client.quiet();
  });
});
