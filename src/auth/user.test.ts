import { describe, expect, it } from 'vitest';
import { hmacHex } from '../protocol/signature.ts';
import { annsToken, createTestAuthRouter } from '../testing/auth-router.ts';
import { identity } from '../testing/fake-tokens.ts';

describe('the authentication of a user', () => {
  it('signs the user of the token', async () => {
    const { ask, tokens } = createTestAuthRouter();
    tokens.known.set(annsToken, identity('ann', { user: { member: { userId: 'ann', userInfo: '{"name":"Ann"}' }, watchlist: ['ben'] } }));
    const { auth, user_data: data } = JSON.parse((await ask('/auth/key/user', { body: 'socket_id=1.2' })).body);
    expect(JSON.parse(data)).toEqual({ id: 'ann', user_info: { name: 'Ann' }, watchlist: ['ben'] });
    expect(auth).toBe(`key:${hmacHex('secret', `1.2::user::${data}`)}`);
  });

  it('says no more than there is', async () => {
    const { ask, tokens } = createTestAuthRouter();
    tokens.known.set(annsToken, identity('ann', { user: { member: { userId: 'ann', userInfo: 'null' }, watchlist: [] } }));
    expect(JSON.parse((await ask('/auth/key/user', { body: 'socket_id=1.2' })).body).user_data).toBe('{"id":"ann"}');
  });

  it.each(['', 'socket_id=', 'socket_id=1', 'socket_id=1.2&socket_id=1.2', 'socket_id=1.2%3A%3Auser%3A%3A'])('refuses the body %j', async (body) => {
    const { ask } = createTestAuthRouter();
    expect((await ask('/auth/key/user', { body })).status).toBe(400);
  });
});
