import { describe, expect, it } from 'vitest';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine } from '../testing/test-engine.ts';
import { terminateUser } from './users.ts';

describe('terminating a user', () => {
  it('closes all connections signed in as that user with 4009, and no others', async () => {
    const engine = createTestEngine();
    const [one, two, other, member] = [await engine.connect(), await engine.connect(), await engine.connect(), await engine.connect()];
    for (const client of [one, two]) await client.signIn({ id: 'a' });
    await other.signIn({ id: 'b' });
    await member.subscribe('presence-room', { user_id: 'a' });
    for (const client of [one, two, other, member]) client.heard();
    await terminateUser(engine, 'app', 'a');
    expect([one, two, other, member].map(({ socket }) => socket.ended?.code)).toEqual([4009, 4009, undefined, undefined]);
    expect(one.heard()).toMatchObject([{ event: 'pusher:error', data: { code: 4009 } }]);
    expect(await engine.quota.count('app')).toBe(2);
  });

  it('does not reach a user of the same id in another app', async () => {
    const engine = createTestEngine({ apps: [testApp(), testApp({ id: 'other', keys: [{ key: 'k2', secret: 's', status: 'active' }] })] });
    const [mine, theirs] = [await engine.connect(), await engine.connect('k2')];
    for (const client of [mine, theirs]) await client.signIn({ id: 'a' });
    await terminateUser(engine, 'other', 'a');
    expect([mine.socket.isClosed, theirs.socket.isClosed]).toEqual([false, true]);
  });

  it.each(['nobody', '', '__proto__', '/'])('does nothing when nobody is signed in as %j', async (userId) => {
    const engine = createTestEngine();
    const client = await engine.connect();
    await terminateUser(engine, 'app', userId);
    expect(client.socket.isClosed).toBe(false);
  });

  it('knows of a traced order what it brings about, also what the registry tells at once', async () => {
    const engine = createTestEngine();
    const client = await engine.connect();
    await client.signIn({ id: 'a' });
    await client.subscribe('presence-room');
    const trace = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, tracestate: '' };
    const told = new Map<string, unknown>();
    for (const type of ['member_removed', 'channel_vacated'] as const) engine.events.listen(type, (fact) => told.set(type, engine.causes.take(fact)));
    await terminateUser(engine, 'app', 'a', trace);
    expect([...told]).toEqual([
      ['member_removed', trace],
      ['channel_vacated', trace],
    ]);
  });
});
