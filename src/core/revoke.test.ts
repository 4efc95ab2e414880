import { describe, expect, it } from 'vitest';
import { identity, jwtSettings } from '../testing/fake-tokens.ts';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine, type TestEngine } from '../testing/test-engine.ts';
import type { Identity } from './identity.ts';
import { revoke } from './revoke.ts';

const start = 1_700_000_000_000;

function createEngine(): TestEngine {
  return createTestEngine({ apps: [testApp({ jwt: jwtSettings() })] });
}

function connect(engine: TestEngine, user: Identity) {
  engine.tokens.known.set('t', user);
  return engine.connect('key', { credentials: { authorization: 'Bearer t', cookie: '', protocols: '', query: '', ticket: '' } });
}

describe('a revocation', () => {
  it('of a user ends the connections that live by an older token, and no others', async () => {
    const engine = createEngine();
    const old = await connect(engine, identity('u'));
    const renewed = await connect(engine, identity('u', { issuedAt: start + 1 }));
    const other = await connect(engine, identity('v'));
    const signed = await engine.connect();
    await signed.signIn({ id: 'u' });
    expect(await revoke(engine, { type: 'user', appId: 'app', userId: 'u', issuedUntil: start, endsAt: start + 1000 })).toBe('done');
    expect(old.socket.ended).toEqual({ code: 4009, reason: 'The token was revoked' });
    expect([renewed, other, signed].map(({ socket }) => socket.ended)).toEqual([undefined, undefined, undefined]);
    await expect(connect(engine, identity('u'))).rejects.toThrow('4009');
    expect((await connect(engine, identity('u', { issuedAt: start + 1 }))).socket.ended).toBeUndefined();
  });

  it('of a token ends the connections that live by it', async () => {
    const engine = createEngine();
    const [one, two] = [await connect(engine, identity('u', { tokenId: 'a' })), await connect(engine, identity('u', { tokenId: 'b' }))];
    await revoke(engine, { type: 'token', appId: 'app', tokenId: 'a', endsAt: start + 1000 });
    expect(one.socket.ended?.code).toBe(4009);
    expect(two.socket.ended).toBeUndefined();
    await expect(connect(engine, identity('u', { tokenId: 'a' }))).rejects.toThrow('4009');
  });

  it('that comes while a handshake is under way is heeded', async () => {
    const engine = createEngine();
    engine.tokens.pending.set('t', Promise.resolve(identity('u')));
    const pending = engine.connect('key', { credentials: { authorization: 'Bearer t', cookie: '', protocols: '', query: '', ticket: '' } });
    await revoke(engine, { type: 'user', appId: 'app', userId: 'u', issuedUntil: start, endsAt: start + 1000 });
    await expect(pending).rejects.toThrow('4009');
    expect(await engine.quota.count('app')).toBe(0);
  });

  it('is refused when the app has too many', async () => {
    const engine = createEngine();
    engine.revoked.hasRoom = () => false;
    expect(await revoke(engine, { type: 'token', appId: 'app', tokenId: 'a', endsAt: start + 1000 })).toBe('full');
    expect([...engine.revoked.all()]).toEqual([]);
  });
});
