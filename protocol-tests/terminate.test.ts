import { describe, expect, it } from 'vitest';
import { api } from './support/api.ts';
import { Client } from './support/client.ts';
import { errorFrame } from './support/refusal.ts';
import { sharedApp } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');

async function user(id: string): Promise<Client> {
  const client = await Client.connect(plain);
  await client.signIn({ id });
  return client;
}

const terminate = (id: string, body?: object) => api(plain, 'POST', `/users/${encodeURIComponent(id)}/terminate_connections`, body);

describe('the termination of a user (clause 4)', () => {
  it.each([
    ['no body', undefined],
    ['an empty object', {}],
  ])('closes all signed-in connections of the user with 4009 when the request has %s', async (_what, body) => {
    const id = unique('ann');
    const connections = [await user(id), await user(id)];
    expect(await terminate(id, body)).toMatchObject({ status: 200, json: {} });
    for (const client of connections) {
      expect(await client.next()).toEqual(errorFrame(4009));
      expect((await client.closed).code).toBe(4009);
    }
  });

  it('leaves everybody else alone: other users, members with the same id, connections without a user', async () => {
    const id = unique('ann');
    const ann = await user(id);
    const member = await Client.connect(plain);
    await member.subscribe(unique('presence-room'), { user_id: id });
    const others = [member, await user(unique('ben')), await Client.connect(plain)];
    expect(await terminate(id)).toMatchObject({ status: 200, json: {} });
    await ann.closed;
    for (const client of others) await client.quiet();
  });

  it('takes the user out of the channels', async () => {
    const id = unique('ann');
    const channel = unique('presence-room');
    const watcher = await Client.connect(plain);
    await watcher.subscribe(channel, { user_id: 'watcher' });
    const ann = await user(id);
    await ann.subscribe(channel);
    await watcher.next('pusher_internal:member_added');
    await terminate(id);
    expect(await watcher.next()).toMatchObject({ event: 'pusher_internal:member_removed', data: JSON.stringify({ user_id: id }) });
  });

  it('does not lock the user out', async () => {
    const id = unique('ann');
    const before = await user(id);
    await terminate(id);
    await before.closed;
    const after = await user(id);
    await after.quiet();
  });

  it('is accepted for a user who is not connected', async () => {
    expect(await terminate(unique('nobody'))).toMatchObject({ status: 200, json: {} });
  });
});
