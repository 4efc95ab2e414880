import { beforeEach, describe, expect, it } from 'vitest';
import { Client, dataOf } from './support/client.ts';
import { refusedWith } from './support/refused.ts';
import { needsOwnServer } from './support/target.ts';
import { bearer, endingIn, tokenOf, tokenServer } from './support/token-app.ts';

describe('the life of a token', () => {
  beforeEach(needsOwnServer('an app with tokens'));

  it('ends with a warning, and then with 4009', async (context) => {
    const { target } = await tokenServer(context, { graceSeconds: 0 });
    const claims = endingIn(3);
    const client = await Client.connect(target, bearer('ann', claims));
    const warning = await client.next();
    expect(warning.event).toBe('clarion:token_expiring');
    expect(dataOf(warning)).toEqual({ expires_at: claims.exp, seconds_left: expect.any(Number) });
    expect(await client.next()).toMatchObject({ event: 'pusher:error', data: { code: 4009, message: 'The token has expired' } });
    expect((await client.closed).code).toBe(4009);
    expect(Date.now() / 1000).toBeGreaterThanOrEqual(claims.exp);
  });

  it('lasts until the grace is over', async (context) => {
    const { target } = await tokenServer(context, { graceSeconds: 2 });
    const claims = endingIn(2);
    const client = await Client.connect(target, bearer('ann', claims));
    expect((await client.closed).code).toBe(4009);
    expect(Date.now() / 1000).toBeGreaterThanOrEqual(claims.exp + 2);
  });

  it('goes on with the next token of the user, by either message, and the subscriptions with it', async (context) => {
    const { target } = await tokenServer(context, { graceSeconds: 0 });
    const claims = endingIn(3);
    const clients = await Promise.all([1, 2].map(() => Client.connect(target, bearer('ann', claims))));
    const [refreshing, signing] = clients as [Client, Client];
    for (const client of clients) {
      await client.subscribe('private-news');
      await client.next('clarion:token_expiring');
    }
    const next = { token: tokenOf('ann') };
    refreshing.send({ event: 'clarion:refresh_token', data: next });
    const refreshed = await refreshing.next();
    expect(refreshed.event).toBe('clarion:token_refreshed');
    expect(dataOf(refreshed).expires_at).toBeGreaterThan(claims.exp + 500);
    signing.send({ event: 'pusher:signin', data: next });
    expect((await signing.next()).event).toBe('pusher:signin_success');
    const witness = await Client.connect(target, bearer('ben', { exp: claims.exp + 1 }));
    await witness.closed; // by now the first token is long over
    refreshing.send({ event: 'client-still', channel: 'private-news', data: 1 });
    expect((await signing.next()).event).toBe('client-still');
    await refreshing.quiet();
  });

  it('cannot be prolonged by a token of somebody else, or one that is not valid', async (context) => {
    const { target } = await tokenServer(context, { graceSeconds: 0 });
    const client = await Client.connect(target, bearer('ann', endingIn(4)));
    await client.next('clarion:token_expiring');
    for (const token of [tokenOf('ben'), 'garbage', tokenOf('ann', endingIn(-100))]) {
      client.send({ event: 'clarion:refresh_token', data: { token } });
      expect(await client.next()).toMatchObject({ event: 'pusher:error', data: { code: null } });
    }
    expect((await client.closed).code).toBe(4009);
    expect(await refusedWith(target, bearer('ann', endingIn(-100)))).toBe(4009);
  });
});
