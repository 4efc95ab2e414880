import { beforeEach, describe, expect, it } from 'vitest';
import { api } from './support/api.ts';
import { Client, type ConnectOptions } from './support/client.ts';
import { ownCluster, within } from './support/cluster.ts';
import { refusedWith } from './support/refused.ts';
import { needsOwnServer, type Target } from './support/target.ts';
import { bearer, tokenOf, tokenSecret, tokenServer } from './support/token-app.ts';

const timeout = 60_000;
const app = { jwt: { mode: 'required', secret: tokenSecret, policies: { subscribe: ['private-news'] } } };

/** Claims of a token that is issued after everything that was revoked until now. */
const later = () => ({ iat: Math.floor(Date.now() / 1000) + 1 });

const connectAll = (targets: readonly Target[], options: ConnectOptions) => Promise.all(targets.map((target) => Client.connect(target, options)));

async function revoke(target: Target, body: object): Promise<void> {
  expect(await api(target, 'POST', '/revocations', body)).toMatchObject({ status: 200, json: { expires_at: expect.any(Number) } });
}

/** The codes with which they are closed, as far as they are within a second. */
async function codesWithinASecond(clients: readonly Client[]): Promise<readonly unknown[]> {
  const codes: unknown[] = clients.map(() => undefined);
  for (const [index, { closed }] of clients.entries()) void closed.then(({ code }) => codes.splice(index, 1, code));
  await expect.poll(() => codes, within(1)).not.toContain(undefined);
  return codes;
}

describe('a revocation in a cluster', { timeout }, () => {
  beforeEach(needsOwnServer('several nodes'));

  it('of a user reaches every node within a second, and nodes that start later', async () => {
    const cluster = await ownCluster({ app });
    const old = bearer('ann');
    const anns = await connectAll(cluster.targets, old);
    const bens = await connectAll(cluster.targets, bearer('ben'));
    await revoke(cluster.targets[1] as Target, { user_id: 'ann' });
    expect(await codesWithinASecond(anns)).toEqual([4009, 4009, 4009]);
    for (const client of bens) await client.quiet();
    await cluster.add();
    for (const target of cluster.targets) {
      expect(await refusedWith(target, old)).toBe(4009);
      await (await Client.connect(target, bearer('ann', later()))).quiet();
      const endpoint = `${target.httpUrl}/auth/${target.key}/channel`;
      const body = new URLSearchParams({ socket_id: '1.2', channel_name: 'private-news' });
      expect((await fetch(endpoint, { method: 'POST', headers: old.headers, body })).status).toBe(401);
      expect((await fetch(endpoint, { method: 'POST', headers: bearer('ann', later()).headers, body })).status).toBe(200);
    }
  });

  it('of a token reaches every node within a second, and nobody else', async () => {
    const cluster = await ownCluster({ app });
    const [one, two] = [bearer('ann', { jti: 'one' }), bearer('ann', { jti: 'two' })];
    const [ones, twos] = [await connectAll(cluster.targets, one), await connectAll(cluster.targets, two)];
    const refreshed = await Client.connect(cluster.targets[0] as Target, one);
    refreshed.send({ event: 'clarion:refresh_token', data: { token: tokenOf('ann', { jti: 'two' }) } });
    expect((await refreshed.next()).event).toBe('clarion:token_refreshed');
    await revoke(cluster.targets[2] as Target, { token_id: 'one' });
    expect(await codesWithinASecond(ones)).toEqual([4009, 4009, 4009]);
    for (const client of [...twos, refreshed]) await client.quiet();
    for (const target of cluster.targets) expect(await refusedWith(target, one)).toBe(4009);
  });

  it('reaches a node that was cut off as soon as it is back', async () => {
    const cluster = await ownCluster({ app, nodes: 2 });
    const [near, far] = cluster.nodes;
    if (near === undefined || far === undefined) throw new Error('two nodes were started');
    const client = await Client.connect(far.target, bearer('ann'));
    far.proxy.partition();
    await revoke(near.target, { user_id: 'ann' });
    expect((await api(far.target, 'POST', '/revocations', { user_id: 'ben' })).status).toBe(503);
    await client.quiet();
    far.proxy.heal();
    expect((await client.closed).code).toBe(4009);
  });

  it('is not lost with the data of Redis', async () => {
    const cluster = await ownCluster({ app, nodes: 2 });
    const [first] = cluster.targets as [Target];
    const witness = await Client.connect(first, bearer('ann'));
    await revoke(first, { user_id: 'ann' });
    await witness.closed;
    await cluster.redis.kill();
    await cluster.redis.launch();
    await expect.poll(async () => (await api(first, 'POST', '/revocations', { user_id: 'ben' })).status, within(20)).toBe(200);
    await expect.poll(async () => (await fetch(`${first.httpUrl}/ready`)).status, within(20)).toBe(200);
    await cluster.add();
    for (const target of cluster.targets) for (const user of ['ann', 'ben']) expect(await refusedWith(target, bearer(user, { iat: 1 }))).toBe(4009);
  });
});

describe('a revocation among workers', { timeout }, () => {
  beforeEach(needsOwnServer('several processes'));

  it('reaches all of them', async (context) => {
    const { server, target } = await tokenServer(context, {}, { workers: 2 });
    const clients = await connectAll(
      Array.from({ length: 8 }, () => target),
      bearer('ann'),
    );
    await revoke(target, { user_id: 'ann' });
    expect(await codesWithinASecond(clients)).toEqual(clients.map(() => 4009));
    for (let attempt = 0; attempt < 8; attempt += 1) expect(await refusedWith(target, bearer('ann', { iat: 1 }))).toBe(4009);
    expect(server.errorLines).toEqual([]);
  });
});

describe('a revocation', () => {
  beforeEach(needsOwnServer('an app with tokens'));

  it('has to be signed, and for an app that takes tokens', async (context) => {
    const { target } = await tokenServer(context);
    const response = await fetch(`${target.httpUrl}/apps/${target.id}/revocations`, { method: 'POST', body: '{"user_id":"ann"}' });
    expect(response.status).toBe(401);
    expect((await api({ ...target, secret: 'wrong' }, 'POST', '/revocations', { user_id: 'ann' })).status).toBe(401);
    expect((await api(target, 'POST', '/revocations', {})).status).toBe(400);
  });
});
