import { describe, expect, it } from 'vitest';
import { identity, jwtSettings } from '../testing/fake-tokens.ts';
import { testApp } from '../testing/test-app.ts';
import { createTestEngine, type TestEngine } from '../testing/test-engine.ts';

const app = testApp({ jwt: jwtSettings({ graceSeconds: 10 }), limits: { activityTimeoutSeconds: 100_000 } });
const start = 1_700_000_000_000;

function createEngine(): TestEngine {
  return createTestEngine({ apps: [app] });
}

/** Connects with a token that ends after so many seconds. */
async function connect(engine: TestEngine, token: string, seconds: number) {
  engine.tokens.known.set(token, identity('u', { tokenId: token, expiresAt: start + seconds * 1000 }));
  return engine.connect('key', { credentials: { authorization: `Bearer ${token}`, cookie: '', protocols: '', query: '', ticket: '' } });
}

/** Lets seconds go by as they do on a server, one tick each. */
async function pass(engine: TestEngine, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    await engine.clock.advance(1000);
    engine.tick();
  }
}

describe('the life of a token', () => {
  it('is announced to end a minute before, once', async () => {
    const engine = createEngine();
    const client = await connect(engine, 't', 100);
    await pass(engine, 39);
    expect(client.heard()).toEqual([]);
    await pass(engine, 1);
    expect(client.heard()).toEqual([{ event: 'clarion:token_expiring', data: { expires_at: start / 1000 + 100, seconds_left: 60 } }]);
    await pass(engine, 69);
    expect(client.heard()).toEqual([]);
  });

  it('is announced at once when it is shorter than that', async () => {
    const engine = createEngine();
    const client = await connect(engine, 't', 30);
    await pass(engine, 1);
    expect(client.heard()).toMatchObject([{ event: 'clarion:token_expiring', data: { seconds_left: 29 } }]);
  });

  it('ends the connection with 4009 after the grace', async () => {
    const engine = createEngine();
    const client = await connect(engine, 't', 30);
    await pass(engine, 39);
    expect(client.socket.ended).toBeUndefined();
    await pass(engine, 1);
    expect(client.socket.ended).toEqual({ code: 4009, reason: 'The token has expired' });
    expect(client.heard().at(-1)).toEqual({ event: 'pusher:error', data: { code: 4009, message: 'The token has expired' } });
  });

  it('goes on with the next token, which is announced anew', async () => {
    const engine = createEngine();
    const client = await connect(engine, 't', 30);
    await pass(engine, 20);
    engine.tokens.known.set('next', identity('u', { tokenId: 'next', expiresAt: start + 300_000 }));
    client.heard();
    client.say({ event: 'clarion:refresh_token', data: { token: 'next' } });
    expect(client.heard()).toEqual([{ event: 'clarion:token_refreshed', data: { expires_at: start / 1000 + 300 } }]);
    expect([...engine.tokenLife.holdersOf('app', 't')]).toEqual([]);
    expect([...engine.tokenLife.holdersOf('app', 'next')]).toEqual([client.connection]);
    await pass(engine, 220);
    expect(client.heard()).toMatchObject([{ event: 'clarion:token_expiring', data: { seconds_left: 60 } }]);
    await pass(engine, 70);
    expect(client.socket.ended?.code).toBe(4009);
  });

  it('ends so that clients come back when the keys were out of reach for the renewal', async () => {
    const engine = createEngine();
    const client = await connect(engine, 't', 30);
    engine.tokens.known.set('next', { reason: 'keys-unavailable', message: 'no keys' });
    client.say({ event: 'clarion:refresh_token', data: { token: 'next' } });
    await pass(engine, 40);
    expect(client.socket.ended?.code).toBe(4100);
  });

  it('ends so that clients come back when their next token is still being looked at, and for good when it was wrong', async () => {
    for (const [answer, code] of [
      [undefined, 4100],
      [{ reason: 'signature', message: 'wrong' }, 4009],
    ] as const) {
      const engine = createEngine();
      const client = await connect(engine, 't', 30);
      engine.tokens.pending.set('next', answer === undefined ? new Promise(() => {}) : Promise.resolve(answer));
      client.say({ event: 'clarion:refresh_token', data: { token: 'next' } });
      await pass(engine, 40);
      expect(client.socket.ended?.code).toBe(code);
    }
  });

  it('leaves nothing behind when the connection is closed', async () => {
    const engine = createEngine();
    const client = await connect(engine, 't', 30);
    await client.disconnect();
    expect([...engine.tokenLife.holdersOf('app', 't')]).toEqual([]);
    await pass(engine, 60);
    expect(client.heard()).toEqual([]);
  });

  it('costs no time when the clock is set far ahead, and none is lost when it is set back', async () => {
    const engine = createEngine();
    const [short, long] = [await connect(engine, 's', 30), await connect(engine, 'l', 5_000_000_000)];
    await engine.clock.advance(3_000_000_000_000);
    engine.tick(); // a step for each second in between would never end
    expect(short.socket.ended?.code).toBe(4009);
    expect(long.socket.ended).toBeUndefined();
    await pass(engine, 3);
    expect(long.heard()).toEqual([]);
  });
});
