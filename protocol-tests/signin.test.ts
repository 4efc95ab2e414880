import { describe, expect, it } from 'vitest';
import { trigger } from './support/api.ts';
import { Client } from './support/client.ts';
import { errorFrame } from './support/refusal.ts';
import { hmac, userAuth } from './support/signature.ts';
import { sharedApp } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');

describe('a signin (clause 4)', () => {
  it('is confirmed with an object that holds the user_data as it was sent', async () => {
    const client = await Client.connect(plain);
    const userData = ` { "id" : "${unique('ann')}", "user_info":{"name":"\\u00e4 😀 \\/"} } `;
    client.requestSignIn(userData);
    expect(await client.next()).toEqual({ event: 'pusher:signin_success', data: { user_data: userData } });
    await client.quiet();
  });

  it('is confirmed again for the same user', async () => {
    const client = await Client.connect(plain);
    const id = unique('ann');
    await client.signIn({ id });
    await client.signIn({ id, user_info: { name: 'Ann' } });
    await trigger(plain, { name: 'once', channel: `#server-to-user-${id}`, data: '{}' });
    expect(await client.next()).toMatchObject({ event: 'once' });
    await client.quiet();
  });

  it('as somebody else is refused and changes nothing', async () => {
    const client = await Client.connect(plain);
    const [ann, ben] = [unique('ann'), unique('ben')];
    await client.signIn({ id: ann });
    client.requestSignIn({ id: ben });
    expect(await client.next()).toEqual(errorFrame(null));
    await trigger(plain, { name: 'for-ben', channel: `#server-to-user-${ben}`, data: '{}' });
    await trigger(plain, { name: 'for-ann', channel: `#server-to-user-${ann}`, data: '{}' });
    expect(await client.next()).toMatchObject({ event: 'for-ann' });
    await client.quiet();
  });

  it.each(['__proto__', 'a user/with: signs?', 'ü😀', 'x'.repeat(128)])('may name the user %s', async (id) => {
    const client = await Client.connect(plain);
    await client.signIn({ id });
    await client.quiet();
  });
});

describe('a signin with a signature that does not match (clause 4)', () => {
  const userData = '{"id":"mallory"}';

  it.each<readonly [string, (socketId: string) => string]>([
    ['is empty', () => ''],
    ['has no key', (socketId) => hmac(plain.secret, `${socketId}::user::${userData}`)],
    ['has another key', (socketId) => `another:${hmac(plain.secret, `${socketId}::user::${userData}`)}`],
    ['is of another secret', (socketId) => userAuth({ ...plain, secret: 'guess' }, socketId, userData)],
    ['is of another socket', () => userAuth(plain, '1.1', userData)],
    ['is of another user', (socketId) => userAuth(plain, socketId, '{"id":"ann"}')],
    ['is of a channel', (socketId) => `${plain.key}:${hmac(plain.secret, `${socketId}:${userData}`)}`],
    ['has bytes behind it', (socketId) => `${userAuth(plain, socketId, userData)}0`],
    ['has upper case letters', (socketId) => `${plain.key}:${hmac(plain.secret, `${socketId}::user::${userData}`).toUpperCase()}`],
  ])('because it %s ends the connection with 4009', async (_what, sign) => {
    const client = await Client.connect(plain);
    client.send({ event: 'pusher:signin', data: { auth: sign(client.socketId), user_data: userData } });
    expect(await client.next()).toEqual(errorFrame(4009));
    expect((await client.closed).code).toBe(4009);
  });
});

describe('a signin that is signed but names no user (clause 4)', () => {
  it.each([
    'ann',
    'null',
    '1',
    '[]',
    '',
    '{}',
    '{"id":null}',
    '{"id":""}',
    '{"id":7}',
    '{"id":{"a":1}}',
    '{"id":["ann"]}',
    '{"user_id":"ann"}',
    JSON.stringify({ id: 'x'.repeat(129) }),
    '{"id":"\\ud800"}',
    `{"id":${'['.repeat(15_000)}${']'.repeat(15_000)}}`,
    `{"id":"ann","user_info":${'['.repeat(15_000)}${']'.repeat(15_000)}}`,
  ])('with %.50s is answered with an error without a code', async (userData) => {
    const client = await Client.connect(plain);
    client.requestSignIn(userData);
    expect(await client.next()).toEqual(errorFrame(null));
    await client.quiet();
  });
});
