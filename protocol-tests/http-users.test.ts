import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, answer, api, trigger } from './support/api.ts';
import { Client } from './support/client.ts';
import { expectFault } from './support/fault.ts';
import { signedQuery } from './support/signature.ts';
import { needsOwnServer, sharedApp, type Target } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');

async function signedIn(user: string, target: Target = plain): Promise<Client> {
  const client = await Client.connect(target);
  await client.signIn({ id: user });
  return client;
}

/** Posts to a path that is sent as `path` and signed as `signedPath`. */
async function post(path: string, body: string | undefined, signer: Target = plain, signedPath = path): Promise<Answer> {
  const query = signedQuery(signer, { method: 'POST', path: signedPath, ...(body === undefined ? {} : { body }) });
  return answer(await fetch(`${plain.httpUrl}${path}?${query}`, { method: 'POST', ...(body === undefined ? {} : { body }) }));
}

const terminatePath = (user: string): string => `/apps/${plain.id}/users/${user}/terminate_connections`;

async function expectTerminated(client: Client): Promise<void> {
  expect((await client.next('pusher:error')).data).toMatchObject({ code: 4009 });
  expect((await client.closed).code).toBe(4009);
}

describe('POST /users/U/terminate_connections', () => {
  it('answers {} and closes all connections of the user with 4009', async () => {
    const user = unique('user');
    const clients = [await signedIn(user), await signedIn(user)];
    const { status, text, headers } = await api(plain, 'POST', `/users/${user}/terminate_connections`, {});
    expect({ status, text }).toEqual({ status: 200, text: '{}' });
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    await Promise.all(clients.map(expectTerminated));
  });

  it('leaves everybody else alone, also who has the id in a presence channel only', async () => {
    const user = unique('user');
    const [other, member] = [await signedIn(unique('user')), await Client.connect(plain)];
    await member.subscribe(unique('presence-room'), { user_id: user });
    await api(plain, 'POST', `/users/${user}/terminate_connections`, {});
    await Promise.all([other.quiet(), member.quiet()]);
  });

  it('leaves those alone who sign in later', async () => {
    const user = unique('user');
    const first = await signedIn(user);
    await api(plain, 'POST', `/users/${user}/terminate_connections`, {});
    await first.closed;
    await (await signedIn(user)).quiet();
  });

  it('removes the members from their presence channels', async () => {
    const [user, room] = [unique('user'), unique('presence-room')];
    const watcher = await Client.connect(plain);
    await watcher.subscribe(room, { user_id: 'watcher' });
    const client = await signedIn(user);
    await client.subscribe(room, { user_id: user });
    await api(plain, 'POST', `/users/${user}/terminate_connections`, {});
    expect(await watcher.next('pusher_internal:member_removed')).toMatchObject({ channel: room, data: JSON.stringify({ user_id: user }) });
  });

  it('answers {} for a user who is not there', async () => {
    expect(await api(plain, 'POST', `/users/${unique('user')}/terminate_connections`, {})).toMatchObject({ status: 200, text: '{}' });
  });

  it('needs no body', async () => {
    const user = unique('user');
    const client = await signedIn(user);
    expect(await post(terminatePath(user), undefined)).toMatchObject({ status: 200, text: '{}' });
    await expectTerminated(client);
  });

  it('reads an id with special characters, signed as it is sent or as it is meant', async () => {
    const user = `${unique('user')} ü@x/y?#%41:+`;
    const escaped = terminatePath(encodeURIComponent(user));
    for (const signedPath of [escaped, terminatePath(user)]) {
      const client = await signedIn(user);
      expect(await post(escaped, '{}', plain, signedPath)).toMatchObject({ status: 200 });
      await expectTerminated(client);
    }
  });

  it('reads an id that was not escaped, as the SDKs for Node and PHP send it', async () => {
    const user = `${unique('user')}-50%`;
    const client = await signedIn(user);
    expect(await post(terminatePath(user), '{}')).toMatchObject({ status: 200 });
    await expectTerminated(client);
  });

  it('refuses a wrong signature and touches nobody', async () => {
    const user = unique('user');
    const client = await signedIn(user);
    expectFault(await post(terminatePath(user), '{}', { ...plain, secret: 'wrong' }), 401);
    await client.quiet();
  });
});

describe('the path of the Python SDK, /users/U/terminate_connections without an app', () => {
  it('finds the app by its key', async () => {
    const user = unique('user');
    const client = await signedIn(user);
    expect(await post(`/users/${user}/terminate_connections`, '{}')).toMatchObject({ status: 200, text: '{}' });
    await expectTerminated(client);
  });

  it('refuses an unknown key and a wrong signature', async () => {
    const path = `/users/${unique('user')}/terminate_connections`;
    expectFault(await post(path, '{}', { ...plain, key: 'nobody' }), 401);
    expectFault(await post(path, '{}', { ...plain, secret: 'wrong' }), 401);
    expectFault(await answer(await fetch(`${plain.httpUrl}${path}`, { method: 'POST' })), 401);
  });
});

describe('an event for a user', () => {
  it('reaches all connections that are signed in as the user, without a subscription', async () => {
    const user = unique('user');
    const channel = `#server-to-user-${user}`;
    const [first, second, stranger] = [await signedIn(user), await signedIn(user), await signedIn(unique('user'))];
    await trigger(plain, { name: 'note', data: '{"n":1}', channels: [channel] });
    for (const client of [first, second]) expect(await client.next()).toEqual({ event: 'note', channel, data: '{"n":1}' });
    await stranger.quiet();
  });

  it('is delivered once to a connection that has subscribed as well', async () => {
    const user = unique('user');
    const client = await signedIn(user);
    await client.subscribe(`#server-to-user-${user}`);
    await trigger(plain, { name: 'note', data: 'x', channels: [`#server-to-user-${user}`] });
    await client.next('note');
    await client.quiet();
  });

  it('may be for a user whose id is no channel name', async () => {
    const user = `${unique('user')} ü/"\\`;
    const client = await signedIn(user);
    await trigger(plain, { name: 'note', data: 'x', channels: [`#server-to-user-${user}`] });
    expect(await client.next('note')).toMatchObject({ channel: `#server-to-user-${user}` });
  });

  it('does not reach a presence member of that id who has not signed in', async () => {
    const user = unique('user');
    const member = await Client.connect(plain);
    await member.subscribe(unique('presence-room'), { user_id: user });
    await trigger(plain, { name: 'note', data: 'x', channels: [`#server-to-user-${user}`] });
    await member.quiet();
  });
});

describe('users of two apps', () => {
  beforeEach(needsOwnServer('two apps'));

  it('of the same id stay apart', async () => {
    const user = unique('user');
    const other = sharedApp('other');
    const [mine, theirs] = [await signedIn(user), await signedIn(user, other)];
    await trigger(other, { name: 'note', data: 'x', channels: [`#server-to-user-${user}`] });
    await theirs.next('note');
    await mine.quiet();
    expect((await post(`/users/${user}/terminate_connections`, '{}', other)).status).toBe(200);
    await expectTerminated(theirs);
    await mine.quiet();
  });
});
